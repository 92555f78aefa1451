"""TIFFs of 8 and 16 bits (TIFF 6.0), with EXIF whole.

Neither library does: libtiff, which packs for Pillow, cannot write what
cameras say and where, tifffile leaves it out. So the strips are written here,
and all else is a directory of Pillow's.
"""

import zlib

import numpy as np
from PIL import Image
from PIL.ExifTags import Base
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from colorize.photos import captions, directories, exif, images

__all__ = ['STRIP', 'write']

_HEAD = b'II*\0\x08\0\0\0'

#: Bytes of a strip before it is packed; TIFF 6.0 advises 8 KiB, for memories
#: of its time.
STRIP = 1 << 18

_DEFLATE, _DIFFERENCES, _CHUNKY, _INCH, _STRAIGHT_ALPHA = 8, 2, 1, 2, 2


def write(file, photo):
    """Write a TIFF.

    Parameters
    ----------
    file : binary file
        Which can be wound back.
    photo : colorize.photos.photo_file.Photo
        With what else its file is to hold.

    Returns
    -------
    list of str
        What it cannot hold.
    """
    samples = images.samples(photo)
    samples = samples.reshape(samples.shape[:2] + (-1,))
    step = max(1, STRIP // samples[0].nbytes)
    entries, notes = _entries(photo, samples, step)
    kinds = directories.kinds(photo.exif or b'')
    # Its own length is known before what it says of the strips.
    file.write(_directory(entries, [0] * -(-len(samples) // step), kinds))
    sizes = [file.write(each) for each in _packed(samples, step)]
    file.seek(0)
    file.write(_directory(entries, sizes, kinds))
    file.seek(0, 2)
    return notes


def _directory(entries, sizes, kinds):
    """What stands before the strips of these sizes, bytes."""
    found = ImageFileDirectory_v2(_HEAD)
    for tag, value in entries.items():
        found[tag] = value
    found[Base.StripByteCounts] = tuple(sizes)
    # Pillow adds where the first begins.
    found[Base.StripOffsets] = tuple(np.cumsum([0] + sizes[:-1]).tolist())
    return directories.retyped(_HEAD + found.tobytes(len(_HEAD)), kinds)


def _packed(samples, step):
    from zlib_ng import zlib_ng
    # Differences hardly repeat: to look for more than runs takes twice the
    # time, and finds nothing.
    for start in range(0, len(samples), step):
        part = np.array(samples[start:start + step])
        part[:, 1:] -= samples[start:start + step, :-1]  # modulo 2 ** bits
        part = part.astype(part.dtype.newbyteorder('<'), copy=False)
        packer = zlib_ng.compressobj(1, strategy=zlib.Z_RLE)
        yield packer.compress(part) + packer.flush()


def _entries(photo, samples, step):
    """All of a directory but the strips, and notes."""
    given = exif.loaded(photo.exif) if photo.exif else Image.Exif()
    found = {tag: given.get_ifd(tag) if tag in exif.GROUPS else value
             for tag, value in given.items()}
    written, notes = captions.for_tiff(photo.captions,
                                       Base.ImageDescription in found)
    found.update(written)
    found.update(_layout(samples, step))
    if photo.alpha is not None:
        found[Base.ExtraSamples] = _STRAIGHT_ALPHA
    if photo.icc:
        found[Base.InterColorProfile] = photo.icc
    if photo.dpi:
        found.update(zip((Base.XResolution, Base.YResolution), photo.dpi))
        found[Base.ResolutionUnit] = _INCH
    return found, notes


def _layout(samples, step):
    rows, columns, channels = samples.shape
    return {Base.ImageWidth: columns, Base.ImageLength: rows,
            Base.BitsPerSample: (8 * samples.itemsize,) * channels,
            Base.Compression: _DEFLATE, Base.Predictor: _DIFFERENCES,
            Base.PhotometricInterpretation: 2 if channels > 2 else 1,
            Base.SamplesPerPixel: channels, Base.RowsPerStrip: step,
            Base.PlanarConfiguration: _CHUNKY}

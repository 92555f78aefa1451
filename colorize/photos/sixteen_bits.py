"""Colour photos of 16 bits, which Pillow does not write."""

import struct
import zlib

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

from colorize.photos import captions

__all__ = ['WRITERS']

#: EXIF in plain text that a TIFF holds besides its picture.
_TEXTS = (Base.ImageDescription, Base.Make, Base.Model, Base.Software,
          Base.DateTime, Base.Artist, Base.HostComputer, Base.Copyright)


def _to_sixteen(alpha):
    return alpha if alpha.dtype == np.uint16 else alpha * np.uint16(257)


def _with_alpha(photo):
    if photo.alpha is None:
        return photo.pixels
    return np.dstack([photo.pixels, _to_sixteen(photo.alpha)])


def _png(file, photo):
    """Write a PNG (ISO/IEC 15948): its rows as differences, deflated."""
    rows, columns = photo.pixels.shape[:2]
    kind = 2 if photo.alpha is None else 6

    def chunk(name, content):
        file.write(struct.pack('>I', len(content)) + name + content
                   + struct.pack('>I', zlib.crc32(name + content)))
    file.write(b'\x89PNG\r\n\x1a\n')
    chunk(b'IHDR', struct.pack('>IIBBBBB', columns, rows, 16, kind, 0, 0, 0))
    if photo.icc:
        chunk(b'iCCP', b'ICC Profile\0\0' + zlib.compress(photo.icc))
    if photo.dpi:
        chunk(b'pHYs', struct.pack('>IIB', *(
            int(round(value / 0.0254)) for value in photo.dpi), 1))
    if photo.exif:
        chunk(b'eXIf', photo.exif[len(b'Exif\0\0'):])
    texts = captions.for_png(photo.captions)
    for name, content, *_ in texts.chunks if texts else ():
        chunk(name, content)
    packer = zlib.compressobj(4)
    for line in _lines(_with_alpha(photo)):
        content = packer.compress(line)
        if content:
            chunk(b'IDAT', content)
    chunk(b'IDAT', packer.flush())
    chunk(b'IEND', b'')
    return []


def _lines(pixels):
    """Rows in big-endian bytes, each less the one above (filter 2)."""
    above = np.zeros(pixels[0].size * 2, 'uint8')
    for row in pixels:
        line = row.astype('>u2').reshape(-1).view('uint8')
        yield b'\2' + (line - above).tobytes()
        above = line


def _tiff(file, photo):
    """Write a TIFF; of the EXIF, what stands in plain text."""
    import tifffile
    exif = Image.Exif()
    exif.load(photo.exif or b'')
    # As bytes: those of a text need not be ASCII.
    texts = {tag: exif[tag].encode('latin-1') for tag in _TEXTS
             if isinstance(exif.get(tag), str)}
    more, notes = captions.for_tiff(photo.captions, 270 in texts)
    tags = [(tag, 's', 0, text, True) for tag, text in texts.items()]
    tags += [(tag, 's' if tag == 270 else 'B' if tag == captions.XMP else 7,
              0 if tag == 270 else len(value), value, True)
             for tag, value in more.items()]
    # Its own guess at a name fails on a file that was opened by number.
    handle = tifffile.FileHandle(file, name='photo', size=0)
    tifffile.imwrite(
        handle, _with_alpha(photo), photometric='rgb', compression='zlib',
        predictor=True, metadata=None, software=False, extratags=tags,
        iccprofile=photo.icc, resolution=photo.dpi,
        extrasamples=None if photo.alpha is None else ['unassalpha'],
        resolutionunit='INCH' if photo.dpi else None)
    if len(exif) > len(texts):
        notes = notes + ['of its EXIF only texts fit into a TIFF of 16 bits']
    return notes


#: Take a file and a Photo of uint16 (row, column, 3); return notes of what
#: they cannot keep.
WRITERS = {'PNG': _png, 'TIFF': _tiff}

"""Colour photos of 16 bits, which Pillow does not write."""

import struct
import zlib

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

__all__ = ['WRITERS', 'to_eight']

#: EXIF in plain text that a TIFF holds besides its picture.
_TEXTS = (Base.ImageDescription, Base.Make, Base.Model, Base.Software,
          Base.DateTime, Base.Artist, Base.HostComputer, Base.Copyright)


def to_eight(pixels):
    """uint16 (or uint8) pixels as uint8."""
    if pixels.dtype == np.uint8:
        return pixels
    return np.round(pixels / np.float32(257)).astype('uint8')


def _png(file, photo):
    """Write a PNG (ISO/IEC 15948): its rows as differences, deflated."""
    rows, columns = photo.pixels.shape[:2]

    def chunk(name, content):
        file.write(struct.pack('>I', len(content)) + name + content
                   + struct.pack('>I', zlib.crc32(name + content)))
    file.write(b'\x89PNG\r\n\x1a\n')
    chunk(b'IHDR', struct.pack('>IIBBBBB', columns, rows, 16, 2, 0, 0, 0))
    if photo.dpi:
        chunk(b'pHYs', struct.pack('>IIB', *(
            int(round(value / 0.0254)) for value in photo.dpi), 1))
    if photo.exif:
        chunk(b'eXIf', photo.exif[len(b'Exif\0\0'):])
    packer = zlib.compressobj(4)
    for line in _lines(photo.pixels):
        content = packer.compress(line)
        if content:
            chunk(b'IDAT', content)
    chunk(b'IDAT', packer.flush())
    chunk(b'IEND', b'')


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
    # Its own guess at a name fails on a file that was opened by number.
    handle = tifffile.FileHandle(file, name='photo', size=0)
    tifffile.imwrite(
        handle, photo.pixels, photometric='rgb', compression='zlib',
        predictor=True, metadata=None, software=False,
        extratags=[(tag, 's', 0, text, True) for tag, text in texts.items()],
        resolution=photo.dpi,
        resolutionunit='INCH' if photo.dpi else None)
    if len(exif) > len(texts):
        return ['of its EXIF only texts fit into a TIFF of 16 bits']


#: Take a file and a Photo of uint16 (row, column, 3); return notes of what
#: they cannot keep, or None.
WRITERS = {'PNG': _png, 'TIFF': _tiff}

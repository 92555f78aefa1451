"""Colour photos of 16 bits, which Pillow does not write."""

import numpy as np
from PIL.ExifTags import Base

from colorize.photos import captions, exif, images

__all__ = ['WRITERS', 'samples']

#: EXIF in plain text that a TIFF holds besides its picture.
_TEXTS = (Base.ProcessingSoftware, Base.ImageDescription, Base.Make,
          Base.Model, Base.Software, Base.DateTime, Base.Artist,
          Base.HostComputer, Base.Copyright)


def samples(photo):
    """Pixels and alpha in one array, of the type of the pixels."""
    pixels, alpha = photo.pixels, photo.alpha
    if alpha is None:
        return pixels
    if alpha.dtype != pixels.dtype:
        alpha = (images.to_eight(alpha) if pixels.dtype == np.uint8
                 else alpha * np.uint16(257))
    return np.dstack([pixels, alpha])


def _tiff(file, photo):
    """Write a TIFF; of the EXIF, what stands in plain text."""
    import tifffile
    entries = exif.loaded(photo.exif) if photo.exif else {}
    # As bytes: those of a text need not be ASCII.
    texts = {tag: entries[tag] for tag in _TEXTS
             if isinstance(entries.get(tag), bytes)}
    more, notes = captions.for_tiff(photo.captions, 270 in texts)
    tags = [(tag, 's', 0, text, True) for tag, text in texts.items()]
    tags += [(tag, 's' if tag == 270 else 'B' if tag == captions.XMP else 7,
              0 if tag == 270 else len(value), value, True)
             for tag, value in more.items()]
    # Its own guess at a name fails on a file that was opened by number.
    handle = tifffile.FileHandle(file, name='photo', size=0)
    tifffile.imwrite(
        handle, samples(photo), photometric='rgb', compression='zlib',
        predictor=True, metadata=None, software=False, extratags=tags,
        iccprofile=photo.icc, resolution=photo.dpi,
        extrasamples=None if photo.alpha is None else ['unassalpha'],
        resolutionunit='INCH' if photo.dpi else None)
    if len(entries) > len(texts):
        notes = notes + ['of its EXIF only texts fit into a TIFF of 16 bits']
    return notes


#: Take a file and a Photo of uint16 (row, column, 3); return notes of what
#: they cannot keep.
WRITERS = {'TIFF': _tiff}

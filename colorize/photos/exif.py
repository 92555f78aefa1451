"""EXIF: what of it stays true of a result."""

import numpy as np
from PIL import Image
from PIL.ExifTags import Base, IFD

from colorize.photos import directories

__all__ = ['GROUPS', 'dpi', 'group', 'in_srgb', 'is_adobe', 'is_stretched',
           'kept', 'loaded', 'orientation', 'upright', 'with_dpi']

#: Groups of entries below the EXIF: camera and place.
GROUPS = (IFD.Exif, IFD.GPSInfo)

#: What stays true; in a TIFF the picture's layout stands among it.
_KEPT = (Base.DocumentName, Base.PageName, Base.ImageDescription, Base.Make,
         Base.Model, Base.Software, Base.DateTime, Base.Artist,
         Base.HostComputer, Base.Copyright, Base.Rating, Base.RatingPercent,
         Base.XPTitle, Base.XPComment, Base.XPAuthor, Base.XPKeywords,
         Base.XPSubject) + GROUPS

#: Of the camera's what does not: the size in pixels, which the picture says,
#: and where the group of interoperability lies, which is put back whole.
_STALE = (Base.ExifImageWidth, Base.ExifImageHeight, IFD.Interop)

_RESOLUTION = (Base.XResolution, Base.YResolution)

#: Inches by a unit of resolution.
_UNITS = {2: 1, 3: 2.54}

#: How to turn a picture by its orientation: transposed, then flipped.
_TURNS = {2: (False, 1), 3: (False, 0, 1), 4: (False, 0), 5: (True,),
          6: (True, 1), 7: (True, 0, 1), 8: (True, 0)}


def kept(given):
    """The entries that stay true.

    Parameters
    ----------
    given : PIL.Image.Exif

    Returns
    -------
    entries : bytes, or None where there are none
    left_out : list of int
        Tags of those that cannot be written.
    """
    found = _Typed()
    if hasattr(given, 'fp'):
        found.kinds = directories.kinds(given.fp.getvalue())
    for tag in _KEPT:
        if tag in given:
            found[tag] = group(given, tag) if tag in GROUPS \
                else _as_read(given[tag])
    if not len(found):
        return None, []
    written, left_out = _bytes_of(found), []
    if written is None:
        left_out = _cleaned(found)
        written = _bytes_of(found)
    return written, left_out


class _Typed(Image.Exif):
    """Pillow's, which guesses types, with those that entries came in."""

    kinds = {}

    def tobytes(self, offset=8):
        """As Pillow's."""
        return directories.retyped(super().tobytes(offset), self.kinds)


def _bytes_of(found):
    try:
        return found.tobytes()
    except Exception:  # Pillow, of what does not fit its type
        return None


def _cleaned(found):
    """Take out what cannot be written; its tags."""
    bad = []
    for tag in list(found):
        parts = found[tag] if tag in GROUPS else {tag: found[tag]}
        for name in list(parts):
            # What is bad of many is found by writing each alone.
            alone = Image.Exif()
            alone[tag] = {name: parts[name]} if tag in GROUPS else parts[name]
            if _bytes_of(alone) is None:
                bad.append(name)
                del (parts if tag in GROUPS else found)[name]
    return bad


def group(given, tag):
    """The entries of a group that stay true, groups below it whole.

    Parameters
    ----------
    given : PIL.Image.Exif
    tag : int
        One of :data:`GROUPS`.

    Returns
    -------
    dict
    """
    entries = {name: _as_read(value)
               for name, value in given.get_ifd(tag).items()
               if name not in _STALE}
    if tag == IFD.Exif and _interoperability(given):
        entries[IFD.Interop] = _interoperability(given)
    return entries


def _interoperability(given):
    """The group below that of the camera; empty where it is damaged."""
    try:
        if IFD.Interop in given.get_ifd(IFD.Exif):
            return dict(given.get_ifd(IFD.Interop))
    except Exception:  # as a damaged file
        pass
    return {}


class _Text(str):
    """Text that is written as it was read; Pillow writes ASCII only."""

    def encode(self, *_):
        """Bytes, whatever is asked for."""
        return super().encode('latin-1')


def _as_read(value):
    return _Text(value) if isinstance(value, str) else value


def loaded(exif):
    """EXIF from its bytes, ready to be written again."""
    found = _Typed()
    found.load(exif)
    found.kinds = directories.kinds(exif)
    for tag in list(found):
        if tag in GROUPS:
            found.get_ifd(tag).update(group(found, tag))
        else:
            found[tag] = _as_read(found[tag])
    return found


def orientation(image):
    """How an opened photo is to be turned, 1 to 8; None if it is damaged.

    Pillow turns a TIFF when it loads it, and forgets damage that it has
    said: to be asked before anything else. The decoder of JPEG XL turns by
    what stands in the picture, and says that EXIF does not count.
    """
    if image.format == 'JXL' and not image.jpeg:
        return 1
    try:
        found = image.getexif().get(Base.Orientation, 1)
        return found if found in _TURNS else 1
    except Exception:  # as a damaged file
        return None


def is_adobe(given):
    """Whether the photo is of Adobe RGB by the camera's rule (DCF 2.0)."""
    found = _interoperability(given).get(1)
    return isinstance(found, str) and found.strip('\0 ') == 'R03'


def in_srgb(entries):
    """EXIF of a photo of Adobe RGB that has been converted to sRGB.

    Parameters
    ----------
    entries : bytes

    Returns
    -------
    bytes
    """
    found = loaded(entries)
    camera = found.get_ifd(IFD.Exif)
    camera.pop(IFD.Interop, None)
    camera[Base.ColorSpace] = 1
    return found.tobytes()


def upright(values, turn):
    """An array turned by an orientation.

    Parameters
    ----------
    values : array, (row, column) or (row, column, channel), or None
    turn : int
        1 to 8.

    Returns
    -------
    array, or None
    """
    if turn == 1 or values is None:
        return values
    swapped, *flipped = _TURNS[turn]
    if swapped:
        values = np.swapaxes(values, 0, 1)
    return np.ascontiguousarray(np.flip(values, flipped))


def dpi(image, turn):
    """Dots per inch across and down, or None.

    Parameters
    ----------
    image : PIL.Image.Image
    turn : int
        Across becomes down where the picture is turned by a quarter.
    """
    try:
        found = tuple(float(value) for value in _resolution(image))
    except Exception:  # as a damaged file
        return None
    if len(found) != 2 or not all(1 < value < 1e5 for value in found):
        return None
    return found[::-1] if turn > 4 else found


def _resolution(image):
    """What stands in the file, else in its EXIF; of a JPEG Pillow takes one
    number of that for both, or 72.
    """
    said = image.info.get('dpi')
    if said and (image.format not in ('JPEG', 'MPO')
                 or image.info.get('jfif_unit') in (1, 2)):
        return said
    given = image.getexif()
    unit = _UNITS[given.get(Base.ResolutionUnit, 2)]
    return [float(given[tag]) * unit for tag in _RESOLUTION]


def is_stretched(image):
    """Whether a file says, without a unit, that its pixels are not square.

    Parameters
    ----------
    image : PIL.Image.Image
    """
    info = image.info
    said = info.get('aspect') or info.get('resolution') or (
        info.get('jfif_unit') == 0 and info.get('jfif_density'))
    try:
        return bool(said) and min(said) > 0 and said[0] != said[1]
    except TypeError:  # of a damaged TIFF
        return False


def with_dpi(entries, found):
    """EXIF with dots per inch, for a format that says them nowhere else.

    Parameters
    ----------
    entries : bytes or None
    found : tuple of 2 floats

    Returns
    -------
    bytes
    """
    exif = loaded(entries) if entries else Image.Exif()
    exif.update(zip(_RESOLUTION, found))
    exif[Base.ResolutionUnit] = 2
    return exif.tobytes()

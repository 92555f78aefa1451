"""Photos with all that their files hold beside the picture."""

import contextlib
import io
from collections import namedtuple

import numpy as np
from PIL import Image, ImageCms
from PIL.ExifTags import Base, IFD

from colorize.photos import images, sixteen_bits

__all__ = ['Photo', 'opened', 'read', 'write']

#: pixels: (row, column) or (row, column, 3), uint8, or uint16 of deep grey.
#: alpha: uint8 (row, column), or None. exif, icc: bytes, or None. dpi: two
#: floats, or None. notes: list of str, what cannot be kept.
Photo = namedtuple('Photo', 'pixels alpha exif icc dpi notes')

#: Groups of entries below the EXIF: camera and place.
_GROUPS = (IFD.Exif, IFD.GPSInfo)

#: EXIF that stays true; in a TIFF the picture's layout stands among it.
_EXIF = (Base.ImageDescription, Base.Make, Base.Model, Base.Software,
         Base.DateTime, Base.Artist, Base.HostComputer, Base.Copyright,
         Base.Rating, Base.RatingPercent, Base.XPTitle, Base.XPComment,
         Base.XPAuthor, Base.XPKeywords, Base.XPSubject) + _GROUPS

_DAMAGED = 'its EXIF is damaged and left out'

#: The size in pixels, which is said by the picture, too.
_SIZE = (Base.ExifImageWidth, Base.ExifImageHeight)


def read(path):
    """Read a photo in any of :data:`colorize.photos.formats.FORMATS`.

    Parameters
    ----------
    path : str

    Returns
    -------
    Photo
        See :meth:`Opened.decode`.

    Raises
    ------
    colorize.photos.images.ImageError
        When the file cannot be read as a photo.
    """
    with opened(path) as file:
        return file.decode()


@contextlib.contextmanager
def opened(path):
    """A photo file of which the size is known and nothing decoded yet.

    Parameters
    ----------
    path : str

    Yields
    ------
    Opened

    Raises
    ------
    colorize.photos.images.ImageError
        When the file cannot be read as a photo; also out of what is done
        with it.
    """
    with images.opened(path) as image:
        yield Opened(image)


class Opened:
    """A photo that can be decoded.

    Attributes
    ----------
    size : int
        Pixels.
    """

    def __init__(self, image):
        self._image, self.size = image, image.width * image.height

    def decode(self):
        """The photo itself.

        Returns
        -------
        Photo
            Upright. Of an animation, the first frame. With a profile for
            grey or CMYK it is converted to sRGB; one for RGB is kept, and
            so are the values.
        """
        image = self._image
        notes = list(_losses(image))
        upright = images.upright(image)
        exif = _exif(image, notes) if upright else None
        if not upright:
            notes.append(_DAMAGED)
        dpi = _dpi(image.info.get('dpi'))
        pixels, alpha, icc = _arrays(image, notes)
        return Photo(pixels, alpha, exif, icc, dpi, notes)


def _losses(image):
    # What a camera puts behind its JPEG (MPO) is the same photo again.
    frames = getattr(image, 'n_frames', 1) if image.format != 'MPO' else 1
    if frames > 1:
        kind = 'pages' if image.format == 'TIFF' else 'frames'
        yield f'only the first of its {frames} {kind} is coloured'
    if image.mode[0] not in 'IF' and _is_deep(image):
        yield 'its 16 bits of each channel are read as 8'


def _is_deep(image):
    """Whether a channel has 16 bits in the file."""
    tags = getattr(image, 'tag_v2', {})
    return 16 in tags.get(Base.BitsPerSample, ()) or any(
        ';16' in str(tile[3]) for tile in image.tile)


def _exif(image, notes):
    """What stays true of the EXIF, as bytes; None where there is none."""
    try:
        given, kept = image.getexif(), Image.Exif()
        for tag in _EXIF:
            if tag in given:
                kept[tag] = given.get_ifd(tag) if tag in _GROUPS \
                    else _as_bytes(given[tag])
        for tag in _SIZE:
            kept.get(IFD.Exif, {}).pop(tag, None)
        return kept.tobytes() if len(kept) else None
    except Exception:  # as a damaged file
        notes.append(_DAMAGED)


def _as_bytes(value):
    """Text as the bytes that it was read from; Pillow writes ASCII only."""
    return value.encode('latin-1') if isinstance(value, str) else value


def _dpi(given):
    try:
        found = tuple(float(value) for value in given)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    good = len(found) == 2 and all(0.1 < value < 1e5 for value in found)
    return found if good else None


def _arrays(image, notes):
    """Pixels, alpha and the profile that still holds for them."""
    icc = image.info.get('icc_profile') or None
    if image.mode.startswith('I') or image.mode == 'F':
        if icc:
            notes.append('its ICC profile is left out')
        if 'transparency' in image.info:
            notes.append('its transparency is left out')
        return images.deep_gray(image), None, None
    alpha = None
    if image.has_transparency_data:
        gray = image.mode in ('L', 'LA', 'La', '1')
        image = image.convert('RGBA')
        alpha = np.asarray(image.getchannel('A'))
        image = image.getchannel('R') if gray else image.convert('RGB')
    if image.mode in ('1', 'P', 'PA'):
        image = image.convert('L' if image.mode == '1' else 'RGB')
    if icc:
        image, icc = _profiled(image, icc, notes)
    if image.mode not in ('L', 'RGB'):
        image = image.convert('RGB')
    return np.asarray(image), alpha, icc


def _profiled(image, icc, notes):
    """An image in sRGB, or of RGB as it is together with its profile."""
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        space = profile.profile.xcolor_space.strip()
        if space == 'RGB' and image.mode in ('L', 'RGB'):
            return image, icc
        if (space, image.mode) not in (('GRAY', 'L'), ('CMYK', 'CMYK')):
            raise ValueError(space)
        found = ImageCms.profileToProfile(
            image, profile, ImageCms.createProfile('sRGB'), outputMode='RGB')
    except (ImageCms.PyCMSError, OSError, ValueError):
        notes.append('its ICC profile does not fit and is left out')
        return image, None
    notes.append('converted to sRGB by its '
                 f"{'grey' if image.mode == 'L' else 'CMYK'} profile")
    return found.getchannel('G') if image.mode == 'L' else found, None


def write(path, photo, quality=None):
    """Write a photo, whole or not at all, in the format of its ending.

    Parameters
    ----------
    path : str
    photo : Photo
        16 bits are kept in PNG and TIFF, 8 of them elsewhere.
    quality : int, optional
        1 to 100, of JPEG, WebP and AVIF; without, 95.

    Returns
    -------
    list of str
        What the format could not hold.

    Raises
    ------
    colorize.photos.images.ImageError
        When the ending is unknown or the file cannot be written.
    """
    form, notes = images.form_of(path), []
    with images.writing(path) as file:
        deep = photo.pixels.dtype == np.uint16
        if deep and form.name in sixteen_bits.WRITERS:
            notes += sixteen_bits.WRITERS[form.name](file, photo) or []
        else:
            image, options = _ready(photo, form, notes)
            if form.lossy:
                options['quality'] = quality or 95
            image.save(file, form.name, **options)
    return notes


def _ready(photo, form, notes):
    """Pillow's image, and what goes with it."""
    image = _with_alpha(Image.fromarray(sixteen_bits.to_eight(photo.pixels)),
                        photo.alpha, form, notes)
    if photo.pixels.dtype == np.uint16:
        notes.append(f'{form.name} holds 8 of its 16 bits')
    if form.name == 'GIF':
        notes.append('GIF holds 256 colours; some are off')
    options = dict(dpi=photo.dpi, icc_profile=photo.icc, exif=photo.exif)
    if form.name == 'JPEG':
        options['subsampling'] = 0  # colours as sharp as the rest
    if form.name == 'TIFF' and photo.exif:
        options['exif'] = exif = _loaded(photo.exif)
        exif.update({tag: _as_bytes(exif[tag]) for tag in exif})
    # libtiff, which compresses, cannot write camera and place.
    if form.name == 'TIFF' and not set(_GROUPS) & set(options['exif'] or ()):
        options['compression'] = 'tiff_adobe_deflate'
    if form.name == 'JPEG' and len(photo.exif or b'') > 65533:
        notes.append('its EXIF is too large for a JPEG and left out')
        del options['exif']
    return image, {name: value for name, value in options.items()
                   if value is not None}


def _with_alpha(image, alpha, form, notes):
    """An image that is transparent, or on white where it cannot be."""
    if alpha is None:
        return image
    alpha = Image.fromarray(alpha)
    if form.alpha:
        image.putalpha(alpha)
        return image
    notes.append(f'{form.name} knows no transparency; it is shown on white')
    white = Image.new('RGB', image.size, 'white')
    white.paste(image, mask=alpha)
    return white


def _loaded(exif):
    """EXIF from its bytes."""
    found = Image.Exif()
    found.load(exif)
    return found

"""Photos with all that their files hold beside the picture."""

import contextlib
import os
from collections import namedtuple

import numpy as np
from PIL import Image

from colorize.photos import (beside, captions, code_points, decode,
                             directories, exif, images, marks, opening,
                             png_writer, pngs, profiles, tiff_writer)

__all__ = ['Opened', 'Photo', 'canvas', 'opened', 'read', 'write']

#: pixels: (row, column) or (row, column, 3), uint8 or uint16; what is
#: coloured. alpha: (row, column) of uint8 or uint16, or None. exif, icc:
#: bytes, or None. dpi: two floats, or None. notes: list of str, what cannot
#: be kept. captions: of :mod:`colorize.photos.captions`. space: None, or of
#: a photo in a space wider than sRGB its type, 'uint8' or 'uint16': `pixels`
#: are its grey in sRGB then, and what is written is encoded by `icc`.
#: colors: None, or in sRGB (uint16) the colours that such a photo had. mark,
#: settings: what :mod:`colorize.photos.marks` writes into a result, or None.
#: mode: who may read and write the result, less what the umask forbids.
Photo = namedtuple('Photo', 'pixels alpha exif icc dpi notes captions space '
                   'colors mark mode settings', defaults=(
                       captions.NONE, None, None, None, 0o666, None))

#: Formats that others write with less; they return what they cannot hold.
_WRITERS = {'PNG': png_writer.write, 'TIFF': tiff_writer.write}

_DAMAGED = 'its EXIF is damaged and left out'


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
    with opening.opened(path) as source:
        # As private as the photo; its owner can replace it.
        yield Opened(source, os.stat(path).st_mode & 0o666 | 0o600)


class Opened:
    """A photo that can be decoded.

    Attributes
    ----------
    size : int
        Pixels.
    """

    def __init__(self, source, mode=0o666):
        self._source, self._mode = source, mode
        self.size = source.image.width * source.image.height

    def decode(self):
        """The photo itself.

        Returns
        -------
        Photo
            Upright. Of an animation, the first frame. With a profile for
            grey or CMYK it is converted to sRGB; one for RGB is kept, and
            what is written is of that.
        """
        image, content, _ = self._source
        notes = list(_losses(image, content))
        notes += beside.added(image, content)
        turn = exif.orientation(image)
        found = decode.raster(self._source, turn)
        notes += found.notes
        entries, adobe = _exif(image, notes) if turn else (None, False)
        if turn is None:
            notes.append(_DAMAGED)
        said, more = captions.found_in(image, content, (turn or 1) > 1)
        photo = Photo(found.values, found.alpha, entries,
                      _profile(image, content, found, adobe, notes),
                      exif.dpi(image, turn or 1), notes + more,
                      said, mark=marks.mark_of(content), mode=self._mode)
        photo = _profiled(photo, found.space)
        if adobe and photo.exif and photo.icc is None:
            photo = photo._replace(exif=exif.in_srgb(photo.exif))
        return photo


def _losses(image, content):
    """What is not taken over of a photo, in words."""
    if exif.is_stretched(image):
        yield 'that its pixels are not square is left out'
    if image.format == 'TIFF':
        pages = directories.count_pages(content)
        if pages != 1:
            count = f'its {pages} pages' if pages else 'its pages'
            yield f'only the first of {count} is coloured'
        return
    # What a camera puts behind its JPEG (MPO) is the same photo again.
    frames = getattr(image, 'n_frames', 1) if image.format != 'MPO' else 1
    if frames > 1:
        yield f'only the first of its {frames} frames is coloured'


def _exif(image, notes):
    """Entries that stay true, and whether it is of Adobe RGB."""
    try:
        given = image.getexif()
        entries, left_out = exif.kept(given)
        if left_out:
            notes.append('a part of its EXIF cannot be written and is left '
                         'out')
        return entries, exif.is_adobe(given)
    except Exception:  # as a damaged file
        notes.append(_DAMAGED)
        return None, False


def _profile(image, content, found, adobe, notes):
    """The profile that a file has, or what else it says of its colours."""
    icc = image.info.get('icc_profile') or None
    gray = found.space == 'GRAY'
    try:
        if image.format == 'PNG':
            icc = pngs.profile(image.info, content, gray) or icc
        elif icc is None and image.format in ('AVIF', 'HEIF', 'JPEG2000'):
            icc = code_points.of_boxes(content, gray)
    except ValueError as error:
        notes.append(f'{error} is not known and left out')
    if icc is None and adobe and found.space != 'CMYK':
        return profiles.adobe()
    return icc


def _profiled(photo, space):
    """A photo as it is coloured, by its profile."""
    if photo.icc is None:
        return photo._replace(pixels=profiles.naive(photo.pixels, space))
    try:
        kind = profiles.space_of(photo.icc)
        if kind == 'RGB' and space != 'CMYK':
            return _in_its_space(photo)
        if kind == 'GRAY' and space == 'RGB' and _is_gray(photo.pixels):
            space = kind
            photo = photo._replace(pixels=photo.pixels[..., 1])
        if kind != space:
            raise ValueError(kind)
        pixels = profiles.converted(photo.pixels, photo.icc, space)
    except Exception:  # littleCMS, at a damaged one
        photo.notes.append('its ICC profile does not fit and is left out')
        return photo._replace(
            pixels=profiles.naive(photo.pixels, space), icc=None)
    word = 'grey' if space == 'GRAY' else 'CMYK'
    if not np.array_equal(pixels, photo.pixels):
        photo.notes.append(f'converted to sRGB by its {word} profile')
    return photo._replace(pixels=pixels, icc=None)


def _is_gray(rgb):
    """Whether a format that knows no grey holds one, but for rounding."""
    few = 4 * (np.iinfo(rgb.dtype).max // 255)
    return (rgb.max(axis=2) - rgb.min(axis=2)).max() <= few


def _in_its_space(photo):
    """A photo with a profile of RGB."""
    pixels, icc = photo.pixels, photo.icc
    if profiles.is_srgb(icc):
        return photo
    rgb = pixels if pixels.ndim == 3 else np.repeat(
        pixels[..., None], 3, axis=2)
    if profiles.is_one_way(icc):
        rgb = profiles.srgb_of(rgb, icc)
        photo.notes.append('converted to sRGB by its profile, which is none '
                           'to write in')
        return photo._replace(pixels=rgb, icc=None)
    colors = profiles.srgb_of(rgb, icc, dtype='uint16') \
        if pixels.ndim == 3 else None
    return photo._replace(pixels=profiles.gray_through(rgb, icc),
                          space=pixels.dtype.name, colors=colors)


def canvas(path, rows, columns, dtype):
    """Room for the pixels of a photo that goes into a file of that name.

    Parameters
    ----------
    path : str
    rows, columns : int
    dtype : {'uint8', 'uint16'}

    Returns
    -------
    array, (row, column, 3)
        That of a JPEG lies as Pillow's own, which saves a copy.
    """
    if images.form_of(path).name == 'JPEG' and dtype == 'uint8':
        return np.empty((rows, columns, 4), dtype)[..., :3]
    return np.empty((rows, columns, 3), dtype)


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
    with images.writing(path, photo.mode) as file:
        _require_room(photo, form)
        photo = _fitted(photo, form, notes)
        if form.name in _WRITERS:
            notes += _WRITERS[form.name](file, photo)
        else:
            image, options = _ready(photo, form, notes)
            if form.lossy:
                options['quality'] = quality or 95
            image.save(file, form.name, **options)
    return notes


def _require_room(photo, form):
    """Say it in words before a library says something else."""
    longest = max(photo.pixels.shape[:2])
    if form.most and longest > form.most:
        raise ValueError(f'{form.name} holds {form.most} pixels a side, '
                         f'these are {longest}; PNG holds more')


def _fitted(photo, form, notes):
    """A photo less what the format cannot hold, in its own space."""
    lost = {name: getattr(photo, name) for name in ('exif', 'icc')
            if name not in form.holds}
    notes += captions.left_out(form.name, EXIF=lost.get('exif'))
    if photo.icc and 'icc' in lost:
        notes.append(f'{form.name} holds no profile; it is in sRGB')
    elif photo.space:
        photo = photo._replace(pixels=profiles.encoded(
            photo.pixels, photo.icc, photo.space))
    photo = photo._replace(**dict.fromkeys(lost))
    if photo.dpi and 'dpi' not in form.holds:
        if 'exif' in form.holds:
            photo = photo._replace(exif=exif.with_dpi(photo.exif, photo.dpi))
        else:
            notes += captions.left_out(form.name, resolution=True)
    if 'exif' in form.holds:
        photo = photo._replace(exif=marks.marked(photo))
    return photo


def _ready(photo, form, notes):
    """Pillow's image, and what goes with it."""
    image = _with_alpha(images.to_eight(photo.pixels), photo.alpha,
                        form, notes)
    if (photo.space or photo.pixels.dtype) == 'uint16':
        notes.append(f'{form.name} holds 8 of its 16 bits')
    if form.name == 'GIF':
        notes.append('GIF holds 256 colours; some are off')
    options = dict(dpi=photo.dpi, icc_profile=photo.icc, exif=photo.exif)
    options.update(_captions(photo, form, notes))
    if form.name == 'JPEG':
        options['subsampling'] = 0  # colours as sharp as the rest
    if form.name == 'WEBP':
        options['method'] = 2  # as small as its 4, in half the time
    if form.name == 'JPEG' and len(photo.exif or b'') > 65533:
        notes.append('its EXIF is too large for a JPEG and left out')
        del options['exif']
    return image, {name: value for name, value in options.items()
                   if value is not None}


def _captions(photo, form, notes):
    """Options of Pillow's writer for what was written into the photo."""
    options, more = captions.for_jpeg(photo.captions) \
        if form.name == 'JPEG' else captions.for_others(form, photo.captions)
    notes += more
    return options


def _with_alpha(pixels, alpha, form, notes):
    """An image that is transparent, or on white where it cannot be."""
    if alpha is None:
        return _image(pixels, form)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    alpha = images.to_eight(alpha)
    if 'alpha' in form.holds:
        image.putalpha(Image.fromarray(alpha))
        return image
    notes.append(f'{form.name} knows no transparency; it is shown on white')
    return Image.fromarray(decode.on_white(pixels, alpha))


def _image(pixels, form):
    """An image of the pixels; of a :func:`canvas` without a copy."""
    whole = pixels.base
    if (form.name == 'JPEG'
            and getattr(whole, 'shape', ()) == pixels.shape[:2] + (4,)
            and whole.flags.c_contiguous and whole.strides == pixels.strides
            and whole.ctypes.data == pixels.ctypes.data):
        return Image.frombuffer('RGBX', pixels.shape[1::-1], whole, 'raw',
                                'RGBX', 0, 1)
    return Image.fromarray(np.ascontiguousarray(pixels))

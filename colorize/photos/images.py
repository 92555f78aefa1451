"""Photos as arrays: read, scaled, written."""

import contextlib

import numpy as np
from PIL import Image

from colorize.disk.whole import written_whole
from colorize.photos import decode, exif, formats, opening, profiles
from colorize.photos.opening import ImageError

__all__ = ['ImageError', 'check_array', 'form_of', 'load', 'load_square',
           'resize', 'samples', 'save', 'to_eight', 'to_uint8', 'writing']


def load(path):
    """Read a photo in any of :data:`colorize.photos.formats.FORMATS`.

    Parameters
    ----------
    path : str
        Or the name of a photo in a cache, as cvcl.h5::train/12.

    Returns
    -------
    uint8 array, (row, column, 3)
        Turned upright by its EXIF orientation; profiles are not looked at.
        Of an animation, the first frame; transparent parts are shown on
        white.

    Raises
    ------
    ImageError
        When the file cannot be read as a photo.
    """
    with opening.opened(path) as source:
        found = decode.raster(source, exif.orientation(source.image))
        values = to_eight(profiles.naive(found.values, found.space))
        if found.alpha is not None:
            values = decode.on_white(values, to_eight(found.alpha))
        if values.ndim == 2:
            values = np.repeat(values[..., None], 3, axis=2)
        return values


def to_eight(pixels):
    """uint16 (or uint8) pixels as uint8."""
    if pixels.dtype == np.uint8:
        return pixels
    return np.round(pixels / np.float32(257)).astype('uint8')


def samples(photo):
    """Pixels and alpha in one array, of the type of the pixels.

    Parameters
    ----------
    photo : colorize.photos.photo_file.Photo

    Returns
    -------
    array, (row, column) or (row, column, channel)
    """
    pixels, alpha = photo.pixels, photo.alpha
    if alpha is None:
        return pixels
    if alpha.dtype != pixels.dtype:
        alpha = (to_eight(alpha) if pixels.dtype == np.uint8
                 else alpha * np.uint16(257))
    return np.dstack([pixels, alpha])


def load_square(path, side):
    """Read a photo, scaled to `side` x `side` pixels (Section 4).

    Returns
    -------
    uint8 array, (`side`, `side`, 3)
    """
    image = Image.fromarray(load(path))
    return np.asarray(image.resize((side, side), Image.BICUBIC))


def resize(values, rows, columns):
    """Scale a float array with bicubic interpolation.

    Parameters
    ----------
    values : float array, (row, column) or (row, column, channel)
    rows, columns : int
        The new size; averaged over when smaller, so nothing aliases.

    Returns
    -------
    float32 array of the new size
    """
    if values.ndim == 3:
        planes = [resize(plane, rows, columns)
                  for plane in np.moveaxis(values, -1, 0)]
        return np.stack(planes, axis=-1)
    plane = Image.fromarray(np.ascontiguousarray(values, 'float32'))
    return np.asarray(plane.resize((columns, rows), Image.BICUBIC))


def to_uint8(picture):
    """An array of 0 to 1 as uint8 in 0 to 255; one of uint8 as it is."""
    if picture.dtype == np.uint8:
        return picture
    return np.round(np.clip(picture, 0, 1) * 255).astype('uint8')


def save(path, rgb):
    """Write a photo, whole or not at all, in the format of its ending.

    Parameters
    ----------
    path : str
    rgb : uint8 array, (row, column, 3), or float in 0 to 1

    Raises
    ------
    ImageError
        When the ending is unknown or the file cannot be written.
    """
    form = form_of(path)
    with writing(path) as file:
        Image.fromarray(to_uint8(rgb)).save(file, form.name, quality=95)


def form_of(path):
    """The format that a file's ending says.

    Returns
    -------
    colorize.photos.formats.Format

    Raises
    ------
    ImageError
        When it says none.
    """
    form = formats.by_ending(path)
    if form is None or form.holds is None:
        raise ImageError(f'{path}: no photo format is known for the ending '
                         f'{formats.ending_of(path)!r}')
    return form


@contextlib.contextmanager
def writing(path, mode=0o666):
    """A file for a photo that appears whole or not at all.

    Parameters
    ----------
    path : str
    mode : int
        See :func:`colorize.disk.whole.written_whole`.

    Raises
    ------
    ImageError
        Of whatever keeps it from being written.
    """
    try:
        with written_whole(path, mode) as file:
            yield file
    except MemoryError:
        raise
    except Exception as error:  # an encoder raises as it likes
        words = getattr(error, 'strerror', None) or error
        raise ImageError(f'{path}: cannot be written ({words})') from error


def check_array(photo):
    """Refuse what is no photo.

    Parameters
    ----------
    photo : array, (row, column) or (row, column, 3)
        uint8, uint16, or float in 0 to 1.

    Raises
    ------
    ValueError
        Says what a photo is and what this is.
    """
    if not isinstance(photo, np.ndarray):
        raise ValueError(f'a photo is an array, got a {type(photo).__name__}')
    shape, kind = photo.shape, photo.dtype
    if len(shape) not in (2, 3) or shape[2:] not in ((), (3,)) or 0 in shape:
        raise ValueError('a photo is an array of (row, column) or (row, '
                         f'column, 3), got {shape}')
    if kind.newbyteorder('=') not in ('uint8', 'uint16') and kind.kind != 'f':
        raise ValueError(f'a photo is of uint8, uint16 or float, got {kind}')
    if kind.kind == 'f' and not (photo.min() >= 0 and photo.max() <= 1):
        raise ValueError(f'a photo of floats holds 0 to 1, got {photo.min()} '
                         f'to {photo.max()}')

"""Reading and writing photos as people have them."""

import contextlib
import ctypes
import io
import logging

import numpy as np
from PIL import Image, ImageOps
from PIL.ExifTags import Base

from colorize.disk.whole import require_file, written_whole
from colorize.photos import cached, formats

__all__ = ['LARGEST', 'ImageError', 'deep_gray', 'form_of', 'load',
           'load_square', 'opened', 'resize', 'save', 'to_uint8', 'upright',
           'writing']


#: Bytes of a file; a larger one is refused.
LARGEST = 1 << 30

_FORMATS = [each.name for each in formats.FORMATS]

# Its own words about a damaged file come besides the error.
logging.getLogger('PIL').addHandler(logging.NullHandler())


def _quiet_libtiff():
    """libtiff prints a line for each damaged row of a photo; let it not."""
    try:
        with open('/proc/self/maps') as lines:
            path = next(line.split(None, 5)[5].strip() for line in lines
                        if '/libtiff' in line)
        ctypes.CDLL(path).TIFFSetErrorHandler(None)
    except (OSError, StopIteration, AttributeError):
        pass  # another system, or a Pillow without libtiff


_quiet_libtiff()


class ImageError(ValueError):
    """A photo that cannot be read or written; names the file and why."""


def load(path):
    """Read a photo in any of :data:`colorize.photos.formats.FORMATS`.

    Parameters
    ----------
    path : str
        Or the name of a photo in a cache, as cvcl.h5::train/12.

    Returns
    -------
    uint8 array, (row, column, 3)
        sRGB, turned upright by its EXIF orientation. Of an animation, the
        first frame; transparent parts are shown on white.

    Raises
    ------
    ImageError
        When the file cannot be read as a photo.
    """
    with opened(path) as image:
        upright(image)
        return np.asarray(_as_rgb(image))


@contextlib.contextmanager
def opened(path):
    """A photo file as Pillow's image, nothing decoded yet.

    Yields
    ------
    PIL.Image.Image

    Raises
    ------
    ImageError
        Of whatever goes wrong with it.
    """
    try:
        if cached.is_cached(path):
            image = Image.fromarray(cached.read(path))
        else:
            image = Image.open(_content(path), formats=_FORMATS)
        with image:
            yield image
    except Exception as error:  # a damaged file can raise anything
        raise ImageError(f'{path}: {_reason(error)}') from error


def _content(path):
    """A file in memory, where no size within it can ask for more."""
    require_file(path)
    with open(path, 'rb') as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f'larger than {LARGEST >> 20} MiB')
    return io.BytesIO(content)


def _reason(error):
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, MemoryError):
        return 'not enough memory'
    words = str(error).split(' <')[0]  # Pillow names its file object
    return f'not a readable photo ({words or type(error).__name__})'


def upright(image):
    """Turn an image by its EXIF orientation; whether that can be read."""
    image.load()  # a damaged picture is an error
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except Exception:  # as a damaged file
        return False
    return True


def _as_rgb(image):
    """8-bit RGB of an image of any mode."""
    if image.mode.startswith('I') or image.mode == 'F':
        image = _from_deep_gray(image)
    if image.mode in ('RGBA', 'LA', 'PA') or 'transparency' in image.info:
        image = image.convert('RGBA')
        white = Image.new('RGBA', image.size, 'white')
        image = Image.alpha_composite(white, image)
    return image if image.mode == 'RGB' else image.convert('RGB')


def _from_deep_gray(image):
    """8 bits of what Pillow would cut off at 255."""
    return Image.fromarray(np.round(deep_gray(image) / 257).astype('uint8'))


def deep_gray(image):
    """16-bit, 32-bit and float grey as uint16, (row, column).

    Parameters
    ----------
    image : PIL.Image.Image
        Of a mode that begins with 'I', or 'F'.

    Raises
    ------
    ValueError
        When values are not in 0 to 65535, or 0 to 1 of floats.
    """
    values = np.asarray(image)
    if values.dtype == np.uint16:
        return _of_tiff(values, getattr(image, 'tag_v2', {}))
    values = values.astype('float32')
    if not np.isfinite(values).all():
        raise ValueError('holds values that are no numbers')
    full = 1 if image.mode == 'F' else 65535
    if values.max(initial=0) > full or values.min(initial=0) < 0:
        raise ValueError(f'grey values must be 0 to {full}')
    return np.round(values * (65535 / full)).astype('uint16')


def _of_tiff(values, tags):
    """Values that Pillow gives as they lie: of 12 bits, or with 0 white."""
    if tags.get(Base.BitsPerSample) == (12,):
        values = np.round(values * np.float32(65535 / 4095)).astype('uint16')
    white = tags.get(Base.PhotometricInterpretation) == 0
    return 65535 - values if white else values


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
    if form is None:
        raise ImageError(f'{path}: no photo format is known for the ending '
                         f'{formats.ending_of(path)!r}')
    return form


@contextlib.contextmanager
def writing(path):
    """A file for a photo that appears whole or not at all.

    Raises
    ------
    ImageError
        Of whatever keeps it from being written.
    """
    try:
        with written_whole(path) as file:
            yield file
    except MemoryError:
        raise
    except Exception as error:  # an encoder raises as it likes
        words = getattr(error, 'strerror', None) or error
        raise ImageError(f'{path}: cannot be written ({words})') from error

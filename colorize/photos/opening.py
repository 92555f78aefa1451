"""A photo file as an image that can be decoded: Pillow's, or a stand-in."""

import contextlib
import ctypes
import io
import os
import logging
import traceback
from collections import namedtuple
from functools import lru_cache

from PIL import Image

from colorize.disk.whole import require_file
from colorize.photos import cached, formats, jpegs, pngs, tiffs

__all__ = ['ImageError', 'LARGEST', 'Source', 'add_extras', 'opened']

#: Bytes of a file; a larger one is refused.
LARGEST = 1 << 30

#: image: Pillow's, or one that tells as much. content: the file's bytes.
#: tile: how Pillow would read them, which it forgets when it does; or None.
Source = namedtuple('Source', 'image content tile', defaults=(None,))


class ImageError(ValueError):
    """A photo that cannot be read or written; names the file and why."""


def _set_up_readers():
    """What the libraries share in a process is set in this one place.

    Their own words about a damaged file come besides the error: libtiff
    would print a line for each damaged row, Python a line for each that
    nobody handles.
    """
    for name in ('PIL', 'tifffile'):
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    with contextlib.suppress(OSError, StopIteration, AttributeError):
        with open('/proc/self/maps', errors='surrogateescape') as lines:
            path = next(line.split(None, 5)[5].strip() for line in lines
                        if '/libtiff' in line)
        ctypes.CDLL(path).TIFFSetErrorHandler(None)


_set_up_readers()


@lru_cache(maxsize=None)
def add_extras():
    """Let readers that are an extra, if any, add themselves to Pillow's.

    That takes a tenth of a second, which other photos need not wait.
    """
    with contextlib.suppress(ImportError):
        import pillow_heif
        pillow_heif.register_heif_opener(thumbnails=False)
    with contextlib.suppress(ImportError):
        import pillow_jxl  # noqa: F401


@contextlib.contextmanager
def opened(path):
    """A photo file, its size known and nothing decoded yet.

    Parameters
    ----------
    path : str
        Or the name of a photo in a cache, as cvcl.h5::train/12.

    Yields
    ------
    Source

    Raises
    ------
    ImageError
        Of whatever goes wrong with it, also out of what is done with it.
    """
    try:
        if cached.is_cached(path):
            source = Source(Image.fromarray(cached.read(path)), b'')
        else:
            source = _source(path, _content(path))
        with contextlib.closing(source.image):
            yield source
    except Exception as error:  # a damaged file can raise anything
        # Who keeps the error keeps where it was raised, and the pixels there.
        traceback.clear_frames(error.__traceback__)
        raise ImageError(f'{path}: {_reason(error)}') from error


def _content(path):
    """A file in memory, where no size within it can ask for more."""
    require_file(path)
    with open(path, 'rb') as file:
        _refuse_foreign(path, file.read(8))
        file.seek(0)
        # Python makes room for all that is asked for.
        size = os.fstat(file.fileno()).st_size
        content = file.read(min(size, LARGEST) + 1)
    if len(content) > LARGEST:
        raise ValueError(f'larger than {LARGEST >> 20} MiB')
    return content


def _source(path, content):
    """Pillow's image where it knows the file, else tifffile's page."""
    try:
        image = Image.open(io.BytesIO(content), formats=_USUAL)
    except Image.UnidentifiedImageError:
        if tiffs.is_tiff(content):
            return Source(tiffs.Standin(content), content)
        image = _mended(content) or _by_an_extra(path, content)
    if image.format == 'TIFF' and tiffs.is_raw(image.tag_v2):
        raise _Foreign(formats.foreign('.dng'))
    return Source(image, content, image.tile[0] if image.tile else None)


#: Pillow asks one after the other whether it is theirs: most often a JPEG's.
_USUAL = sorted((each.name for each in formats.FORMATS if each.extra is None),
                key=lambda name: name != 'JPEG')


def _mended(content):
    """An image less what is damaged beside it, or None.

    What is left out stands in its ``info``.
    """
    for start, mended in ((b'\xff\xd8', jpegs.mended),
                          (b'\x89PNG', pngs.mended)):
        if content.startswith(start):
            content, damage = mended(content)
            image = Image.open(io.BytesIO(content), formats=_USUAL)
            image.info['damage'] = damage
            return image


def _by_an_extra(path, content):
    add_extras()
    known = [each.name for each in formats.FORMATS
             if each.extra and each.name in Image.OPEN]
    form = formats.by_ending(path)
    if form and form.extra and form.name not in known:
        raise _Foreign(f'{form.name} needs the extra: pip install '
                       f"'.[{form.extra}]'")
    return Image.open(io.BytesIO(content), formats=known or _USUAL)


class _Foreign(ValueError):
    """A kind of file that is not read, in the user's words."""


def _refuse_foreign(path, start):
    """A raw photo often is a TIFF of a small preview: go by its name.

    Only its first bytes are read before, as a film may be large.
    """
    found = formats.foreign(path)
    if found and not start.startswith((b'\x89PNG', b'\xff\xd8')):
        raise _Foreign(found)
    for magic, ending in ((b'8BPS', '.psd'), (b'%PDF', '.pdf')):
        if start.startswith(magic):
            raise _Foreign(formats.foreign(ending))


def _reason(error):
    if isinstance(error, _Foreign):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, Image.DecompressionBombError):
        most = 2 * Image.MAX_IMAGE_PIXELS // 10 ** 6
        return f'larger than {most} megapixels'
    if isinstance(error, MemoryError):
        return 'not enough memory'
    words = str(error).split(' <')[0]  # Pillow names its file object
    words = ' '.join(words.split())
    return f'not a readable photo ({words or type(error).__name__})'

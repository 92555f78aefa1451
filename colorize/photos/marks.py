"""How a result knows the photo that it was made of.

The photo's content is digested, and the digest stands in the EXIF of the
result: it survives moving folders and names, needs no file beside, and is
read without decoding anything. Where a format or another program has no EXIF,
the two pictures are compared: a result has the photo's own lightness, and
colours. A copy of a photo is no result.
"""

import contextlib
import functools
import hashlib
import io
import os
import struct

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

import colorize
from colorize.disk.whole import require_file
from colorize.photos import exif, formats, images

__all__ = ['belongs', 'mark_in', 'mark_of', 'marked', 'quick_mark_of',
           'settings_in']

#: A photo is first known by its size and so many parts of so many bytes,
#: evenly spread: scans of one scanner may have one size and white margins.
_PARTS, _BYTES = 8, 1 << 15

#: Digits of each half of a mark.
_HALF = 16

#: Seconds by which a photo has to be older than its result to be the one that
#: was read: reading and colouring take time, and clocks differ.
_OLDER = 60

#: Pictures are compared at so many pixels a side.
_SIDE = 16


def mark_of(photo):
    """Digest a file; a half is of parts of it, the other of all of it.

    Parameters
    ----------
    photo : str or bytes
        Its path, or the content of its file.

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    with _opened(photo) as file:
        return _of_parts(file)[:_HALF] + _of_all(file)[_HALF:]


def quick_mark_of(path):
    """Digest parts of a file only, as of a film; a half is :func:`mark_of`'s.

    Parameters
    ----------
    path : str

    Returns
    -------
    str
        32 hexadecimal digits.

    Raises
    ------
    OSError
        When it cannot be read.
    """
    with _opened(path) as file:
        return _of_parts(file)


def _opened(photo):
    if isinstance(photo, bytes):
        return io.BytesIO(photo)
    require_file(photo)
    return open(photo, 'rb')


def _of_parts(file):
    size = file.seek(0, os.SEEK_END)
    if size <= _PARTS * _BYTES:
        return _of_all(file)
    found = hashlib.sha256(str(size).encode())  # processors have it
    for number in range(_PARTS):
        file.seek(number * (size - _BYTES) // (_PARTS - 1))
        found.update(file.read(_BYTES))
    return found.hexdigest()[:2 * _HALF]


def _of_all(file):
    found = hashlib.sha256(str(file.seek(0, os.SEEK_END)).encode())
    file.seek(0)
    for part in iter(functools.partial(file.read, 1 << 20), b''):
        found.update(part)
    return found.hexdigest()[:2 * _HALF]


def marked(photo):
    """EXIF of a result, with its mark.

    Parameters
    ----------
    photo : colorize.photos.photo_file.Photo
        Of its `exif`, its `mark` and, a word, its `settings` each may be
        None.

    Returns
    -------
    bytes, or None where there is nothing to say
    """
    if photo.mark is None:
        return photo.exif
    found = exif.loaded(photo.exif) if photo.exif else Image.Exif()
    made = f' as {photo.settings}' if photo.settings else ''
    found[Base.ProcessingSoftware] = \
        f'colorize {colorize.__version__}{made}, photo {photo.mark}'
    return found.tobytes()


def belongs(result, photo, surely=False):
    """Whether a file is the result of a photo.

    Parameters
    ----------
    result, photo : str
        Paths.
    surely : bool
        Whether likeness is too little where a mark could be.

    Raises
    ------
    OSError
        When the photo cannot be read.
    """
    quick, found = quick_mark_of(photo), mark_in(result)
    if found is not None:
        return found[:_HALF] == quick[:_HALF] and (
            _is_older(photo, result) or found == mark_of(photo))
    if surely and _holds_marks(formats.by_ending(result)):
        return False
    with contextlib.suppress(OSError):
        if quick_mark_of(result) == quick:
            return False  # a copy of the photo
    try:
        return _alike(images.load(result), images.load(photo))
    except images.ImageError:
        return False


def _is_older(photo, result):
    """Whether nobody has written a photo since its result was made.

    Then its parts suffice: to read all of a thousand scans takes long.
    """
    return os.stat(photo).st_mtime + _OLDER < os.stat(result).st_mtime


def mark_in(path):
    """The mark in a result, or None; nothing is decoded."""
    return _said_in(path)[1]


def settings_in(path):
    """What :func:`marked` was told of the settings of a result, or None."""
    return _said_in(path)[0]


def _said_in(path):
    """Settings and mark, each or None."""
    try:
        with open(path, 'rb') as file:
            said = _entries(file).get(Base.ProcessingSoftware, '')
        if isinstance(said, bytes):  # libtiff knows no text there
            said = said.decode('latin-1')
    except Exception:  # a damaged file can raise anything
        return None, None
    name, _, mark = said.partition(', photo ')
    if not name.startswith('colorize '):
        return None, None
    return name.partition(' as ')[2] or None, mark.strip('\0 ')


def _entries(file):
    """EXIF of a file."""
    start = file.read(12)
    if start.startswith(b'RIFF') and start.endswith(b'WEBP'):
        found = Image.Exif()
        found.load(_of_webp(file))
        return found
    file.seek(0)
    # A PNG's own getexif would decode it, to look behind the picture.
    return Image.Image.getexif(_of_any_size(file))


def _of_webp(file):
    """Bytes of EXIF; Pillow would read all of the file."""
    while True:
        name, size = struct.unpack('<4sI', file.read(8))
        if name == b'EXIF':
            return file.read(size)
        file.seek(size + size % 2, os.SEEK_CUR)


def _of_any_size(file):
    """Pillow's image of a file that can hold a mark.

    By ``Image.open`` it would be refused above a limit, which a photo and
    its result side by side can exceed, and which all threads share.
    """
    Image.init()
    start = file.read(16)
    for each in formats.FORMATS:
        if _holds_marks(each):
            make, accepts = Image.OPEN[each.name]
            if accepts(start):
                file.seek(0)
                return make(file, file.name)
    raise ValueError('no format that holds EXIF')


def _holds_marks(form):
    return form is not None and 'exif' in (form.holds or ())


def _alike(result, photo):
    """Whether two pictures have the same lightness, wherever that is said.

    Of several side by side the first counts. Somebody may have made the
    result brighter or smaller.
    """
    rows, columns = photo.shape[:2]
    across = result.shape[1] * rows / (result.shape[0] * columns)
    if abs(across - round(across)) > 0.02 * across or not 0.98 < across < 3.1:
        return False
    if all(np.array_equal(result[..., 0], result[..., other])
           for other in (1, 2)):
        return False  # as grey as a copy of a photo
    result = result[:, :result.shape[1] // round(across)]
    first, second = (_small(each) for each in (result, photo))
    if min(first.std(), second.std()) < 2:
        return np.abs(first - second).mean() < 4
    return np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.99


def _small(rgb):
    image = Image.fromarray(rgb).convert('L').resize((_SIDE, _SIDE),
                                                     Image.BOX)
    return np.asarray(image, 'float32')

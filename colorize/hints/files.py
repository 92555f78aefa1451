"""Files of hints: JSON, or a picture as large as the photo."""

import json
import os

import numpy as np

from colorize.disk.whole import require_file
from colorize.hints.places import MOST, HintError, placed
from colorize.photos import decode, exif, images, opening, profiles

__all__ = ['LONGEST', 'listed', 'read']

#: Bytes of a JSON file: what MOST hints take, and blanks.
LONGEST = 1 << 21


def read(path, shape):
    """Read hints for a photo.

    Parameters
    ----------
    path : str
        A name that ends in ``.json`` (in any case) holds a list, any other
        file a picture; see :func:`colorize.hints.places.placed`.
    shape : tuple of int
        Rows and columns of the photo.

    Returns
    -------
    colorize.hints.places.Hinted

    Raises
    ------
    HintError
        Names the file and says what is wrong with it.
    """
    try:
        if os.path.splitext(path)[1].lower() == '.json':
            return placed(listed(path), shape)
        return placed(_picture(path, shape), shape)
    except HintError as error:
        raise HintError(f'{path}: {error}') from error


def listed(path):
    """Read the list that a JSON file of hints holds.

    Parameters
    ----------
    path : str

    Returns
    -------
    list

    Raises
    ------
    HintError
        Says what is wrong with the file, without its name.
    OSError
    """
    require_file(path)
    if os.path.getsize(path) > LONGEST:
        raise HintError(f'has more than {LONGEST} bytes')
    try:
        with open(path, encoding='utf-8-sig') as file:
            found = json.load(file)
    except UnicodeDecodeError as error:
        raise HintError('must be UTF-8') from error
    except (RecursionError, ValueError) as error:
        raise HintError(f'is no JSON ({error})') from error
    if not isinstance(found, list):
        raise HintError('holds no list of hints')
    if len(found) > MOST:
        raise HintError(f'holds {len(found)} hints (at most {MOST})')
    return found


def _picture(path, shape):
    try:
        with opening.opened(path) as source:
            # The size is known before anything is decoded.
            if sorted(source.image.size) != sorted(shape):
                raise HintError('is {1} x {0} pixels, the photo {2} x {3}'
                                .format(*source.image.size, *shape))
            found = decode.raster(source, exif.orientation(source.image))
            if found.alpha is None:
                raise HintError('has no transparent pixels: all of them '
                                'would be hints')
            return _with_opacity(found)
    except opening.ImageError as error:
        # Of our own rule, or of a file that is no picture.
        if isinstance(error.__cause__, HintError):
            raise error.__cause__ from error
        raise HintError(str(error).replace(f'{path}: ', '', 1)) from error


def _with_opacity(found):
    values = images.to_eight(profiles.naive(found.values, found.space))
    if values.ndim == 2:
        values = np.repeat(values[..., None], 3, axis=2)
    return np.dstack([values, images.to_eight(found.alpha)])

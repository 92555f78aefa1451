"""Hints in a photo's pixels: what may be said, and where it lies."""

import numbers
import re
from collections import namedtuple

import numpy as np

from colorize import color

__all__ = ['HintError', 'MOST', 'Hinted', 'check_place', 'checked',
           'chroma_of', 'hex_of', 'hinted_at', 'placed', 'shrunk',
           'unshowable']

#: Hints of a list; of a picture, any number of pixels.
MOST = 10000

#: All in the photo's pixels. shape: (row, column) of the photo. rows,
#: columns: int arrays, (pixel,), each pixel once. chroma: float32 array,
#: (pixel, 2). certainty: float32 array, (pixel,), 0 to 1.
Hinted = namedtuple('Hinted', 'shape rows columns chroma certainty')

_COLOR = re.compile('#[0-9a-fA-F]{6}')


class HintError(ValueError):
    """A hint that cannot be; names it and the rule."""

    #: Exit status of a command: as for any wrong use.
    status = 2


def placed(hints, shape):
    """Find the pixels of hints.

    Parameters
    ----------
    hints : sequence of dict, or uint8 array (row, column, 4)
        Each with 'row', 'column' (of its middle, numbers from 0), 'color'
        ('#rrggbb') and, if need be, 'radius' in pixels (0, one pixel, unless
        it is said) and 'certainty' (0 to 1, which is the default: it holds).
        Where two lie on one pixel, the later one counts. Or a picture as
        large as the photo, R, G, B and opacity: its opaque pixels.
    shape : tuple of int
        Rows and columns of the photo.

    Returns
    -------
    Hinted

    Raises
    ------
    HintError
        When a hint is none, or lies outside the photo.
    """
    if isinstance(hints, Hinted):
        return hints
    if isinstance(hints, np.ndarray):
        return _of_picture(hints, shape)
    hints = checked(hints, shape)
    certainty = np.zeros(shape, 'float32')
    chroma = np.zeros(shape + (2,), 'float32')
    for found in hints:
        where = _disc(found, shape)
        certainty[where] = found['certainty']
        chroma[where] = chroma_of(found['color'])
    return hinted_at(certainty, chroma)


def checked(hints, shape):
    """Hints with all that they leave out.

    Parameters
    ----------
    hints : sequence of dict
        As of :func:`placed`.
    shape : tuple of int
        Rows and columns of the photo.

    Returns
    -------
    list of dict

    Raises
    ------
    HintError
        When a hint is none, or lies outside the photo.
    """
    if not isinstance(hints, (list, tuple)) or len(hints) > MOST:
        raise HintError(f'hints are a list of {MOST} at most, or a picture')
    return [_checked(hint, number, shape)
            for number, hint in enumerate(hints, 1)]


def hinted_at(certainty, chroma):
    """Hints where the certainty is above 0.

    Parameters
    ----------
    certainty : float32 array, (row, column)
    chroma : float32 array, (row, column, 2)

    Returns
    -------
    Hinted
    """
    rows, columns = np.nonzero(certainty)
    return Hinted(certainty.shape, rows, columns, chroma[rows, columns],
                  certainty[rows, columns])


def _of_picture(picture, shape):
    if (picture.dtype != np.uint8 or picture.ndim != 3
            or picture.shape[2] != 4):
        raise HintError('a picture of hints is an array of uint8, (row, '
                        f'column, 4), got {picture.dtype} {picture.shape}')
    if picture.shape[:2] != tuple(shape):
        raise HintError('a picture of hints is as large as the photo, '
                        '{} x {}; this one is {} x {}'.format(
                            *shape, *picture.shape[:2]))
    # Half transparent pixels are the rims of strokes: mixed with nothing.
    certainty = (picture[..., 3] == 255).astype('float32')
    return hinted_at(certainty, color.split(picture[..., :3])[1])


def _checked(hint, number, shape):
    """A hint with its defaults, or an error that names it."""
    if not isinstance(hint, dict):
        raise HintError(f'hint {number}: must be an object with row, column '
                        f'and color, got {hint!r}')
    full = dict({'radius': 0, 'certainty': 1}, **hint)
    rules = {'row': (0, shape[0] - 1), 'column': (0, shape[1] - 1),
             'radius': (0, max(shape)), 'certainty': (0, 1)}
    if 'frame' in hint:
        raise HintError(f'hint {number}: a frame is for films; this is a '
                        'photo')
    for name in full:
        if name not in rules and name != 'color':
            raise HintError(f'hint {number}: unknown {name!r}; known are '
                            f"color, {', '.join(rules)}")
    for name, (least, most) in rules.items():
        value = full.get(name)
        if (not isinstance(value, numbers.Real) or isinstance(value, bool)
                or not least <= value <= most):
            raise HintError(f'hint {number}: {name} must be {least} to '
                            f'{most}, got {value!r}')
    value = full.get('color')
    if not isinstance(value, str) or not _COLOR.fullmatch(value):
        raise HintError(f"hint {number}: color must be '#rrggbb', got "
                        f'{value!r}')
    return full


def check_place(row, column, shape):
    """Refuse what is no pixel of a photo.

    Raises
    ------
    HintError
    """
    for name, value, length in zip(('row', 'column'), (row, column), shape):
        if not isinstance(value, (int, np.integer)) or not (
                0 <= value < length):
            raise HintError(f'{name} must be 0 to {length - 1}, got {value!r}')


def _disc(hint, shape):
    """Index of the pixels of a disc, cut at the photo's ends."""
    row, column, radius = hint['row'], hint['column'], hint['radius']
    first = [max(0, int(middle - radius)) for middle in (row, column)]
    last = [min(most, int(middle + radius) + 1) for middle, most
            in zip((row, column), shape)]
    rows, columns = np.ogrid[first[0]:last[0], first[1]:last[1]]
    inside = (rows - int(row)) ** 2 + (columns - int(column)) ** 2 \
        <= radius ** 2
    found = np.nonzero(inside)
    return found[0] + first[0], found[1] + first[1]


def chroma_of(text):
    """U and V of '#rrggbb'."""
    values = [int(text[place:place + 2], 16) for place in (1, 3, 5)]
    return color.split(np.array([[values]], 'uint8'))[1][0, 0]


def hex_of(rgb):
    """'#rrggbb' of float R, G, B in 0 to 1."""
    return '#{:02x}{:02x}{:02x}'.format(*np.rint(
        np.asarray(rgb) * 255).astype(int))


def shrunk(hinted, shape):
    """Hints at the size of the network.

    A pixel there holds the mean of the hints in it.

    Parameters
    ----------
    hinted : Hinted
    shape : tuple of int
        Rows and columns that the network looks at.

    Returns
    -------
    Hinted
    """
    rows, columns = (np.minimum(places * few // many, few - 1)
                     for places, few, many in zip(
                         (hinted.rows, hinted.columns), shape, hinted.shape))
    pixels = rows * shape[1] + columns
    count = np.prod(shape)
    weight = np.bincount(pixels, hinted.certainty, count)
    held = np.flatnonzero(weight)
    chroma = np.stack([np.bincount(
        pixels, plane * hinted.certainty, count)[held] / weight[held]
        for plane in hinted.chroma.T], axis=-1).astype('float32')
    certainty = np.zeros(count, 'float32')
    np.maximum.at(certainty, pixels, hinted.certainty)
    return Hinted(tuple(shape), held // shape[1], held % shape[1], chroma,
                  certainty[held])


def unshowable(hinted, photo):
    """How many pixels of hints no screen can show at the photo's lightness.

    They are painted paler, in the same hue. Those that are drawn to a hint
    only do not count.

    Parameters
    ----------
    hinted : Hinted
    photo : array, (row, column) or (row, column, 3)
        Grey or sRGB.

    Returns
    -------
    int
    """
    sure = hinted.certainty == 1
    pixels = photo[hinted.rows[sure], hinted.columns[sure]]
    painted = color.merge(color.lightness_of(pixels[None])[0],
                          hinted.chroma[sure])
    away = np.abs(color.split(painted)[1] - hinted.chroma[sure]).max(axis=-1)
    return int((away > 1).sum())

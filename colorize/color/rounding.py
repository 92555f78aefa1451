"""From colours in 0 to 1 to whole numbers, with the grey of the photo.

Rounding R, G and B each to the nearest now and then moves the grey that they
make by a level. Here they move together.
"""

import itertools
from functools import lru_cache

import numpy as np

from colorize import color

__all__ = ['grays', 'to_integers']

#: R, G and B move by so many levels, least seen first: blue before red
#: before green, as their share of lightness is.
_STEPS = sorted(itertools.product(range(-3, 4), range(-1, 2), range(-3, 4)),
                key=lambda step: np.abs(step) @ (2, 6, 1))[1:]


def grays(photo, dtype=None):
    """The grey photo that has the lightness (CIE L*) of a colour photo.

    Parameters
    ----------
    photo : array, (row, column, 3)
    dtype : {'uint8', 'uint16'}, optional
        Without, that of the photo.

    Returns
    -------
    array, (row, column)
    """
    dtype = np.dtype(dtype or photo.dtype)
    return np.searchsorted(_bounds(dtype)[1:-1], color.luminance(photo),
                           'right').astype(dtype)


def to_integers(rgb, gray):
    """Round so that the result has exactly that grey.

    Parameters
    ----------
    rgb : float array, (row, column, 3)
        sRGB in 0 to 1.
    gray : uint8 or uint16 array, (row, column)
        What :func:`grays` of the result shall be. The result is of its
        type.

    Returns
    -------
    array, (row, column, 3)
        In some of a million pixels, where `rgb` was far from such a grey,
        it may miss.
    """
    most = np.iinfo(gray.dtype).max
    found = np.rint(np.clip(rgb, 0, 1) * most).astype(gray.dtype)
    flat, goal = found.reshape(-1, 3), gray.reshape(-1)
    wrong = np.flatnonzero(~_fits(flat, goal))
    for step in _STEPS:
        if not len(wrong):
            break
        moved = flat[wrong].astype('int32') + step
        tried = np.clip(moved, 0, most).astype(gray.dtype)
        good = _fits(tried, goal[wrong])
        flat[wrong[good]] = tried[good]
        wrong = wrong[~good]
    return found


def _fits(flat, goal):
    """Whether each pixel has that grey."""
    bounds, found = _bounds(goal.dtype), color.luminance(flat[None])[0]
    return (found >= bounds[goal]) & (found < bounds[goal + 1])


@lru_cache(maxsize=None)
def _bounds(dtype):
    """Y between neighbouring greys: level n from [n] to below [n + 1]."""
    levels = np.iinfo(dtype).max + 1
    found = color.linear((np.arange(levels + 1) - 0.5) / (levels - 1))
    found[0], found[-1] = -np.inf, np.inf
    return found

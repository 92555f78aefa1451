"""From colours in 0 to 1 to whole numbers, with the grey of the photo.

Rounding R, G and B each to the nearest now and then moves the grey that they
make by a level. So each is rounded down or up, whichever of the eight ways
has that grey and is the nearest to the colour.

There always is one. A step of one channel moves Y by less than a level of
grey is wide: at most 0.87 of it, in pure green. Going from all three rounded
down to all rounded up, Y cannot step over that level.
"""

import itertools
from functools import lru_cache

import numpy as np

from colorize import color

__all__ = ['bounds', 'grays', 'shares', 'to_integers']

#: Y in whole numbers: their sum is the same in whatever order they are
#: added, here and in compiled code. The narrowest level of 16 bits is 1270.
_UNIT = 1 << 30

#: Which of R, G and B are rounded up.
_WAYS = np.array(list(itertools.product((0, 1), repeat=3)), 'float32')


def grays(photo, dtype=None):
    """The grey photo that has the lightness (CIE L*) of a colour photo.

    Parameters
    ----------
    photo : uint8 or uint16 array, (row, column, 3)
    dtype : {'uint8', 'uint16'}, optional
        Without, that of the photo.

    Returns
    -------
    array, (row, column)
    """
    dtype = np.dtype(dtype or photo.dtype)
    return np.searchsorted(bounds(dtype)[1:-1], _luminance(photo),
                           'right').astype(dtype)


def to_integers(rgb, gray):
    """Round so that the result has exactly that grey.

    Parameters
    ----------
    rgb : float array, (row, column, 3)
        sRGB in 0 to 1, of about that grey.
    gray : uint8 or uint16 array, (row, column)
        What :func:`grays` of the result shall be. The result is of its
        type.

    Returns
    -------
    array, (row, column, 3)
        Less than a level from `rgb`. Where `rgb` has another grey, it is
        rounded to the nearest.
    """
    most = np.iinfo(gray.dtype).max
    levels = np.clip(rgb, 0, 1) * np.float32(most)
    found = np.rint(levels).astype(gray.dtype)
    wrong = ~_fits(found, gray)
    found[wrong] = _nearest(levels[wrong], gray[wrong])
    return found


def _nearest(levels, gray):
    """The nearest way of rounding (pixel, 3) that has the grey (pixel,)."""
    most = np.iinfo(gray.dtype).max
    ways = np.minimum(np.floor(levels) + _WAYS[:, None], most)
    far = ((ways - levels) ** 2).sum(axis=-1)
    ways = ways.astype(gray.dtype)
    far[~_fits(ways, gray)] += 4
    return ways[far.argmin(axis=0), np.arange(len(gray))]


def _fits(photo, gray):
    """Whether the luminance of each pixel is that of its grey level."""
    limits, found = bounds(gray.dtype), _luminance(photo)
    return (found >= limits[gray]) & (found < limits[gray + np.int32(1)])


def _luminance(photo):
    """Y in whole numbers."""
    return sum(share[photo[..., channel]]
               for channel, share in enumerate(shares(photo.dtype)))


@lru_cache(maxsize=None)
def shares(dtype):
    """How much luminance Y each level of R, G and B adds.

    Parameters
    ----------
    dtype : numpy.dtype
        uint8 or uint16.

    Returns
    -------
    int32 array, (3, level)
        In units of 2 ** -30.
    """
    values = color.linear(np.arange(np.iinfo(dtype).max + 1).astype(dtype))
    return np.rint(np.outer(color.LUMINANCE.astype('float64'), values)
                   * _UNIT).astype('int32')


@lru_cache(maxsize=None)
def bounds(dtype):
    """The luminances Y at which greys begin.

    What lies from element n to below element n + 1 is shown by grey level n.

    Parameters
    ----------
    dtype : numpy.dtype
        uint8 or uint16.

    Returns
    -------
    int32 array, (level + 1,)
        In units of 2 ** -30.
    """
    levels = np.iinfo(dtype).max + 1
    found = color.linear((np.arange(levels + 1) - 0.5) / (levels - 1))
    found = np.rint(found[:levels].astype('float64') * _UNIT)
    ends = np.iinfo('int32')
    return np.concatenate([[ends.min], found[1:], [ends.max]]).astype('int32')

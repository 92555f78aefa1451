"""The network's colours as planes of Cb and Cr for a film's own luma.

A picture is luma times what its colours are to luma: Cb / Y' and Cr / Y'
hardly change across the shading of one thing, so these ratios are computed
at the network's size, scaled up along edges and multiplied with luma. A
photo is coloured at its lightness, a film at its luma.
"""

from collections import namedtuple
from functools import lru_cache

import cv2
import numpy as np

from colorize import color
from colorize.color import guided_filter, spaces
from colorize.video.extra import FilmError

__all__ = ['Codes', 'codes', 'half', 'lightness', 'paint',
           'ratios']

#: Share of R and B in luma, by FFmpeg's numbers: BT.709, FCC, BT.470BG,
#: SMPTE 170M, SMPTE 240M, BT.2020.
_SHARES = {1: (0.2126, 0.0722), 4: (0.30, 0.11), 5: (0.299, 0.114),
           6: (0.299, 0.114), 7: (0.212, 0.087), 9: (0.2627, 0.0593)}

#: Times that the lightness of a colour is put right by its luma.
_STEPS = 3

#: Linear RGB of BT.2020 from that of BT.709 (ITU-R BT.2087).
_TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114],
                     [0.0164, 0.0880, 0.8956]], 'float32')

#: What luma's codes mean. black, span: code of 0 and codes up to 1. zero,
#: reach: code of no chroma, and codes for chroma of 1. lightness, level: CIE
#: L and luma in 0 to 1 of each code, float32. red, blue: see _SHARES.
Codes = namedtuple('Codes', 'zero reach lightness level red blue wide')


def codes(film, depth):
    """What the codes of a film mean.

    Parameters
    ----------
    film : colorize.video.reading.Film
    depth : int
        Bits of the arrays that are looked at.

    Returns
    -------
    Codes

    Raises
    ------
    FilmError
        When the film's chroma is none of those that are known.
    """
    matrix = matrix_of(film)
    if matrix not in _SHARES:
        raise FilmError(f'{film.path}: colours by matrix {matrix} (known: '
                        f"{', '.join(map(str, _SHARES))})")
    return _codes(depth, film.full, matrix, film.primaries == 9)


def matrix_of(film):
    """FFmpeg's number of the matrix, as players guess it where none is."""
    if film.matrix == 0:
        return 1  # RGB, which is turned into this
    if film.matrix == 2:
        return 1 if film.rows >= 720 else 6
    return film.matrix


@lru_cache(maxsize=8)
def _codes(depth, full, matrix, wide):
    unit, most = 1 << depth - 8, (1 << depth) - 1
    black, span = (0, most) if full else (16 * unit, 219 * unit)
    # Of two bytes, a damaged film may hold anything.
    level = np.clip((np.arange(1 << (8 if depth == 8 else 16)) - black)
                    / span, 0, 1)
    return Codes(128 * unit, most if full else 224 * unit,
                 color.lightness_of(level[None].astype('float32'))[0],
                 level.astype('float32'), *_SHARES[matrix], wide)


def half(luma, rows, columns):
    """Luma at the size of chroma.

    Parameters
    ----------
    luma : uint8 or uint16 array
    rows, columns : int

    Returns
    -------
    array of that size and the same type
    """
    if luma.shape == (rows, columns):
        return luma
    return cv2.resize(luma, (columns, rows), interpolation=cv2.INTER_AREA)


def lightness(luma, known, rows, columns):
    """What the network looks at: lightness, averaged over.

    Parameters
    ----------
    luma : uint8 or uint16 array
        Of any size, best :func:`half`.
    known : Codes
    rows, columns : int
        The network's size.

    Returns
    -------
    float32 array, (`rows`, `columns`)
    """
    full = _look_up(known.lightness, luma)
    shrinks = rows <= len(luma) and columns <= luma.shape[1]
    return cv2.resize(full, (columns, rows), interpolation=cv2.INTER_AREA
                      if shrinks else cv2.INTER_CUBIC)


def _look_up(table, values):
    if values.dtype == np.uint8:
        return cv2.LUT(np.ascontiguousarray(values), table)
    return table[values]


def ratios(chroma, small, known):
    """The network's colours as parts of luma, which hold at any luma.

    Parameters
    ----------
    chroma : float array, (row, column, 2)
        U and V.
    small : float array, (row, column)
        The lightness that they are for.
    known : Codes

    Returns
    -------
    float32 array, (row, column, 2)
        (B' - Y') / Y' and (R' - Y') / Y': -1 and more. Vivid colours have less
        luma than the grey of their lightness, so their lightness is sought
        with which they have the luma that is there.
    """
    # Below this there is nothing to be seen, and ratios are noise.
    small = np.maximum(small, np.float32(2))
    goal = color.to_gray(small) / np.float32(255)
    for step in range(_STEPS):
        red, green, blue = _rgb(chroma, small, known)
        luma = (known.red * red + known.blue * blue
                + (1 - known.red - known.blue) * green)
        small = np.maximum(small + 100 * (goal - luma), np.float32(2))
    return np.stack([blue / luma - 1, red / luma - 1], axis=-1)


def _rgb(chroma, lightness, known):
    """Planes of R', G', B' at that lightness; above 1 where none is so."""
    u_white, v_white, matrix = spaces.white()
    factor = 1 / (13 * lightness)
    u = chroma[..., 0] * factor + u_white
    # See colorize.color.spaces: hues below would turn into their opposites.
    v = np.maximum(chroma[..., 1] * factor + v_white, np.float32(0.1))
    x, z = 2.25 * u / v, (3 - 0.75 * u) / v - 5
    linear = [row[0] * x + row[1] + row[2] * z for row in matrix]
    if known.wide:
        linear = [sum(a * plane for a, plane in zip(row, linear))
                  for row in _TO_2020]
    light = color.linear(color.to_gray(lightness) / np.float32(255))
    return [_gamma(np.maximum(plane, 0) * light) for plane in linear]


def _gamma(linear):
    """That of sRGB, for values above 1 too; OpenCV's power is fast."""
    return np.where(linear > np.float32(0.0031308),
                    np.float32(1.055) * cv2.pow(linear, 1 / 2.4)
                    - np.float32(0.055), np.float32(12.92) * linear)


def paint(found, small, luma, known):
    """Planes of Cb and Cr.

    A colour that no screen can show at that luma is made paler until one
    can.

    Parameters
    ----------
    found : float array, (row, column, 2)
        See :func:`ratios`.
    small : float array, (row, column)
        Lightness at that size.
    luma : uint8 or uint16 array, (row, column)
        At the size of chroma.
    known : Codes

    Returns
    -------
    blue, red : arrays of the shape and type of `luma`
    """
    ready = guided_filter.guide(found, small)
    planes = np.dstack([found, ready.slope, small]).astype('float32')
    blue, red = np.empty_like(luma), np.empty_like(luma)
    wide = cv2.resize(planes, luma.shape[::-1],
                      interpolation=cv2.INTER_LINEAR)
    step = max(1, (1 << 16) // luma.shape[1])
    for start in range(0, len(luma), step):
        part = slice(start, start + step)
        blue[part], red[part] = _painted(wide[part], luma[part], known)
    return blue, red


def _painted(wide, luma, known):
    """Some rows; few enough to stay in a cache."""
    detail = _look_up(known.lightness, luma) - wide[..., 4]
    blue = np.maximum(wide[..., 0] + wide[..., 2] * detail, np.float32(-1))
    red = np.maximum(wide[..., 1] + wide[..., 3] * detail, np.float32(-1))
    level = _look_up(known.level, luma)
    green = (-known.red * red - known.blue * blue) * np.float32(
        1 / (1 - known.red - known.blue))
    # Of luma and ratio, the largest of R', G', B' shall not be above 1.
    most = np.maximum(np.maximum(blue, red), green) * level
    reach = np.minimum(level, level * (1 - level) / np.maximum(
        most, np.float32(1e-6)))
    # Green shall not be below 0.
    reach /= np.maximum(1, -green)
    return (_coded(blue * reach, known.blue, known, luma.dtype),
            _coded(red * reach, known.red, known, luma.dtype))


def _coded(difference, share, known, kind):
    factor = np.float32(known.reach / (2 * (1 - share)))
    return np.clip(difference * factor + np.float32(known.zero + 0.5), 1,
                   2 * known.zero - 1).astype(kind)

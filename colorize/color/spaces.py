"""Colour spaces: a photo is lightness (known) and chroma (predicted).

CIELUV is the paper's (Section 3.1): L is the input, U and V the target.
HSV is its ablation (Section 5.2, point 4): V is the input, H and S the
target. YUV (ITU-R BT.601) is that of Dahl's system: Y is the input, U and V,
by the largest that sRGB has, the target.
"""

from collections import namedtuple
from functools import lru_cache

import numpy as np

__all__ = ['COLOR_SPACES', 'LUMINANCE', 'clip_chroma', 'color_space',
           'lightness_of', 'linear', 'luminance', 'merge', 'saturate',
           'saturation', 'split', 'to_gray', 'white']

#: What R, G and B of linear sRGB give to Y, as scikit-image has it.
LUMINANCE = np.array([0.212671, 0.715160, 0.072169], 'float32')

#: The same of Y in YUV, whose R, G and B are not linear.
_LUMA = np.array([0.299, 0.587, 0.114], 'float32')

#: The largest U (of blue) and V (of red) of YUV.
_MOST_UV = np.array([0.436, 0.615], 'float32')

#: split: RGB -> (lightness, chroma); merge: the way back; gray: lightness ->
#: the grayscale photo, 0 to 255; low, high: range of both chroma channels;
#: unit: what the regression network's outputs are multiplied with.
ColorSpace = namedtuple('ColorSpace', 'name split merge gray low high unit')


def color_space(name):
    """Look a colour space up.

    Parameters
    ----------
    name : {'luv', 'hsv'}

    Returns
    -------
    ColorSpace

    Raises
    ------
    ValueError
        When there is none of that name.
    """
    try:
        return COLOR_SPACES[name]
    except (KeyError, TypeError):
        raise ValueError('color_space must be one of '
                         f"{', '.join(map(repr, sorted(COLOR_SPACES)))}, got "
                         f'{name!r}') from None


def split(rgb, space='luv'):
    """Split a photo into lightness and chroma.

    Parameters
    ----------
    rgb : array, (..., 3)
        sRGB, uint8, uint16, or float in 0 to 1.
    space : {'luv', 'hsv'}

    Returns
    -------
    lightness : float32 array, (...)
        L in 0 to 100, or V in 0 to 1.
    chroma : float32 array, (..., 2)
        U in -83.1 to 175.0 and V in -134.1 to 107.4 (not clipped), or H
        and S in 0 to 1.
    """
    return color_space(space).split(_unit_float(rgb))


def lightness_of(photo, space='luv'):
    """Only the lightness of :func:`split`, in a tenth of the time.

    Parameters
    ----------
    photo : array, (row, column) or (row, column, 3)
        Grey or sRGB; uint8, uint16, or float in 0 to 1.
    space : {'luv', 'hsv'}

    Returns
    -------
    float32 array, (row, column)
    """
    photo = np.asarray(photo)
    if color_space(space).name == 'hsv':
        return _unit_float(photo.max(axis=-1) if photo.ndim == 3 else photo)
    if space == 'yuv':
        values = _unit_float(photo)
        return values @ _LUMA if photo.ndim == 3 else values
    if photo.ndim == 2 and photo.dtype.kind == 'u':
        return _lightness_table(photo.dtype)[photo]
    return _lightness(luminance(photo))


def _lightness(found):
    """L of Y, CIE 1976."""
    return np.where(found > 0.008856, 116 * np.cbrt(found) - 16,
                    903.3 * found).astype('float32')


@lru_cache(maxsize=None)
def _lightness_table(dtype):
    return _lightness(_linear_table(dtype))


def luminance(photo):
    """Y of CIE XYZ, 0 to 1, of what :func:`lightness_of` takes."""
    values = linear(photo)
    return values if photo.ndim == 2 else values @ LUMINANCE


def linear(values):
    """sRGB's transfer function undone, IEC 61966-2-1, float32 in 0 to 1."""
    values = np.asarray(values)
    if values.dtype.kind == 'u':
        return _linear_table(values.dtype)[values]
    return np.where(values > 0.04045,
                    (np.maximum(values, 0.04045) + 0.055) ** 2.4
                    / 1.055 ** 2.4, values / 12.92).astype('float32')


@lru_cache(maxsize=None)
def _linear_table(dtype):
    most = np.iinfo(dtype).max
    return linear(np.arange(most + 1) / most)


def saturate(chroma, factor, space='luv'):
    """Make chroma stronger (or, below 1, weaker) by a factor.

    Parameters
    ----------
    chroma : float array, (..., 2)
    factor : float
        0 makes a photo grey. :func:`merge` pulls back what no screen shows.
    space : {'luv', 'hsv'}

    Returns
    -------
    float array, (..., 2)
    """
    if color_space(space).name != 'hsv':
        return chroma * np.float32(factor)
    hue, strength = np.moveaxis(chroma, -1, 0)
    return np.stack([hue, np.clip(strength * factor, 0, 1)], axis=-1)


def merge(lightness, chroma, space='luv'):
    """Join lightness and chroma into a photo; the inverse of :func:`split`.

    A colour that no screen can show is desaturated at its own luminance
    until it can be shown, so the photo keeps its lightness.

    Parameters
    ----------
    lightness : array, (...)
    chroma : array, (..., 2)
    space : {'luv', 'hsv'}

    Returns
    -------
    float32 array, (..., 3)
        sRGB in 0 to 1.
    """
    return color_space(space).merge(np.asarray(lightness, 'float32'),
                                    np.asarray(chroma, 'float32'))


def to_gray(lightness, space='luv'):
    """The grayscale photo of that lightness, float32 in 0 to 255."""
    return color_space(space).gray(np.asarray(lightness, 'float32'))


def clip_chroma(chroma, space='luv'):
    """Clip chroma to the range that the networks know.

    Parameters
    ----------
    chroma : float array, (..., 2)
    space : {'luv', 'hsv'}

    Returns
    -------
    clipped : float array, (..., 2)
        In -100 to 100 for U and V (Section 3.6), 0 to 1 for H and S.
    counts : int array, (2,)
        Pixels of each channel that were outside.
    """
    found = color_space(space)
    outside = (chroma < found.low) | (chroma > found.high)
    return (np.clip(chroma, found.low, found.high),
            outside.reshape(-1, 2).sum(axis=0))


def saturation(rgb):
    """HSV saturation of each pixel: what "S" in Sat. diff. is taken for.

    Parameters
    ----------
    rgb : array, (..., 3)
        uint8 in 0 to 255 or float in 0 to 1.

    Returns
    -------
    float32 array, (...)
        0 (grey, and black) to 1.
    """
    rgb = _unit_float(rgb)
    most = rgb.max(axis=-1)
    spread = most - rgb.min(axis=-1)
    return np.divide(spread, most, out=np.zeros_like(most), where=most > 0)


def _unit_float(rgb):
    rgb = np.asarray(rgb)
    if rgb.dtype.kind == 'u':
        return rgb.astype('float32') / np.float32(np.iinfo(rgb.dtype).max)
    return rgb.astype('float32')


def _split_luv(rgb):
    from skimage.color import rgb2luv
    luv = rgb2luv(rgb)
    return luv[..., 0], luv[..., 1:]


def _merge_luv(lightness, chroma):
    """CIELUV to sRGB, keeping L.

    skimage's luv2rgb clips each of R, G and B, which changes L. In planes, as
    arrays of three channels take numpy twice as long.
    """
    u_white, v_white, matrix = white()
    v = chroma[..., 1]
    factor = _into_diagram(lightness, v) / np.maximum(13 * lightness, 1e-3)
    u, v = chroma[..., 0] * factor + u_white, v * factor + v_white
    y = _luminance_luv(lightness)
    share = y / (4 * v)
    x, z = 9 * u * share, (12 - 3 * u - 20 * v) * share
    linear = [row[0] * x + row[1] * y + row[2] * z for row in matrix]
    rgb = np.empty(lightness.shape + (3,), 'float32')
    for channel, plane in enumerate(_into_gamut(linear, y)):
        rgb[..., channel] = _gamma(plane)
    return rgb


@lru_cache(maxsize=None)
def white():
    """The white of sRGB, and the matrix from XYZ to its lights.

    Returns
    -------
    u, v : float32
        u' and v' of D65.
    matrix : float32 array, (3, 3)
        From XYZ to linear sRGB, as scikit-image has it.
    """
    from skimage.color import colorconv
    x, y, z = colorconv.xyz_tristimulus_values(illuminant='D65',
                                               observer='2')
    total = x + 15 * y + 3 * z
    return (np.float32(4 * x / total), np.float32(9 * y / total),
            colorconv.rgb_from_xyz.astype('float32'))


def _into_diagram(lightness, v):
    """Factor for chroma that keeps v' = V / 13 L + 0.4683 above 0.1.

    Below 0 the way back to XYZ would turn hues into their opposites; no
    colour of sRGB lies below 0.158.
    """
    least = np.float32(13 * (0.1 - 0.4683)) * lightness
    return np.where(v < least, least / np.minimum(v, np.float32(-1e-6)),
                    np.float32(1))


def _into_gamut(linear, luminance):
    """Pull planes of linear sRGB to the grey of their luminance, into 0 to
    1."""
    gray = np.clip(luminance, 0, 1)
    away, reach = [plane - gray for plane in linear], np.float32(1)
    for plane in away:
        room = np.where(plane > 0, 1 - gray, gray)
        reach = np.minimum(reach, room / np.maximum(np.abs(plane),
                                                    np.float32(1e-9)))
    return [np.clip(gray + plane * reach, 0, 1) for plane in away]


def _gamma(linear):
    """The transfer function of sRGB, IEC 61966-2-1."""
    return np.where(linear > 0.0031308,
                    1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4)
                    - 0.055, 12.92 * linear).astype('float32')


def _gray_luv(lightness):
    """The grey value whose L is `lightness`: CIE 1976, then gamma."""
    return 255 * _gamma(np.clip(_luminance_luv(lightness), 0, 1))


def _luminance_luv(lightness):
    return np.where(lightness > 8, ((lightness + 16) / 116) ** 3,
                    lightness / np.float32(903.3))


def _split_hsv(rgb):
    from skimage.color import rgb2hsv
    hsv = rgb2hsv(rgb).astype('float32')
    return hsv[..., 2], hsv[..., :2]


def _merge_hsv(lightness, chroma):
    from skimage.color import hsv2rgb
    hsv = np.concatenate([chroma, lightness[..., None]], axis=-1)
    return hsv2rgb(np.clip(hsv, 0, 1)).astype('float32')


def _split_yuv(rgb):
    from skimage.color import rgb2yuv
    yuv = rgb2yuv(rgb)
    return yuv[..., 0], (yuv[..., 1:] / _MOST_UV).astype('float32')


def _merge_yuv(lightness, chroma):
    from skimage.color import yuv2rgb
    yuv = np.concatenate([lightness[..., None], chroma * _MOST_UV], axis=-1)
    planes = np.moveaxis(yuv2rgb(yuv), -1, 0)
    return np.stack(_into_gamut(planes, lightness), axis=-1).astype(
        'float32')


COLOR_SPACES = {
    'luv': ColorSpace('luv', _split_luv, _merge_luv, _gray_luv,
                      -100, 100, 100),
    'hsv': ColorSpace('hsv', _split_hsv, _merge_hsv,
                      lambda lightness: 255 * lightness, 0, 1, 1),
    'yuv': ColorSpace('yuv', _split_yuv, _merge_yuv,
                      lambda lightness: 255 * lightness, -1, 1, 1),
}

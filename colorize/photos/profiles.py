"""Colour profiles (ICC.1), by littleCMS."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

__all__ = ['adobe', 'converted', 'encoded', 'from_lab', 'gray_through',
           'is_one_way', 'is_srgb', 'made_of', 'naive', 'space_of', 'srgb_of']

#: A colour's way through two profiles may end so many of 255 levels from
#: where it began, and both are sRGB: rounding, in their makers' ways.
_SAME = 2

#: Of linear sRGB, as in :mod:`colorize.color.spaces`.
_LUMINANCE = np.array([0.212671, 0.715160, 0.072169], 'float32')

#: x and y of sRGB's white, red, green and blue.
_POINTS = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)

#: Pixels converted at a time: floats take four bytes for each value.
_PART = 1 << 20

#: littleCMS: compute each value instead of a table's steps.
_EXACT = 0x0100


@lru_cache(maxsize=16)
def space_of(icc):
    """What a profile is for: 'GRAY', 'RGB', 'CMYK' ….

    Raises
    ------
    OSError, PIL.ImageCms.PyCMSError, ValueError
        When it is no profile.
    """
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return profile.profile.xcolor_space.strip()


@lru_cache(maxsize=16)
def is_srgb(icc):
    """Whether a profile of RGB is sRGB but for rounding."""
    levels = np.linspace(0, 255, 9).astype('uint8')
    colors = np.stack(np.meshgrid(levels, levels, levels), -1)
    image = Image.fromarray(colors.reshape(9, 81, 3))
    found = ImageCms.profileToProfile(
        image, ImageCms.ImageCmsProfile(io.BytesIO(icc)),
        ImageCms.createProfile('sRGB'))
    return np.abs(np.asarray(found).astype(int)
                  - np.asarray(image)).max() <= _SAME


@lru_cache(maxsize=16)
def is_one_way(icc):
    """Whether a profile of RGB says how to leave it only, as a scanner's."""
    import imagecodecs
    try:
        encoded(np.zeros((1, 1, 3), 'uint16'), icc, 'uint16')
    except imagecodecs.CmsError:
        return True
    return False


@lru_cache(maxsize=None)
def _srgb():
    import imagecodecs
    return imagecodecs.cms_profile('srgb')


@lru_cache(maxsize=None)
def _linear_srgb():
    return made_of(_POINTS, 1.0)


@lru_cache(maxsize=None)
def adobe():
    """A profile of Adobe RGB (1998), which EXIF's R03 stands for."""
    return made_of(_POINTS[:4] + (0.21, 0.71) + _POINTS[6:], 563 / 256)


def made_of(chromaticities=None, curve=None):
    """A profile of a white, three primaries and a curve.

    Parameters
    ----------
    chromaticities : sequence of 8 floats, optional
        x and y of white, red, green and blue. Without, for grey.
    curve : float or array, optional
        A power, or linear values of evenly spaced encoded ones; without,
        that of sRGB.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        When no light has those colours.
    """
    import imagecodecs
    if curve is None:
        values = np.linspace(0, 1, 4096)
        curve = np.where(values <= 0.04045, values / 12.92,
                         ((values + 0.055) / 1.055) ** 2.4)
    told = {'gamma': curve} if np.isscalar(curve) else {
        'transferfunction': np.asarray(curve, 'float32')}
    if chromaticities is None:
        return imagecodecs.cms_profile('gray', **told)
    pairs = np.reshape(chromaticities, (4, 2))
    points = np.column_stack([pairs, np.ones(4)])
    try:
        return imagecodecs.cms_profile('rgb', whitepoint=points[0],
                                       primaries=points[1:].ravel(), **told)
    except imagecodecs.CmsError:
        raise ValueError('a cHRM of no colours') from None


def _through(values, before, after, spaces):
    """Floats of 0 to 1 (of CIELAB: its own) from one profile to another."""
    import imagecodecs
    found = imagecodecs.cms_transform(
        np.ascontiguousarray(values, 'float32'), before, after,
        colorspace=spaces[0], outcolorspace=spaces[1], outdtype='float32',
        flags=_EXACT)
    return found


def _in_parts(convert, values, shape, dtype):
    """Rows of `values` converted a part at a time."""
    found = np.empty(shape, dtype)
    step = max(1, _PART // values.shape[1])
    for start in range(0, len(values), step):
        found[start:start + step] = convert(values[start:start + step])
    return found


def _integers(unit, dtype):
    return np.rint(np.clip(unit, 0, 1) * np.iinfo(dtype).max).astype(dtype)


def _gray_table(icc, dtype):
    """sRGB's grey of each level of a grey profile.

    Parameters
    ----------
    icc : bytes
    dtype : {'uint8', 'uint16'}

    Returns
    -------
    array, (256,) or (65536,), of `dtype`
    """
    most = np.iinfo(dtype).max
    levels = np.arange(most + 1).reshape(1, -1) / most
    return _integers(_through(levels, icc, _srgb(), ('gray', 'rgb'))[
        0, :, 1], dtype)


def converted(values, icc, space):
    """A grey or CMYK photo by its profile in sRGB.

    Parameters
    ----------
    values : uint8 or uint16 array, (row, column) or (row, column, 4)
    icc : bytes
    space : {'GRAY', 'CMYK'}

    Returns
    -------
    array of the same type, (row, column) or (row, column, 3)
    """
    if space == 'GRAY':
        return _gray_table(icc, values.dtype)[values]
    return srgb_of(values, icc, 'cmyk')


def naive(values, space):
    """CMYK without a profile as sRGB: ink upon ink; all else as it is."""
    if space != 'CMYK':
        return values
    if values.dtype == np.uint8:
        return np.asarray(Image.fromarray(values, 'CMYK').convert('RGB'))
    paper = (65535 - values.astype('float32')) / 65535
    return _integers(paper[..., :3] * paper[..., 3:], 'uint16')


def gray_through(rgb, icc):
    """The grey that has the lightness of a photo of a profile's RGB.

    What lies outside sRGB is not clipped before.

    Parameters
    ----------
    rgb : uint8 or uint16 array, (row, column, 3)
    icc : bytes

    Returns
    -------
    uint16 array, (row, column)
        Encoded as sRGB's.
    """
    linear, most = _linear_srgb(), np.float32(np.iinfo(rgb.dtype).max)

    def convert(part):
        found = _through(part / most, icc, linear, ('rgb', 'rgb'))
        found = np.clip(found @ _LUMINANCE, 0, 1)
        return _integers(np.where(
            found > 0.0031308,
            1.055 * np.maximum(found, 1e-9) ** (1 / 2.4) - 0.055,
            12.92 * found), 'uint16')
    return _in_parts(convert, rgb, rgb.shape[:2], 'uint16')


def srgb_of(values, icc, space='rgb', dtype=None):
    """A photo of a profile in sRGB; what lies outside is clipped.

    Parameters
    ----------
    values : uint8 or uint16 array, (row, column, 3 or 4)
    icc : bytes
    space : {'rgb', 'cmyk'}
    dtype : {'uint8', 'uint16'}, optional
        Without, that of `values`.

    Returns
    -------
    array of `dtype`, (row, column, 3)
    """
    dtype = dtype or values.dtype
    most = np.iinfo(values.dtype).max
    # littleCMS counts floats of ink in hundredths.
    full = np.float32(most / 100 if space == 'cmyk' else most)
    return _in_parts(
        lambda part: _integers(_through(part / full, icc, _srgb(),
                                        (space, 'rgb')), dtype),
        values, values.shape[:2] + (3,), dtype)


def encoded(rgb, icc, dtype):
    """A photo of sRGB in a profile's RGB; what lies outside is clipped.

    Parameters
    ----------
    rgb : uint16 array, (row, column, 3)
    icc : bytes
    dtype : {'uint8', 'uint16'}

    Returns
    -------
    array of `dtype`, (row, column, 3)
    """
    most = np.float32(np.iinfo(rgb.dtype).max)
    return _in_parts(
        lambda part: _integers(_through(part / most, _srgb(), icc,
                                        ('rgb', 'rgb')), dtype),
        rgb, rgb.shape, dtype)


def from_lab(lab):
    """CIELAB (D50) as sRGB in 0 to 1.

    Parameters
    ----------
    lab : float array, (row, column, 3)

    Returns
    -------
    float32 array, (row, column, 3)
    """
    import imagecodecs
    lab4 = imagecodecs.cms_profile('lab4')
    return _in_parts(lambda part: np.clip(_through(
        part, lab4, _srgb(), ('lab', 'rgb')), 0, 1), lab, lab.shape,
        'float32')

"""What Pillow does not read of a PNG: 16 bits of colour, cICP, some tRNS."""

import numpy as np

from colorize import command
from colorize.photos import profiles

__all__ = ['chunk', 'needs_us', 'pixels', 'profile']

#: cICP (ITU-T H.273): x and y of white, red, green and blue.
_D65 = (0.3127, 0.3290)
_PRIMARIES = {1: _D65 + (0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
              9: _D65 + (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
              12: _D65 + (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)}

#: Its curves: sRGB's (None), those of television, powers.
_CURVES = {13: None, 4: 2.2, 5: 2.8, 8: 1.0}
_TELEVISION = (1, 6, 14, 15)

#: What most writers put for sRGB, and how far off they are.
_GAMMA, _NEAR = 1 / 2.2, 0.005


def needs_us(image, layout):
    """Whether Pillow would lose something of a PNG's values."""
    return layout in ('RGB;16B', 'RGBA;16B', 'LA;16B') or (
        'transparency' in image.info and image.mode != 'P')


def pixels(content):
    """Decode a PNG in all its bits.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    values : uint8 or uint16 array, (row, column) or (row, column, 3)
    alpha : array of the same type, (row, column), or None
    """
    import imagecodecs
    with command.quiet():  # libpng prints its warnings
        found = imagecodecs.png_decode(content)
    if found.ndim == 2:
        return found, None
    channels = found.shape[2]
    alpha = None if channels in (1, 3) else np.ascontiguousarray(
        found[..., -1])
    values = found[..., 0] if channels < 3 else found[..., :3]
    return np.ascontiguousarray(values), alpha


def chunk(content, name):
    """The content of the first chunk of a name before the picture."""
    place = 8
    while place + 8 <= len(content):
        size = int.from_bytes(content[place:place + 4], 'big')
        kind = content[place + 4:place + 8]
        if kind == name:
            return content[place + 8:place + 8 + size]
        if kind == b'IDAT':
            return None
        place += size + 12


def profile(info, content, gray):
    """A profile for what gAMA, cHRM or cICP say, where it is not sRGB.

    Parameters
    ----------
    info : dict
        Pillow's.
    content : bytes
        Of the file.
    gray : bool
        Whether the photo is grey.

    Returns
    -------
    bytes, or None

    Raises
    ------
    ValueError
        When they say what is not known.
    """
    code = chunk(content, b'cICP')
    if code:
        return _coded(code, gray)
    if 'srgb' in info or 'icc_profile' in info:
        return None
    gamma, points = info.get('gamma'), info.get('chromaticity')
    usual = gamma is None or abs(gamma - _GAMMA) < _NEAR
    if usual and (gray or _is_usual(points)):
        return None
    if not usual and not 0.05 <= gamma <= 20:
        raise ValueError(f'a gAMA of {gamma:g}')
    curve = None if usual else 1 / gamma
    if gray:
        return profiles.made_of(curve=curve)
    return profiles.made_of(points or _PRIMARIES[1], curve)


def _is_usual(points):
    """Whether chromaticities are absent or sRGB's."""
    return points is None or np.allclose(points, _PRIMARIES[1], atol=0.002)


def _coded(code, gray):
    if len(code) != 4 or code[2:] != b'\0\1':
        raise ValueError('a cICP that is not known')
    primaries, curve = code[:2]
    if curve in (16, 18):
        raise ValueError('HDR (its cICP)')
    known = curve in _CURVES or curve in _TELEVISION
    if primaries not in _PRIMARIES or not known:
        raise ValueError(f'a cICP of {primaries}, {curve}')
    if curve == 13 and (gray or primaries == 1):
        return None
    values = _television() if curve in _TELEVISION else _CURVES[curve]
    return profiles.made_of(None if gray else _PRIMARIES[primaries], values)


def _television():
    """The curve of ITU-R BT.709, from encoded to linear."""
    values = np.linspace(0, 1, 4096)
    return np.where(values < 0.081, values / 4.5,
                    ((values + 0.099) / 1.099) ** (1 / 0.45))

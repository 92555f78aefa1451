"""Colours by number (ITU-T H.273), as PNG, AVIF and HEIC say them."""

import numpy as np

from colorize.photos import profiles

__all__ = ['PRIMARIES', 'of_boxes', 'profile']

#: x and y of white, red, green and blue.
_D65 = (0.3127, 0.3290)
PRIMARIES = {1: _D65 + (0.64, 0.33, 0.30, 0.60, 0.15, 0.06),
             9: _D65 + (0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
             12: _D65 + (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)}

#: Curves: sRGB's (None), those of television, powers.
_CURVES = {13: None, 4: 2.2, 5: 2.8, 8: 1.0}
_TELEVISION = (1, 6, 14, 15)

#: Where nothing is said.
_UNKNOWN = 2


def profile(primaries, curve, gray):
    """A profile, where it is not sRGB.

    Parameters
    ----------
    primaries, curve : int
    gray : bool
        Whether the photo is grey.

    Returns
    -------
    bytes, or None

    Raises
    ------
    ValueError
        Of what is not known.
    """
    if curve in (16, 18):
        raise ValueError('HDR (its cICP)')
    known = curve in _CURVES or curve in _TELEVISION
    if primaries not in PRIMARIES or not known:
        raise ValueError(f'a cICP of {primaries}, {curve}')
    if curve == 13 and (gray or primaries == 1):
        return None
    values = _television() if curve in _TELEVISION else _CURVES[curve]
    return profiles.made_of(None if gray else PRIMARIES[primaries], values)


def _television():
    """The curve of ITU-R BT.709, from encoded to linear."""
    values = np.linspace(0, 1, 4096)
    return np.where(values < 0.081, values / 4.5,
                    ((values + 0.099) / 1.099) ** (1 / 0.45))


def of_boxes(content, gray):
    """What an AVIF, a HEIC or a JPEG 2000 says in its box of colours.

    Parameters
    ----------
    content : bytes
        Of the file.
    gray : bool

    Returns
    -------
    bytes, or None
        A profile where it is not sRGB.

    Raises
    ------
    ValueError
        Of what is not known.
    """
    place = content.find(b'colr\2')  # JPEG 2000
    if place >= 4:
        size = int.from_bytes(content[place - 4:place], 'big')
        return content[place + 7:place - 4 + size]
    place = content.find(b'colrnclx') + 8
    if place < 8 or len(content) < place + 4:
        return None
    primaries, curve = content[place + 1], content[place + 3]
    if primaries == _UNKNOWN:
        primaries = 1
    # Programs write television's curve on what they took for sRGB.
    if curve == _UNKNOWN or curve in _TELEVISION:
        curve = 13
    return profile(primaries, curve, gray)

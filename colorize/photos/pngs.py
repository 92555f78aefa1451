"""What Pillow does not read of a PNG: 16 bits of colour, cICP, some tRNS."""

import zlib

import numpy as np

from colorize import command
from colorize.photos import code_points, profiles

__all__ = ['chunk', 'mended', 'needs_us', 'pixels', 'profile']

#: What most writers put for sRGB, and how far off they are.
_GAMMA, _NEAR = 1 / 2.2, 0.005


def needs_us(image, layout):
    """Whether Pillow would lose bits or transparency of a PNG.

    Parameters
    ----------
    image : PIL.Image.Image
    layout : str
        Of its values in the file, in Pillow's words: ``RGB;16B``.

    Returns
    -------
    bool
        Then decode it with :func:`pixels`.
    """
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
    """The content of the first whole chunk of a name before the picture."""
    for kind, start, end in _chunks(content):
        if kind == name and _is_whole(content, start, end):
            return content[start + 8:end - 4]
    return None


def _chunks(content):
    """Name, begin and end of each chunk before the picture."""
    start = 8
    while start + 8 <= len(content):
        kind = content[start + 4:start + 8]
        if kind == b'IDAT':
            return
        end = start + 12 + int.from_bytes(content[start:start + 4], 'big')
        yield kind, start, end
        start = end


def _is_whole(content, start, end):
    return zlib.crc32(content[start + 4:end - 4]) == int.from_bytes(
        content[end - 4:end], 'big')


def mended(content):
    """A PNG less what it could do without and its checksum denies.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    content : bytes
    left_out : list of str
        Names of chunks.
    """
    found, left_out, last = [], [], 0
    for kind, start, end in _chunks(content):
        if kind.isalpha() and kind[:1].islower() and not _is_whole(
                content, start, end):
            found.append(content[last:start])
            left_out.append(kind.decode())
            last = end
    return b''.join(found) + content[last:], left_out


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
        if len(code) != 4 or code[2:] != b'\0\1':
            raise ValueError(f"a cICP of {', '.join(map(str, code))}")
        return code_points.profile(*code[:2], gray)
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
    return profiles.made_of(points or code_points.PRIMARIES[1], curve)


def _is_usual(points):
    """Whether chromaticities are absent or sRGB's."""
    return points is None or np.allclose(points, code_points.PRIMARIES[1],
                                         atol=0.002)

"""A photo in a hundredth of its colours, and back: in numpy.

What :mod:`colorize.paint.compiled` does in C++, it does like this.
"""

import numpy as np

from colorize import color
from colorize.color import guided_filter, rounding
from colorize.photos import images

__all__ = ['paint', 'shrink']

#: Pixels whose colours are computed at a time: what fits into a cache.
_PART = 1 << 17


def shrink(photo, rows, columns, space='luv'):
    """See :func:`colorize.paint.shrink`."""
    # Strip by strip along its rows, then all that is left down the columns.
    strips = [images.resize(color.lightness_of(photo[part], space),
                            part.stop - part.start, columns)
              for part in _strips(*photo.shape[:2])]
    return images.resize(np.concatenate(strips), rows, columns)


def paint(photo, small, chroma, out, space='luv'):
    """See :func:`colorize.paint.paint`; returns nothing."""
    found = guided_filter.guide(chroma, small)
    for part in _strips(*photo.shape[:2]):
        gray = _gray(photo[part], space)
        lightness = color.lightness_of(gray, space)
        wide = guided_filter.upscale(found, lightness, part.start,
                                     len(photo))
        rgb = color.merge(lightness, wide, space)
        out[part] = _rounded(rgb, gray, space)


def pixels(photo, chroma):
    """See :func:`colorize.paint.pixels`."""
    gray = _gray(photo[None], 'luv')
    rgb = color.merge(color.lightness_of(gray), chroma[None])
    return _rounded(rgb, gray, 'luv')[0].astype(photo.dtype)


def _gray(photo, space):
    """The photo without its colours."""
    if photo.ndim == 2:
        return photo
    if photo.dtype.kind == 'u' and space == 'luv':
        return rounding.grays(photo)
    gray = color.to_gray(color.lightness_of(photo, space), space) / 255
    if photo.dtype.kind == 'f':
        return gray
    return np.rint(gray * np.iinfo(photo.dtype).max).astype(photo.dtype)


def _rounded(rgb, gray, space):
    if gray.dtype.kind == 'f':
        return rgb
    if space == 'luv':
        return rounding.to_integers(rgb, gray)
    return np.rint(rgb * np.iinfo(gray.dtype).max)


def _strips(rows, columns):
    """Slices of rows: colours take a hundred bytes for each pixel on their
    way, too many for all pixels of a scan at once."""
    step = max(1, _PART // columns)
    return [slice(start, min(start + step, rows))
            for start in range(0, rows, step)]

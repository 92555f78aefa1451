"""Chroma of the network's size scaled up along the edges of the photo.

A guided filter (He, Sun & Tang, 2010) finds how chroma goes with lightness
around each pixel of the small photo; what the small photo lacks of the large
one's lightness then brings its share of chroma.
"""

from collections import namedtuple

import numpy as np
from PIL import Image
from scipy.ndimage import uniform_filter

__all__ = ['EPSILON', 'RADIUS', 'Guide', 'guide', 'upscale']

#: Pixels to each side in the window, and the variance of lightness that is
#: no edge yet, in units of L squared. Of those that experiments/bleeding.py
#: tries, these bleed least on real photos (within 2 %) and little on edges
#: of no width, which like a smaller epsilon.
RADIUS = 1
EPSILON = 4

#: All of the network's size. chroma: (row, column, 2). lightness: (row,
#: column). slope: chroma per lightness, (row, column, 2).
Guide = namedtuple('Guide', 'chroma lightness slope')


def guide(chroma, lightness, radius=RADIUS, epsilon=EPSILON):
    """Find how chroma goes with lightness.

    Parameters
    ----------
    chroma : float array, (row, column, 2)
    lightness : float array, (row, column)
        Of the same size.
    radius : int
    epsilon : float

    Returns
    -------
    Guide
    """
    def mean(values):
        return uniform_filter(values, 2 * radius + 1, mode='nearest')
    level = mean(lightness)
    variance = np.maximum(mean(lightness ** 2) - level ** 2, 0)
    slopes = [mean((mean(plane * lightness) - mean(plane) * level)
                   / (variance + epsilon))
              for plane in np.moveaxis(chroma, -1, 0)]
    return Guide(chroma, lightness, np.stack(slopes, axis=-1))


def upscale(found, lightness, first=0, rows=None):
    """Chroma for some rows of the photo.

    Parameters
    ----------
    found : Guide
    lightness : float array, (row, column)
        Of these rows, at the photo's size.
    first : int
        Number of the first of them.
    rows : int, optional
        How many the whole photo has; without, these are all.

    Returns
    -------
    float32 array, (row, column, 2)
    """
    def scale(values, how):
        return _scale(values, lightness.shape, first,
                      rows or len(lightness), how)
    detail = lightness - scale(found.lightness, Image.BICUBIC)
    return np.stack([
        scale(found.chroma[..., channel], Image.BICUBIC)
        + scale(found.slope[..., channel], Image.BILINEAR) * detail
        for channel in (0, 1)], axis=-1)


def _scale(values, shape, first, rows, how):
    """Some rows of what scaling with bicubic interpolation would give."""
    plane = Image.fromarray(np.ascontiguousarray(values, 'float32'))
    step = plane.height / rows
    last = min((first + shape[0]) * step, plane.height)
    box = (0, first * step, plane.width, last)
    return np.asarray(plane.resize(shape[::-1], how, box))

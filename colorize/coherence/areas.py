"""One answer for each smooth area of the photo.

A sky, a wall, what is out of focus: where the lightness hardly changes there
is little to see, and answers drift into blotches. Connected pixels of that
kind take the mean of their class scores, which is the geometric mean of their
probabilities: pixels that are sure count for more.
"""

import numpy as np

from colorize.coherence import regions

__all__ = ['FLAT', 'LEAST', 'average', 'found']

#: Change of L from a pixel to the next, after a blur of one pixel, below
#: which the photo is smooth; the share of all pixels that an area has at
#: least. Chosen on 60 photos held out: at 1.5 it is calmer and paler.
FLAT = 1
LEAST = 0.01


def average(planes, lightness):
    """Mean of each plane over the smooth area that a pixel lies in.

    Parameters
    ----------
    planes : float32 array, (..., row, column), or a list of such
        Class scores or chroma; they stay as they are.
    lightness : float array, (row, column)
        L, 0 to 100.

    Returns
    -------
    float32 array or list
        The same outside of smooth areas.
    """
    areas, count = found(lightness)
    if not count:
        return planes
    if isinstance(planes, np.ndarray):
        return regions.average(planes, areas, count)
    return [regions.average(each, areas, count) for each in planes]


def found(lightness):
    """Smooth areas of a photo.

    Parameters
    ----------
    lightness : float array, (row, column)

    Returns
    -------
    areas : int array, (row, column)
        Of each pixel the number of its area, from 1; 0 for none.
    count : int
        Of areas.
    """
    from scipy import ndimage
    steep = ndimage.gaussian_gradient_magnitude(
        np.asarray(lightness, 'float32'), 1)
    labels, count = ndimage.label(steep < FLAT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    large = sizes >= LEAST * labels.size
    return np.where(large, np.cumsum(large), 0)[labels], int(large.sum())

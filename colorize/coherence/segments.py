"""One answer for each segment of the photo.

Segments are Felzenszwalb & Huttenlocher's (2004), of the lightness.
"""

import numpy as np

from colorize.coherence import regions

__all__ = ['SCALE', 'SMALLEST', 'average', 'found']

#: The larger, the larger are segments; pixels of the smallest; blur of the
#: lightness before, in pixels.
SCALE = 50
SMALLEST = 40
_BLUR = 0.8


def average(planes, lightness, scale=SCALE, smallest=SMALLEST):
    """Mean of each plane over the segment that a pixel lies in.

    Parameters
    ----------
    planes : float32 array, (plane, row, column)
    lightness : float array, (row, column)
        L, 0 to 100.
    scale : float
    smallest : int

    Returns
    -------
    float32 array, (plane, row, column)
    """
    labels = found(lightness, scale, smallest) + 1
    return regions.average(planes, labels, int(labels.max()))


def found(lightness, scale=SCALE, smallest=SMALLEST):
    """Segments of a photo.

    Parameters
    ----------
    lightness : float array, (row, column)
    scale : float
    smallest : int

    Returns
    -------
    int array, (row, column)
        Their numbers, from 0.
    """
    from skimage.segmentation import felzenszwalb
    return felzenszwalb(np.asarray(lightness) / 100, scale, _BLUR, smallest)

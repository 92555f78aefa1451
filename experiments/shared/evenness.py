"""How even colours are: away from edges, where they should be, and near."""

import numpy as np

__all__ = ['inconsistency', 'near_edges', 'objects', 'smooth', 'spread',
           'variation']

#: Change of L to the next pixel, after a blur of one pixel: from there on a
#: pixel is on a strong edge, and below that smooth.
_EDGE, SMOOTH = 4, 1
#: Pixels on both sides of a strong edge that are near it.
_BAND = 4
#: Less of a photo is no basis for a mean.
_LEAST = 0.01


def _steepness(lightness):
    from scipy.ndimage import gaussian_gradient_magnitude
    return gaussian_gradient_magnitude(np.asarray(lightness, 'float64'), 1)


def near_edges(lightness):
    """Pixels in a band around strong edges of the lightness.

    Parameters
    ----------
    lightness : float array, (row, column)
        L, 0 to 100.

    Returns
    -------
    bool array, (row, column)
    """
    from scipy.ndimage import distance_transform_cdt
    edges = _steepness(lightness) >= _EDGE
    if not edges.any():
        return edges
    return distance_transform_cdt(~edges, 'chessboard') <= _BAND


def smooth(lightness):
    """Pixels where the lightness hardly changes, and away from edges.

    Parameters
    ----------
    lightness : float array, (row, column)
        L, 0 to 100.

    Returns
    -------
    bool array, (row, column)
    """
    return (_steepness(lightness) < SMOOTH) & ~near_edges(lightness)


def objects(photo):
    """Segments of a photo in its own colours: about as a person would.

    Parameters
    ----------
    photo : uint8 array, (row, column, 3)

    Returns
    -------
    int array, (row, column)
        Numbers of the segments, from 0.
    """
    from skimage.segmentation import felzenszwalb
    return felzenszwalb(photo, 300, 0.8, photo.shape[0] * photo.shape[1] // 80)


def variation(chroma):
    """Change of chroma from each pixel to the next: its total variation.

    Parameters
    ----------
    chroma : float array, (row, column, 2)

    Returns
    -------
    float64 array, (row, column)
        Root of the squared differences to the pixels below and to the
        right, summed over U and V; in their units.
    """
    chroma = np.asarray(chroma, 'float64')
    squares = sum(np.diff(chroma, axis=axis, append=np.take(
        chroma, [-1], axis)) ** 2 for axis in (0, 1))
    return np.sqrt(squares.sum(axis=-1))


def spread(chroma, labels):
    """How far chroma lies from the mean of its part of the photo.

    Parameters
    ----------
    chroma : float array, (..., 2)
    labels : int array, (...)
        Numbers of the parts, from 0.

    Returns
    -------
    float
        Root mean square over the pixels, in units of U and V.
    """
    labels = np.ravel(labels)
    planes = np.reshape(chroma, (-1, 2)).T.astype('float64')
    counts = np.maximum(np.bincount(labels), 1)
    away = [plane - (np.bincount(labels, plane) / counts)[labels]
            for plane in planes]
    return float(np.sqrt(np.square(away).sum(axis=0).mean()))


def inconsistency(lightness, chroma):
    """How much colours change where the lightness does not (Figure 7).

    Parameters
    ----------
    lightness : float array, (row, column)
        L, 0 to 100.
    chroma : float array, (row, column, 2)

    Returns
    -------
    float
        Mean :func:`variation` over the :func:`smooth` pixels, in units of
        U and V to the next pixel; 0 for a photo with hardly such pixels.
    """
    where = smooth(lightness)
    if where.mean() < _LEAST:
        return 0.0
    return float(variation(chroma)[where].mean())

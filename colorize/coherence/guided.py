"""A guided filter: colours follow the lightness around each pixel.

He, Sun & Tang (2010): within a window each plane is taken for a line over
the lightness, which runs along edges and evens out all else. The lines are
fitted at every fourth pixel, over full windows (He & Sun, 2015, fit them to
a smaller photo); windows and interpolation are products with two small
matrices. ``paint/src/scores.cpp`` goes from class scores to chroma in a third
of the time.
"""

from functools import lru_cache

import numpy as np

__all__ = ['EPSILON', 'RADIUS', 'STEP', 'colors', 'smooth']

#: Pixels to each side in a window, and the variance of lightness that is no
#: edge yet, in units of L squared: ``make coherence`` compares.
RADIUS = 8
EPSILON = 16

#: A line is fitted at every so manieth pixel.
STEP = 4


def smooth(planes, lightness, radius=RADIUS, epsilon=EPSILON):
    """Filter planes with the lightness for a guide.

    Parameters
    ----------
    planes : float32 array, (plane, row, column)
    lightness : float array, (row, column)
        L, 0 to 100.
    radius : int
    epsilon : float

    Returns
    -------
    float32 array, (plane, row, column)
        Their sum over planes is what it was.
    """
    (down, right), (up, left) = (
        zip(*(_matrices(length, radius) for length in lightness.shape)))

    def mean(values):
        return down @ (values @ right.T)

    def wide(lines):
        return (up @ lines) @ left.T
    lightness = lightness.astype('float32')
    level = mean(lightness)
    variance = np.maximum(mean(lightness ** 2) - level ** 2, 0)
    height = mean(planes)
    slope = (mean(planes * lightness) - height * level) / (variance + epsilon)
    found = wide(slope)
    found *= lightness
    found += wide(height - slope * level)
    return found


def colors(scores, lightness, more, means, temperature):
    """Probabilities filtered and decoded, in one go and compiled code.

    Parameters
    ----------
    scores : float array, (2, 50, row, column)
        Of U and V, before the softmax.
    lightness : float array, (row, column)
        L, 0 to 100.
    more : float array, (2, 50)
        Added to the scores, see :func:`colorize.systems.decodings.rarity`.
    means : float array, (2, 50) or (level, 2, 50)
        Per-bin means, see :func:`colorize.systems.decodings.means_for`.
    temperature : float
        Above 0.

    Returns
    -------
    float32 array, (2, row, column), or None where there is no compiler
    """
    from colorize import paint  # and Theano, which --help does without
    return paint.decode(scores, lightness, more, means, temperature, RADIUS,
                        STEP, EPSILON)


@lru_cache(maxsize=64)
def _matrices(length, radius):
    """Matrices that shrink an axis to a quarter by means, and enlarge it.

    Returns
    -------
    down : float32 array, (place, `length`)
        Each row is a window, cut at the photo's ends.
    up : float32 array, (`length`, place)
        Mean over the places in a window, then linear interpolation.
    """
    pixels = np.arange(length)
    places = np.unique(np.append(pixels[::STEP], length - 1))
    down = _rows(np.abs(np.subtract.outer(places, pixels)) <= radius)
    windows = _rows(np.abs(np.subtract.outer(places, places)) <= radius)
    between = np.stack([np.interp(pixels, places, each)
                        for each in np.eye(len(places))], axis=1)
    return down, (between @ windows).astype('float32')


def _rows(inside):
    """Weights that sum to 1 in each row."""
    return (inside / inside.sum(axis=1, keepdims=True)).astype('float32')

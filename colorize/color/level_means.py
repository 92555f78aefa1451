"""Means of bins that depend on lightness, in CIELUV.

A bin of 4 units is a strong colour at L = 5 and none at L = 90. Here a bin's
mean is taken of the training pixels in it at that L. To a pixel that is said
to lie in a bin, those of the bins beside it count too: where it is dark,
strong bins are nearly empty and the pixel more likely lies nearer to grey.
"""

import numpy as np

from colorize.color.bins import NUM_BINS, bin_means, to_bins

__all__ = ['LEVELS', 'at', 'hats', 'level_means', 'level_totals']

#: Of L, from 0 to 100.
LEVELS = 11

#: Standard deviation, in levels and in bins, of the Gaussians that smooth;
#: so many pixels weigh as much as the mean over all levels.
_LEVELS, _BINS, _FEW = 0.5, 0.5, 50


def level_totals(lightness, chroma):
    """How many pixels fall into each bin at each level, and their sum.

    Parameters
    ----------
    lightness : float array, any shape
        L, 0 to 100; a pixel counts at the level next to it.
    chroma : float array, the same shape and (2,)
        U and V, clipped to their range.

    Returns
    -------
    counts, sums : float64 arrays, (11, 2, 50)
        Those of several photos may be added up.
    """
    level = np.rint(np.ravel(lightness) / 100 * (LEVELS - 1)).astype(int)
    flat = np.asarray(chroma, 'float64').reshape(-1, 2)
    shape = LEVELS, 2, NUM_BINS
    place = np.ravel_multi_index(
        (level[:, None], [[0, 1]], to_bins(flat)), shape).ravel()
    return tuple(np.bincount(place, weights, np.prod(shape)).reshape(shape)
                 .astype('float64') for weights in (None, flat.ravel()))


def level_means(counts, sums):
    """Smoothed means of the bins at each level.

    Parameters
    ----------
    counts, sums : float arrays, (11, 2, 50)
        See :func:`level_totals`.

    Returns
    -------
    float64 array, (11, 2, 50)
        Of a bin without pixels at a level, its mean over all.
    """
    plain = bin_means(counts.sum(axis=0), sums.sum(axis=0))

    def smoothed(values):
        return np.einsum('kl,lcb,bd->kcd', _gaussian(LEVELS, _LEVELS), values,
                         _gaussian(NUM_BINS, _BINS))
    return (smoothed(sums) + _FEW * plain) / (smoothed(counts) + _FEW)


def _gaussian(length, deviation):
    away = np.subtract.outer(np.arange(length), np.arange(length)) / deviation
    return np.exp(-0.5 * away ** 2)


def hats(lightness, count, xp=np):
    """Shares of levels in a lightness: linear between the two beside it.

    Parameters
    ----------
    lightness : float array or Theano tensor, any shape
        L; what lies outside 0 to 100 counts as its ends.
    count : int
        Levels.
    xp : module
        numpy or theano.tensor.

    Returns
    -------
    float32 array or Theano tensor, that shape and (`count`,)
        1 in all.
    """
    place = xp.clip(lightness, 0, 100)[..., None] * np.float32(
        (count - 1) / 100)
    away = abs(place - np.arange(count, dtype='float32'))
    return xp.maximum(1 - away, np.float32(0)).astype('float32')


def at(means, lightness):
    """Means of the bins at one lightness.

    Parameters
    ----------
    means : float array, (level, 2, 50)
    lightness : float

    Returns
    -------
    float array, (2, 50)
    """
    return np.tensordot(hats(np.float32(lightness), len(means)), means, 1)

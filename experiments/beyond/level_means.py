"""Means of bins that depend on lightness, for ``make coherence`` and ``dark``.

A bin of 4 units is a strong colour at L = 5 and none at L = 90. Here a bin's
mean is taken of the training pixels in it at that L. To a pixel that is said
to lie in a bin, those of the bins beside it count too: where it is dark,
strong bins are nearly empty and the pixel more likely lies nearer to grey.
"""

import numpy as np

from colorize.color.bins import NUM_BINS, bin_means, to_bins

__all__ = ['LEVELS', 'level_means', 'of_photos', 'of_run', 'unbinned']

#: Of L, from 0 to 100.
LEVELS = 11

#: Photos of a training are scaled to so many pixels a side.
_SIDE = 64

#: Standard deviation, in levels and in bins, of the Gaussians that smooth;
#: so many pixels weigh as much as the mean over all levels.
_LEVELS, _BINS, _FEW = 0.5, 0.5, 50


def of_run(run, count, seed):
    """Level means of photos that a training learnt from.

    Parameters
    ----------
    run : str
        Its folder.
    count : int
        Photos, drawn by the seed.
    seed : int

    Returns
    -------
    float64 array, (11, 2, 50)
    """
    from experiments.shared import saved
    learn = saved.photos_of(run)[0]
    drawn = np.random.RandomState(seed).permutation(len(learn))
    return of_photos([learn[number] for number in drawn[:count]], _SIDE)


def of_photos(paths, side):
    """Level means of photos.

    Parameters
    ----------
    paths : sequence of str
    side : int
        They are scaled to `side` x `side`.

    Returns
    -------
    float64 array, (11, 2, 50)
    """
    from tqdm import tqdm
    from colorize import color
    from experiments.shared import saved
    totals = np.zeros((2, LEVELS, 2, NUM_BINS))
    for _, lightness, chroma in tqdm(saved.loaded(paths, side), 'count',
                                     len(paths), leave=False, disable=None):
        chroma, _ = color.clip_chroma(chroma)
        level = np.rint(lightness.ravel() / 100 * (LEVELS - 1)).astype(int)
        number = to_bins(chroma).reshape(-1, 2)
        for channel in (0, 1):
            place = level, channel, number[:, channel]
            np.add.at(totals[0], place, 1)
            np.add.at(totals[1], place, chroma[..., channel].ravel())
    return level_means(*totals)


def level_means(counts, sums):
    """Smoothed means of the bins at each level.

    Parameters
    ----------
    counts, sums : float arrays, (11, 2, 50)
        Pixels in each bin at each level, and the sum of their values.

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


def unbinned(scores, decoding, means, lightness):
    """As :func:`colorize.systems.decodings.unbinned`, by level means.

    Parameters
    ----------
    scores : float32 array, (2, 50, row, column)
    decoding : colorize.systems.decodings.Decoding
        One that averages.
    means : float array, (11, 2, 50)
    lightness : float array, (row, column)

    Returns
    -------
    float64 array, (2, row, column)
        Between two levels, between what both say.
    """
    from colorize.systems import decodings
    levels = np.stack([decodings.unbinned(scores, decoding, each)
                       for each in means])
    place = np.clip(lightness / 100 * (LEVELS - 1), 0, LEVELS - 1 - 1e-6)
    below = place.astype(int)
    past, (row, column) = place - below, np.indices(place.shape)
    return ((1 - past) * levels[below, :, row, column].transpose(2, 0, 1)
            + past * levels[below + 1, :, row, column].transpose(2, 0, 1))

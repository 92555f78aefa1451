"""Fifty bins for each chroma channel: bin() and un-bin (Section 3.6)."""

import numpy as np

from colorize.color import color_space

__all__ = ['NUM_BINS', 'bin_centers', 'bin_means', 'bin_totals',
           'class_weights', 'from_bins', 'prior', 'soft_targets',
           'to_bins']

#: Equi-width bins on the range of a channel: 4 units each for U and V.
NUM_BINS = 50


def to_bins(chroma, space='luv'):
    """The paper's bin(): the number of the bin that each value falls into.

    Parameters
    ----------
    chroma : float array, any shape
        Values outside the range of the colour space count as its ends.
    space : {'luv', 'hsv'}

    Returns
    -------
    uint8 array of the same shape
        0 to 49.
    """
    found = color_space(space)
    width = (found.high - found.low) / NUM_BINS
    number = np.floor((chroma - found.low) / width)
    return np.clip(number, 0, NUM_BINS - 1).astype('uint8')


def from_bins(bins, means):
    """Un-bin: the mean of the training pixels in the bin.

    Parameters
    ----------
    bins : int array, (..., 2)
        Bin of each channel.
    means : float array, (2, 50)
        See :func:`bin_means`.

    Returns
    -------
    float32 array, (..., 2)
        Chroma.
    """
    means = np.asarray(means, 'float32')
    return np.stack([means[channel][bins[..., channel]]
                     for channel in (0, 1)], axis=-1)


def bin_centers(space='luv'):
    """The middle of each bin, float32 (2, 50)."""
    found = color_space(space)
    width = (found.high - found.low) / NUM_BINS
    centers = found.low + width * (np.arange(NUM_BINS) + 0.5)
    return np.tile(centers.astype('float32'), (2, 1))


def bin_totals(chroma, space='luv'):
    """How many pixels fall into each bin, and the sum of their values.

    Parameters
    ----------
    chroma : float array, (..., 2)
        Clipped to the range of the colour space.
    space : {'luv', 'hsv'}

    Returns
    -------
    counts, sums : float64 arrays, (2, 50)
        Those of several photos may be added up.
    """
    flat = np.asarray(chroma, 'float64').reshape(-1, 2)
    bins = to_bins(flat, space)
    counts = [np.bincount(bins[:, i], minlength=NUM_BINS) for i in (0, 1)]
    sums = [np.bincount(bins[:, i], flat[:, i], NUM_BINS) for i in (0, 1)]
    return np.array(counts, 'float64'), np.array(sums)


def bin_means(counts, sums, space='luv'):
    """Mean of the pixels in each bin; of a bin never seen, its centre.

    Parameters
    ----------
    counts, sums : arrays, (2, 50)
        See :func:`bin_totals`.
    space : {'luv', 'hsv'}

    Returns
    -------
    float32 array, (2, 50)
    """
    means = bin_centers(space)
    seen = np.asarray(counts) > 0
    means[seen] = (np.asarray(sums)[seen] / np.asarray(counts)[seen])
    return means


def soft_targets(counts, soft_bins=0.0, rebalancing=0.0):
    """The target of each pixel as a distribution over the bins, weighted.

    After Zhang, Isola & Efros (2016, Section 2.2), one channel at a time:
    a pixel is spread over the bins beside its own (soft encoding) and
    weighs the more the rarer its bin is (class rebalancing).

    Parameters
    ----------
    counts : float array, (2, 50)
        Training pixels of each bin, see :func:`bin_totals`.
    soft_bins : float
        Standard deviation, in bins, of the Gaussian that spreads a pixel
        over the bins beside its own; 0 for all in its own.
    rebalancing : float
        0 weighs all pixels alike, near 1 all bins; 0.5 is Zhang's. The mean
        weight of the training pixels is 1.

    Returns
    -------
    float32 array, (2, 50, 50)
        Of a channel, a row for each bin that a pixel may lie in: the
        targets of all bins there.
    """
    share = _share(counts)
    # A bin that was never seen has no pixel to weigh.
    weight = np.where(share > 0, class_weights(share, rebalancing), 0)
    weight /= (share * weight).sum(axis=1, keepdims=True)
    return (weight[:, :, None] * _spread(soft_bins)).astype('float32')


def _share(counts):
    counts = np.asarray(counts, 'float64')
    return counts / counts.sum(axis=1, keepdims=True)


def class_weights(share, rebalancing):
    """How much a pixel of each bin weighs, up to a common factor.

    Parameters
    ----------
    share : float array, (2, 50)
        Of all pixels, in each bin; see :func:`prior`.
    rebalancing : float
        See :func:`soft_targets`.

    Returns
    -------
    float array, (2, 50)
    """
    return 1 / (rebalancing * share + (1 - rebalancing) / NUM_BINS)


def prior(counts, soft_bins=0.0, rebalancing=0.0):
    """What a network expects of a pixel that it knows nothing about.

    Parameters
    ----------
    counts, soft_bins, rebalancing
        See :func:`soft_targets`, whose mean over the pixels this is.

    Returns
    -------
    float32 array, (2, 50)
        Of a channel, 1 in all.
    """
    return np.einsum('cr,crb->cb', _share(counts), soft_targets(
        counts, soft_bins, rebalancing)).astype('float32')


def _spread(deviation):
    """A pixel over the bins, (50, 50): each row sums to 1."""
    if not deviation:
        return np.eye(NUM_BINS)
    distance = np.subtract.outer(np.arange(NUM_BINS), np.arange(NUM_BINS))
    rows = np.exp(-0.5 * (distance / deviation) ** 2)
    return rows / rows.sum(axis=1, keepdims=True)

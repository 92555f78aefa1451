"""From what a network computes to chroma: every way there is.

Each way stands here once. It is written in what numpy's arrays and Theano's
variables have in common. Who has the scores of one photo in hand takes the
two steps one by one, :func:`weighed` and :func:`unbinned`, in numpy: between
them is the place to make colours hold together.
"""

from collections import namedtuple

import numpy as np

from colorize.color import bins, color_space, level_means
from colorize.settings import SettingError

__all__ = ['DECODINGS', 'DEFAULT', 'Decoding', 'check_decoding', 'decode',
           'averages', 'certainty', 'means_for', 'probabilities', 'rarity',
           'unbinned', 'weighed']

#: temperature: 0 takes the most probable bin, 1 the mean over the bins, a
#: number between them a mean that leans to the probable ones. rebalancing:
#: how far rare bins are weighed up first, see
#: :func:`colorize.color.bins.class_weights`.
Decoding = namedtuple('Decoding', 'temperature rebalancing')

#: The paper's takes the most probable bin (Section 3.6); annealed is Zhang,
#: Isola & Efros' (2016, Section 2.3) without their rebalancing, vivid with
#: some of it: weights/README.rst compares them.
DECODINGS = {'argmax': Decoding(0, 0), 'mean': Decoding(1, 0),
             'annealed': Decoding(0.38, 0), 'vivid': Decoding(0.38, 0.3)}

#: What predicting takes unless it is told.
DEFAULT = 'vivid'


def averages(settings):
    """Whether a network has bins whose means have a mean.

    Parameters
    ----------
    settings : dict
        Of the network.

    Returns
    -------
    bool
        Classification in CIELUV: HSV's hue is an angle.
    """
    return (settings['system'], settings['color_space']) == ('classification',
                                                             'luv')


def check_decoding(name, settings):
    """The name of a decoding that a network can do.

    Parameters
    ----------
    name : str or None
        One of :data:`DECODINGS`; None asks for the default.
    settings : dict
        Of the network.

    Returns
    -------
    str

    Raises
    ------
    SettingError
        When there is none of that name, or the network cannot do it.
    """
    if name is None:
        return DEFAULT if averages(settings) else 'argmax'
    if name not in tuple(DECODINGS):  # it may be a list
        raise SettingError(f"decode must be one of {', '.join(DECODINGS)}, "
                           f'got {name!r}')
    if settings['system'] != 'classification':
        raise SettingError(f'decode {name}: these weights are of the '
                           f"{settings['system']} network, which has no bins "
                           'to decode')
    if name != 'argmax' and not averages(settings):
        raise SettingError(f'decode {name}: these weights answer in '
                           f"{settings['color_space']}, whose hue is an angle "
                           'and has no mean; only argmax will do')
    return name


def decode(outputs, settings, name, means=None, prior=None, xp=np,
           lightness=None):
    """Chroma from what a network computes.

    Parameters
    ----------
    outputs : sequence
        Of the classification network the class scores (before the softmax;
        logarithms of probabilities will do) of U and of V, each (batch, 50,
        row, column). Of another network its one output, (batch, 2, row,
        column), in units of the colour space.
    settings : dict
        Of the network.
    name : str
        One of :data:`DECODINGS`; only classification looks at it.
    means : float array, (2, 50) or (level, 2, 50), optional
        Per-bin means, see :func:`means_for`; without, the bins' centres.
    prior : float array, (2, 50), optional
        How often training has asked for each bin, which decodings with
        rebalancing need, see :func:`colorize.color.bins.prior`.
    xp : module
        numpy where `outputs` are arrays, theano.tensor where they are
        symbolic.
    lightness : float array or Theano 3-D tensor, (batch, row, column)
        L, which means by level need.

    Returns
    -------
    float32 array or Theano 4-D tensor, (batch, 2, row, column)
        Inside the range of the colour space.
    """
    space = color_space(settings['color_space'])
    if settings['system'] != 'classification':
        return xp.clip(outputs[0] * space.unit, space.low, space.high)
    temperature, rebalancing = DECODINGS[name]
    if rebalancing:
        # Weighed in the loss or here, it is the same to a network that has
        # learned the probabilities.
        outputs = [scores + _wide(np.log(weights)) for scores, weights
                   in zip(outputs, bins.class_weights(prior, rebalancing))]
    means = np.asarray(bins.bin_centers(space.name) if means is None
                       else means, 'float32')
    if not temperature:
        return xp.stack([_best(scores, own, xp)
                         for scores, own in zip(outputs, means)], axis=1)
    hats = (None if means.ndim == 2 else
            level_means.hats(lightness, len(means), xp))
    return xp.stack([_mean(scores, own, temperature, xp, hats) for scores, own
                     in zip(outputs, np.moveaxis(means, -2, 0))], axis=1)


def _wide(values):
    """A value for each bin, as scores lie."""
    return np.asarray(values, 'float32').reshape(1, -1, 1, 1)


def _best(scores, means, xp):
    """The mean of the most probable bin, (batch, row, column)."""
    best = xp.argmax(scores, axis=1)
    if xp is not np:  # which indexes by variables its own constants only
        means = xp.constant(means)
    return means[best.flatten()].reshape(best.shape)


def _mean(scores, means, temperature, xp, hats):
    """Mean over the bins, (batch, row, column), of one channel.

    Zhang, Isola & Efros (2016), equation 5: softmax at a temperature.
    """
    scaled = scores / np.float32(temperature)
    weights = xp.exp(scaled - scaled.max(axis=1, keepdims=True))
    if hats is None:
        return (weights * _wide(means)).sum(axis=1) / weights.sum(axis=1)
    levels = xp.tensordot(weights, means, ([1], [1]))
    return (levels * hats).sum(axis=-1) / weights.sum(axis=1)


def _decoding(name):
    return name if isinstance(name, Decoding) else DECODINGS[name]


def rarity(name, prior):
    """What a decoding adds to the scores of each bin, more to rare ones.

    Parameters
    ----------
    name : str or Decoding
        One of :data:`DECODINGS`, or one like them.
    prior : float array, (2, 50)
        See :func:`decode`.

    Returns
    -------
    float32 array, (2, 50)
    """
    rebalancing = _decoding(name).rebalancing
    if not rebalancing:
        return np.zeros((2, bins.NUM_BINS), 'float32')
    return np.log(bins.class_weights(prior, rebalancing)).astype('float32')


def weighed(scores, name, prior):
    """Class scores of one photo, rare bins weighed up as a decoding wants.

    Parameters
    ----------
    scores : float32 array, (2, 50, row, column)
        Of U and V, before the softmax.
    name, prior
        As for :func:`rarity`.

    Returns
    -------
    float32 array, (2, 50, row, column)
    """
    if not _decoding(name).rebalancing:
        return scores
    return scores + rarity(name, prior)[..., None, None]


def means_for(name, held):
    """What a decoding un-bins by.

    Parameters
    ----------
    name : str or Decoding
    held : colorize.systems.trained.Trained

    Returns
    -------
    float32 array, (2, 50) or (level, 2, 50)
        Means by lightness where the network has them and the decoding
        averages; the paper's most probable bin has its plain mean.
    """
    if held.levels is None or not _decoding(name).temperature:
        return held.means
    return held.levels


def unbinned(scores, name, means, lightness=None):
    """Chroma of one photo from class scores that are weighed already.

    Parameters
    ----------
    scores : float32 array, (2, 50, row, column)
    name : str or Decoding
    means : float array, (2, 50) or (level, 2, 50)
        Per-bin means, see :func:`means_for`.
    lightness : float array, (row, column)
        L, which means by level need.

    Returns
    -------
    float32 array, (2, row, column)
        Between two levels, between what both say.
    """
    means, temperature = np.asarray(means, 'float32'), _decoding(name)[0]
    if not temperature:
        return np.stack([own[best] for own, best
                         in zip(means, scores.argmax(axis=1))])
    chances = scores.reshape(2, means.shape[-1], -1) / np.float32(temperature)
    chances -= chances.max(axis=1, keepdims=True)
    np.exp(chances, out=chances)
    several = means.reshape((-1,) + means.shape[-2:])
    # One product gives all sums: of means at each level, and of chances.
    sums = np.stack([*several, np.ones_like(several[0])], axis=1) @ chances
    levels, whole = sums[:, :-1], sums[:, -1]
    if means.ndim == 3:
        levels *= level_means.hats(np.ravel(lightness), len(means)).T
    return (levels.sum(axis=1) / whole).reshape((2,) + scores.shape[2:])


def probabilities(scores):
    """Softmax over the bins of each channel.

    Parameters
    ----------
    scores : float32 array, (2, 50, ...)

    Returns
    -------
    float32 array, (2, 50, ...)
    """
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def certainty(scores):
    """How certain a network is of a pixel's colour.

    Parameters
    ----------
    scores : float32 array, (2, 50, row, column)

    Returns
    -------
    float32 array, (row, column)
        Probability of the most probable bins, mean of U and V; 0 to 1.
    """
    raised = scores - scores.max(axis=1, keepdims=True)
    return (1 / np.exp(raised).sum(axis=1)).mean(axis=0)

"""A trained network from its weights file, which anyone may have made."""

import math
from collections import namedtuple

import numpy as np

from colorize.backend import theano
from colorize.color import bins, level_means
from colorize.settings import check_network, check_training
from colorize.systems import decodings, networks, params, weights_file
from colorize.systems.weights_file import WeightsError

__all__ = ['Trained', 'fill', 'load', 'settings_of']

#: Values of a network that any machine can hold, 16 MiB. One that is built
#: can say what it needs and the file lacks.
_SMALL = 1 << 22

#: network: systems.networks.Network. means: float32 array, (2, 50), of the
#: bins. prior: float32 array, (2, 50), see colorize.color.bins.prior; where
#: a file has none, bins count alike. side: it was trained on `side` x `side`
#: pixels. levels: float32 array, (11, 2, 50), means of the bins by lightness,
#: see colorize.color.level_means; None where a file has none.
Trained = namedtuple('Trained', 'network means prior side levels',
                     defaults=(None,))


def load(path):
    """Build the network of a weights file and fill it.

    Parameters
    ----------
    path : str

    Returns
    -------
    Trained

    Raises
    ------
    colorize.systems.weights_file.WeightsError
        When the file does not hold such a network.
    """
    settings, shapes = _headers(path)
    network = _build(path, settings, shapes)
    arrays = fill(network, path)
    return Trained(network, arrays['bin_means'], _prior(path, arrays),
                   settings['training']['side'], arrays.get('level_means'))


def fill(network, path):
    """Give a network the parameters of a weights file.

    Parameters
    ----------
    network : colorize.systems.networks.Network
    path : str

    Returns
    -------
    dict
        All arrays of the file, by name.

    Raises
    ------
    colorize.systems.weights_file.WeightsError
        When the file is not one of such a network. Nothing was changed
        then.
    """
    _fit(path, network, _headers(path).shapes)
    arrays, _ = weights_file.read(path)
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise WeightsError(f'{path}: {name} holds values that are no '
                               'numbers')
    params.set_params(params.get_params(network.outputs), arrays, path)
    return arrays


def settings_of(path):
    """What network a weights file holds; no array of it is loaded.

    Parameters
    ----------
    path : str

    Returns
    -------
    network : dict
        See :data:`colorize.settings.NETWORKS`, complete.
    side : int
        It was trained on `side` x `side` pixels.

    Raises
    ------
    colorize.systems.weights_file.WeightsError
    """
    settings, _ = _headers(path)
    return _checked(path, settings)


def _headers(path):
    """What a weights file announces; refuses a checkpoint by that name."""
    found = weights_file.headers(path)
    if isinstance(found.settings, dict) and 'progress' in found.settings:
        raise WeightsError(f"{path}: a training's checkpoint; take "
                           'weights.npz of its folder')
    return found


def _fit(path, network, shapes):
    """Refuse a file that has not what the network needs, or more."""
    plain = np.zeros((2, bins.NUM_BINS))
    known = dict(params.get_params(network.outputs),
                 bin_means=theano.shared(plain))
    if 'level_means' in shapes and decodings.averages(network.settings):
        known['level_means'] = theano.shared(
            np.stack([plain] * level_means.LEVELS))
    params.fit(known, shapes, path)
    for name in shapes:
        if name not in known and name != 'bin_shares':
            raise WeightsError(f'{path}: has {name}, which the network has '
                               'not')


def _prior(path, arrays):
    """What the network expects of a pixel it knows nothing about."""
    found = arrays.get('bin_shares', np.full((2, bins.NUM_BINS),
                                             1 / bins.NUM_BINS, 'float32'))
    if found.shape != (2, bins.NUM_BINS) or not (0 <= found.min()
                                                 <= found.max() <= 1):
        raise WeightsError(f'{path}: bin_shares must be (2, '
                           f'{bins.NUM_BINS}) shares of 1')
    return found


def _checked(path, settings):
    """Settings of the network, and the side; refuses what cannot be."""
    try:
        side = settings['training']['side']
        check_training({'side': side})
        return check_network(settings['network']), side
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _no_network(path, error) from error


def _no_network(path, error):
    return WeightsError(f'{path}: settings that make no network ({error})')


def _build(path, settings, shapes):
    """The network that the settings ask for, if the file can fill it."""
    network, _ = _checked(path, settings)
    held = sum(math.prod(shape) for shape in shapes.values())
    try:
        with params.blank(max(held, _SMALL)):
            return networks.build(network)
    except ValueError as error:
        raise _no_network(path, error) from error

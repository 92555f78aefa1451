"""A trained network from its weights file, which anyone may have made."""

import math
from collections import namedtuple

import numpy as np

from colorize.backend import theano
from colorize.color import bins
from colorize.settings import check_training
from colorize.systems import networks, params, weights_file
from colorize.systems.weights_file import WeightsError

__all__ = ['Trained', 'load']

#: Values of a network that any machine can hold, 16 MiB. One that is built
#: can say what it needs and the file lacks.
_SMALL = 1 << 22

#: network: systems.networks.Network. means: float32 array, (2, 50), of the
#: bins. prior: float32 array, (2, 50), see colorize.color.bins.prior; where
#: a file has none, bins count alike. side: it was trained on `side` x `side`
#: pixels.
Trained = namedtuple('Trained', 'network means prior side')


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
    settings, shapes = weights_file.headers(path)
    network = _build(path, settings, shapes)
    _fit(path, network, shapes)
    arrays, settings = weights_file.read(path)
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise WeightsError(f'{path}: {name} holds values that are no '
                               'numbers')
    params.set_params(params.get_params(network.outputs), arrays, path)
    return Trained(network, arrays['bin_means'], _prior(path, arrays),
                   settings['training']['side'])


def _fit(path, network, shapes):
    """Refuse a file that has not what the network needs, or more."""
    known = dict(params.get_params(network.outputs),
                 bin_means=theano.shared(np.zeros((2, bins.NUM_BINS))))
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


def _build(path, settings, shapes):
    """The network that the settings ask for, if the file can fill it."""
    try:
        check_training({'side': settings['training']['side']})
        held = sum(math.prod(shape) for shape in shapes.values())
        with params.blank(max(held, _SMALL)):
            return networks.build(settings['network'])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WeightsError(f'{path}: settings that make no network '
                           f'({error})') from error

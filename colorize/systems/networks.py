"""The paper's two systems, and Dahl's: a network, its loss, its colours.

What tells classification from regression stands here and in decodings.py;
their readers only say which one they want.
"""

from collections import namedtuple

from colorize import onednn
from colorize.systems import decodings, objectives
from colorize.backend import lasagne, theano
from colorize.settings import LOSSES, SettingError, check_network
from models.classification import build_classification
from models.dahl import build_dahl
from models.regression import build_regression

__all__ = ['Network', 'SYSTEMS', 'build', 'chroma', 'loss', 'outputs']

T = theano.tensor

#: Builder, the layers that are its outputs, and type of the target.
System = namedtuple('System', 'builder outputs target_type')

SYSTEMS = {
    'classification': System(build_classification,
                             ('scores_u', 'scores_v'), 'uint8'),
    'regression': System(build_regression, ('output',), 'float32'),
    'dahl': System(build_dahl, ('output',), 'float32'),
}

#: layers: by name. outputs: those the loss is taken of. input_var: (batch,
#: 3, row, column). settings: all that built it.
Network = namedtuple('Network', 'layers outputs input_var settings')


def build(settings):
    """Build a network from its settings.

    Parameters
    ----------
    settings : dict
        'system' ('classification', 'regression' or 'dahl'), 'color_space'
        ('luv' or 'hsv', of Dahl's 'yuv') and the keyword arguments of the
        builder in :mod:`models`; each may be left out.

    Returns
    -------
    Network

    Raises
    ------
    SettingError
        When a setting is unknown or has an impossible value.
    """
    full = check_network(settings)
    system = SYSTEMS[full['system']]
    arguments = {name: value for name, value in full.items()
                 if name not in ('system', 'color_space')}
    input_var = T.tensor4('input')
    layers = system.builder(input_var, **arguments)
    return Network(layers, [layers[name] for name in system.outputs],
                   input_var, full)


def outputs(network, **kwargs):
    """What a network computes, with its convolutions on the fastest library.

    Parameters
    ----------
    network : Network
    kwargs
        For ``lasagne.layers.get_output``, as ``deterministic=True``.

    Returns
    -------
    list of Theano 4-D tensor
        Of the classification network the class scores of U and of V, before
        their softmax, each (batch, 50, row, column); of the regression
        network U and V, (batch, 2, row, column), in units of the colour
        space. What :func:`colorize.systems.decodings.decode` takes.
    """
    return onednn.accelerate(
        lasagne.layers.get_output(network.outputs, **kwargs))


def chroma(network, decoding='argmax', means=None, prior=None, **kwargs):
    """The colours that a network answers, computed with it.

    Parameters
    ----------
    network : Network
    decoding, means, prior
        See :func:`colorize.systems.decodings.decode`.
    kwargs
        For ``lasagne.layers.get_output``, as ``deterministic=True``.

    Returns
    -------
    Theano 4-D tensor
        (batch, 2, row, column), float32.
    """
    return decodings.decode(outputs(network, **kwargs), network.settings,
                            decoding, means, prior, xp=T)


def loss(network, name, threshold=0.1, soft_targets=None, **kwargs):
    """Symbolic loss of a network.

    Parameters
    ----------
    network : Network
    name : {'cross_entropy', 'l2', 'huber', 'blurred'}
        The first is the classification network's, summed over its two
        channels (Section 3.6), the last Dahl's, the others are the
        regression network's.
    threshold : float
        M of the Huber loss, in units of 100 U, V.
    soft_targets : float array, (2, 50, 50), optional
        Of the classification network, see
        :func:`colorize.color.bins.soft_targets`.
    kwargs
        For ``lasagne.layers.get_output``, as ``deterministic=True``.

    Returns
    -------
    target_var : Theano 4-D tensor, (batch, 2, row, column)
    loss : Theano scalar
    found : list of Theano 4-D tensor
        See :func:`outputs`.
    """
    system = network.settings['system']
    if name not in LOSSES[system]:
        raise SettingError(f'loss of the {system} network must be one of '
                           f"{', '.join(map(repr, LOSSES[system]))}, got "
                           f'{name!r}')
    target_var = T.TensorType(SYSTEMS[system].target_type,
                              (False,) * 4)('target')
    found = outputs(network, **kwargs)
    if name == 'cross_entropy':
        total = sum(objectives.cross_entropy(
            scores, target_var[:, channel],
            None if soft_targets is None else soft_targets[channel])
                    for channel, scores in enumerate(found))
    elif name == 'blurred':
        total = objectives.blurred(found[0], target_var)
    elif name == 'huber':
        total = objectives.huber(found[0], target_var, threshold)
    else:
        total = objectives.squared_error(found[0], target_var)
    return target_var, total, found

"""The paper's two systems: a network, its loss, and its way to colours.

Everything that tells classification from regression is in this file; its
readers only say which one they want.
"""

import inspect
from collections import namedtuple

import numpy as np

from colorize import onednn
from colorize.color import bins
from colorize.systems import objectives
from colorize.backend import lasagne, theano
from colorize.color import color_space
from colorize.settings import DECODING, DECODINGS, SettingError, check
from models.classification import build_classification
from models.regression import build_regression

__all__ = ['Network', 'SYSTEMS', 'build', 'complete', 'decoding', 'loss',
           'predictions']

T = theano.tensor

#: Builder, the layers that are its outputs, and type of the target.
System = namedtuple('System', 'builder outputs target_type losses')

SYSTEMS = {
    'classification': System(build_classification,
                             ('scores_u', 'scores_v'), 'uint8',
                             ('cross_entropy',)),
    'regression': System(build_regression, ('output',), 'float32',
                         ('l2', 'huber')),
}

_FLAG = ((bool,), 'true or false', lambda x: True)

#: Of the builders' arguments: types, rule in words, rule. A network of
#: four times the paper's width still fits into memory.
_RULES = {
    'aggregation': ((str,), "'concat' or 'sum'",
                    lambda x: x in ('concat', 'sum')),
    'conv4_depth': ((int,), 'a whole number, 1 to 512',
                    lambda x: 1 <= x <= 512),
    'freeze_vgg': _FLAG,
    'head_depths': ((list, tuple), 'one to three whole numbers, 1 to 1024',
                    lambda x: 1 <= len(x) <= 3 and all(
                        type(n) is int and 1 <= n <= 1024 for n in x)),
    'residual_encoder': _FLAG,
    'vgg_batch_norm': _FLAG,
    'width': ((int, float), 'above 0, at most 4', lambda x: 0 < x <= 4),
}

#: layers: by name. outputs: those the loss is taken of. input_var: (batch,
#: 3, row, column). settings: all that built it.
Network = namedtuple('Network', 'layers outputs input_var settings')


def complete(settings):
    """Settings of a network, with the defaults filled in.

    Parameters
    ----------
    settings : dict
        'system' ('classification' or 'regression'), 'color_space' ('luv'
        or 'hsv') and the keyword arguments of the builder in
        :mod:`models`; each may be left out.

    Returns
    -------
    dict

    Raises
    ------
    SettingError
        When a setting is unknown or has an impossible value.
    """
    system = settings.get('system', 'classification')
    if not isinstance(system, str) or system not in SYSTEMS:
        raise SettingError('system must be one of '
                           f"{', '.join(map(repr, SYSTEMS))}, got {system!r}")
    full = {'system': system, 'color_space': 'luv'}
    arguments = inspect.signature(SYSTEMS[system].builder).parameters
    full.update((name, argument.default)
                for name, argument in arguments.items()
                if name not in ('input_var', 'num_bins'))
    for name in settings:
        if name not in full:
            raise SettingError(f'unknown setting {name!r} of the {system} '
                               f"network; known are {', '.join(full)}")
    full.update(settings)
    for name in set(full) & set(_RULES):
        check(name, full[name], *_RULES[name])
    color_space(full['color_space'])
    return full


def build(settings):
    """Build a network from its settings.

    Parameters
    ----------
    settings : dict
        See :func:`complete`.

    Returns
    -------
    Network
    """
    full = complete(settings)
    system = SYSTEMS[full['system']]
    arguments = {name: value for name, value in full.items()
                 if name not in ('system', 'color_space')}
    input_var = T.tensor4('input')
    layers = system.builder(input_var, **arguments)
    return Network(layers, [layers[name] for name in system.outputs],
                   input_var, full)


def decoding(name, settings):
    """The way of a network from probabilities to chroma.

    Parameters
    ----------
    name : {'argmax', 'mean', 'annealed', 'vivid'} or None
        None asks for the default.
    settings : dict
        Of the network.

    Returns
    -------
    str

    Raises
    ------
    SettingError
        When the network has no such way.
    """
    averages = (settings['system'] == 'classification'
                and settings['color_space'] == 'luv')
    if name is None:
        return DECODING if averages else 'argmax'
    if name not in DECODINGS:
        raise SettingError(f"decode must be one of {', '.join(DECODINGS)}, "
                           f'got {name!r}')
    if settings['system'] != 'classification':
        raise SettingError(f'decode {name}: these weights are of the '
                           f"{settings['system']} network, which has no bins "
                           'to decode')
    if name != 'argmax' and not averages:
        raise SettingError(f'decode {name}: these weights answer in '
                           f"{settings['color_space']}, whose hue is an angle "
                           'and has no mean; only argmax will do')
    return name


def predictions(network, decode='argmax', means=None, shares=None,
                **kwargs):
    """Symbolic answer of the network: most probable bins, or chroma.

    Parameters
    ----------
    network : Network
    decode : {'argmax', 'mean', 'annealed', 'vivid'}
        Of the classification network; see :func:`decoding`.
    means : float array, (2, 50), optional
        Per-bin means, which all but 'argmax' need.
    shares : float array, (2, 50), optional
        See :func:`colorize.color.bins.shares`, which 'vivid' needs.
    kwargs
        For ``lasagne.layers.get_output``, as ``deterministic=True``.

    Returns
    -------
    Theano 4-D tensor
        (batch, 2, row, column), of the type that :func:`encode` gives;
        chroma, float32, with other ways than 'argmax'.
    """
    outputs = _outputs(network, **kwargs)
    if decode == 'argmax':
        return _answer(outputs, network.settings)
    temperature, rebalancing = DECODINGS[decode]
    if rebalancing:
        # Weighed in the loss or here, it is the same to a network that has
        # learned the probabilities.
        outputs = [scores + _column(np.log(weights)) for scores, weights
                   in zip(outputs, bins.weights(shares, rebalancing))]
    return T.stack([_annealed(scores, means[channel], temperature)
                    for channel, scores in enumerate(outputs)], axis=1)


def _column(values):
    """A value for each bin, as scores lie."""
    return np.asarray(values, 'float32').reshape(1, -1, 1, 1)


def _annealed(scores, means, temperature):
    """Mean over the bins, (batch, row, column), of one channel.

    Zhang, Isola & Efros (2016), equation 5: softmax at a temperature.
    """
    scaled = scores / np.float32(temperature)
    weights = T.exp(scaled - scaled.max(axis=1, keepdims=True))
    return (weights * _column(means)).sum(axis=1) / weights.sum(axis=1)


def _outputs(network, **kwargs):
    """Symbolic outputs, with their convolutions on the fastest library."""
    return onednn.accelerate(
        lasagne.layers.get_output(network.outputs, **kwargs))


def _answer(outputs, settings):
    if settings['system'] == 'regression':
        return outputs[0]
    chosen = [T.argmax(scores, axis=1).astype('uint8') for scores in outputs]
    return T.stack(chosen, axis=1)


def loss(network, name, threshold=0.1, asked=None, **kwargs):
    """Symbolic loss and answer of a network.

    Parameters
    ----------
    network : Network
    name : {'cross_entropy', 'l2', 'huber'}
        The first is the classification network's, summed over its two
        channels (Section 3.6), the others are the regression network's.
    threshold : float
        M of the Huber loss, in units of 100 U, V.
    asked : float array, (2, 50, 50), optional
        Of the classification network, see :func:`colorize.color.bins.asked`.
    kwargs
        For ``lasagne.layers.get_output``, as ``deterministic=True``.

    Returns
    -------
    target_var : Theano 4-D tensor, (batch, 2, row, column)
    loss : Theano scalar
    answer : Theano 4-D tensor
        See :func:`predictions`.
    """
    system = SYSTEMS[network.settings['system']]
    if name not in system.losses:
        raise SettingError(f"loss of the {network.settings['system']} network "
                           'must be one of '
                           f"{', '.join(map(repr, system.losses))}, got "
                           f'{name!r}')
    target_var = T.TensorType(system.target_type, (False,) * 4)('target')
    outputs = _outputs(network, **kwargs)
    answer = _answer(outputs, network.settings)
    if name == 'cross_entropy':
        total = sum(objectives.cross_entropy(
            scores, target_var[:, channel],
            None if asked is None else asked[channel])
                    for channel, scores in enumerate(outputs))
    elif name == 'huber':
        total = objectives.huber(outputs[0], target_var, threshold)
    else:
        total = objectives.squared_error(outputs[0], target_var)
    return target_var, total, answer

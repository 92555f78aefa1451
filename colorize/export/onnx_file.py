"""A weights file as an ONNX model: lightness in, chroma out."""

import json

import numpy as np

from onnx import TensorProto, helper

import colorize
from colorize import colorizer
from colorize.answers import EVEN
from colorize.coherence import check_coherence
from colorize.color import bins, color_space
from colorize.disk.whole import written_whole
from colorize.export.graph import Graph, add_layers
from colorize.export.guided import Guided
from colorize.settings import SettingError
from colorize.systems import trained
from colorize.systems.decodings import DECODINGS, check_decoding, means_for
from models.published import IMAGENET_MEAN_BGR

__all__ = ['COHERENCES', 'model', 'of_network', 'write']

#: What the file can hold of :data:`colorize.coherence.ASKED`.
COHERENCES = ('none', 'guided')

_TEXT = """\
Colours a grey photo: Hwang & Zhou (2016), Image Colorization with Deep
Convolutional Neural Networks. In goes the photo's lightness, out comes its
chroma; lightness and chroma together are the photo in colour. Rows and
columns are free, but divisible by 8; the network was trained on about `side`
x `side` pixels, so scale a photo to that size and the chroma back."""

_RANGES = {'luv': ('L of CIELUV, 0 to 100', 'U and V of CIELUV, -100 to 100'),
           'hsv': ('V of HSV, 0 to 1', 'H and S of HSV, 0 to 1')}


def write(path, weights=None, decode=None, coherence=None):
    """Write a trained network as an ONNX file, whole or not at all.

    Parameters
    ----------
    path : str
    weights, decode, coherence
        See :func:`model`.

    Raises
    ------
    colorize.systems.weights_file.WeightsError
    colorize.settings.SettingError
    OSError
    """
    content = model(weights, decode, coherence).SerializeToString()
    with written_whole(path) as file:
        file.write(content)


def model(weights=None, decode=None, coherence=None):
    """A trained network as an ONNX model.

    Parameters
    ----------
    weights : str, optional
        Weights file; without, the one that ships.
    decode : {'argmax', 'mean', 'annealed', 'vivid'}, optional
        How scores become chroma, see
        :class:`colorize.colorizer.Colorizer`.
    coherence : {'none', 'guided'}, optional
        How colours are made to hold together; without, 'guided' where
        :mod:`colorize.colorizer` takes 'areas', which are no operation of
        ONNX's.

    Returns
    -------
    onnx.ModelProto
        Input `lightness`, (batch, row, column). Output `chroma`, (batch,
        row, column, 2); of the classification network also its class
        scores, `scores_u` and `scores_v`, (batch, 50, row, column). All
        float32.

    Raises
    ------
    colorize.systems.weights_file.WeightsError
        When the file does not hold such a network.
    colorize.settings.SettingError
        When the network has no such decoding, or the file cannot hold that
        coherence.
    """
    if coherence not in (None, *COHERENCES):
        raise SettingError(f"coherence must be one of {', '.join(COHERENCES)}"
                           f' in an ONNX file, got {coherence!r}')
    held = trained.load(
        colorizer.default_weights() if weights is None else weights)
    decode = check_decoding(decode, held.network.settings)
    chosen = check_coherence(coherence, held.network.settings, decode)
    return of_network(held, decode, 'guided' if chosen else None)


def of_network(held, decode, coherence=None):
    """A network that is built already as an ONNX model, see :func:`model`.

    Parameters
    ----------
    held : colorize.systems.trained.Trained
    decode : str
        See :data:`colorize.systems.decodings.DECODINGS`.
    coherence : {None, 'guided'}

    Returns
    -------
    onnx.ModelProto
    """
    settings = held.network.settings
    graph, space = Graph(), color_space(settings['color_space'])
    found = add_layers(graph, held.network.outputs, _add_input(graph, space))
    classes = settings['system'] == 'classification'
    guided = Guided(graph, 'lightness_plane') if coherence else None
    if classes:
        _add_decoding(graph, found, held, decode, guided)
    else:
        _add_chroma(graph, found, space, guided)
    return graph.model(
        [_input(space)], _outputs(space, classes), _TEXT,
        version=colorize.__version__, side=str(held.side), decode=decode,
        coherence=coherence or 'none',
        color_space=space.name, system=settings['system'],
        settings=json.dumps(settings, sort_keys=True),
        **{name: json.dumps(np.asarray(values).tolist())
           for name, values in (('bin_means', held.means),
                                ('bin_shares', held.prior),
                                ('level_means', held.levels))
           if values is not None})


def _input(space):
    return helper.make_tensor_value_info(
        'lightness', TensorProto.FLOAT, ['batch', 'row', 'column'],
        f'{_RANGES[space.name][0]}; rows and columns divisible by 8')


def _outputs(space, classes):
    found = [helper.make_tensor_value_info(
        'chroma', TensorProto.FLOAT, ['batch', 'row', 'column', 2],
        _RANGES[space.name][1])]
    if classes:
        found += [helper.make_tensor_value_info(
            f'scores_{channel}', TensorProto.FLOAT,
            ['batch', bins.NUM_BINS, 'row', 'column'],
            'class scores; their softmax are the probabilities of the bins '
            f'of {name}') for channel, name in
            zip('uv', 'UV' if space.name == 'luv' else 'HS')]
    return found


def _add_input(graph, space):
    """What the networks see: :func:`colorize.systems.arrays.network_input`.
    """
    plane = graph.add('Unsqueeze', [
        'lightness', graph.constant('channel_axis', [1], 'int64')],
        'lightness_plane')
    gray = (_add_gray_luv(graph, plane) if space.name == 'luv'
            else graph.add('Mul', [plane, 255], 'gray'))
    mean = np.reshape(IMAGENET_MEAN_BGR, (1, 3, 1, 1))
    return graph.add('Sub', [gray, mean], 'photo')


def _add_gray_luv(graph, lightness):
    """The grey value of L, 0 to 255: CIE 1976, then the gamma of sRGB."""
    add = graph.add
    root = add('Div', [add('Add', [lightness, 16], 'L.shifted'), 116],
               'L.root')
    above = add('Where', [
        add('Greater', [lightness, 8], 'L.is_light'),
        add('Mul', [root, add('Mul', [root, root], 'L.square')], 'L.cube'),
        add('Div', [lightness, 903.3], 'L.dark')], 'Y.any')
    light = add('Min', [add('Max', [above, 0], 'Y.positive'), 1], 'Y')
    curved = add('Pow', [add('Max', [light, 0.0031308], 'Y.light'), 1 / 2.4],
                 'gray.power')
    curved = add('Sub', [add('Mul', [curved, 1.055], 'gray.scaled'), 0.055],
                 'gray.light')
    unit = add('Where', [
        add('Greater', [light, 0.0031308], 'Y.is_light'), curved,
        add('Mul', [light, 12.92], 'gray.dark')], 'gray.unit')
    return add('Mul', [unit, 255], 'gray')


def _add_decoding(graph, found, held, decode, guided):
    """From class scores to chroma, as :mod:`colorize.systems` does it."""
    temperature, rebalancing = DECODINGS[decode]
    rare = np.log(bins.class_weights(held.prior, rebalancing))
    means = means_for(decode, held)
    hats = _add_hats(graph, len(means)) if means.ndim == 3 else None
    planes = []
    for scores, own, own_rare in zip(found, np.moveaxis(means, -2, 0), rare):
        if np.ptp(own_rare):
            scores = graph.add('Add', [scores, _column(own_rare)],
                               f'{scores}.weighed')
        if guided:
            scores = _add_even(graph, scores, guided)
        planes.append(_add_best(graph, scores, own) if decode == 'argmax'
                      else _add_mean(graph, scores, own, temperature, hats))
    _add_last(graph, graph.add('Concat', planes, 'planes', axis=1))


def _add_even(graph, scores, guided):
    """Scores of probabilities that follow the lightness."""
    prob = graph.add('Softmax', [scores], f'{scores}.chance', axis=1)
    even = guided.smooth(prob, f'{scores}.guided')
    # As :mod:`colorize.coherence` does: the filter may undershoot.
    return graph.add('Log', [graph.add('Max', [even, 1e-6],
                                       f'{scores}.possible')],
                     f'{scores}.even')


def _add_best(graph, scores, means):
    """The mean of the most probable bin."""
    best = graph.add('ArgMax', [scores], f'{scores}.best', axis=1)
    return graph.add('Gather', [means, best], f'{scores}.decoded')


def _add_hats(graph, count):
    """Shares of levels, as :mod:`colorize.color.level_means` has them."""
    add = graph.add
    place = add('Clip', [add('Mul', ['lightness_plane', (count - 1) / 100],
                             'level.place.free'), 0, count - 1], 'level.place')
    away = add('Abs', [add('Sub', [place, _column(np.arange(count))],
                           'level.difference')], 'level.away')
    return add('Max', [add('Sub', [1, away], 'level.near'), 0], 'level.hats')


def _add_mean(graph, scores, means, temperature, hats):
    """The mean over the bins, annealed."""
    scaled = graph.add('Div', [scores, temperature], f'{scores}.scaled')
    prob = graph.add('Softmax', [scaled], f'{scores}.prob', axis=1)
    # As a 1x1 convolution to one map, or to one of each level.
    if hats is None:
        return graph.add('Conv', [prob, _column(means)], f'{scores}.decoded')
    levels = graph.add('Conv', [prob, means[..., None, None]],
                       f'{scores}.levels')
    return graph.add('ReduceSum', [
        graph.add('Mul', [levels, hats], f'{scores}.levels.share'),
        graph.constant(f'{scores}.levels.axes', [1], 'int64')],
        f'{scores}.decoded')


def _column(values):
    """A value for each bin, as scores lie."""
    return np.reshape(values, (1, -1, 1, 1))


def _add_chroma(graph, found, space, guided):
    """From the regression network's unit to chroma inside the range."""
    scaled = graph.add('Mul', [found[0], space.unit], 'scaled')
    planes = graph.add('Clip', [scaled, space.low, space.high], 'planes')
    if guided:
        planes = guided.smooth(planes, 'planes.guided')
    _add_last(graph, planes)


def _add_last(graph, planes):
    """Grey where the photo is one, see :data:`EVEN`; channels last."""
    add = graph.add
    light, over = 'lightness_plane', dict(axes=[1, 2, 3])
    change = add('Sub', [light, add('ReduceMean', [light], 'level', **over)],
                 'change')
    variance = add('ReduceMean', [add('Mul', [change] * 2, 'change.square')],
                   'variance', **over)
    least = add('Mul', [add('ReduceMax', [light], 'most', **over), EVEN],
                'least')
    even = add('Less', [variance, add('Mul', [least] * 2, 'least.square')],
               'is_even')
    add('Transpose', [add('Where', [even, 0, planes], 'planes.last')],
        'chroma', perm=[0, 2, 3, 1])

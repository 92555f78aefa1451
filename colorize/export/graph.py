"""Lasagne's layers as a graph of ONNX."""

from collections import namedtuple

import numpy as np
import onnx
from onnx import helper, numpy_helper

from colorize.backend import lasagne
from models.layers import BatchNormLayer, Conv2DLayer, Upscale2DLayer

__all__ = ['OPSET', 'Graph', 'add_layers']

#: The oldest that has all operators here as they are used.
OPSET = 13

#: The graphs' format that came with it: older runtimes read it, too.
_FORMAT = 8

#: A factor and a summand for each channel, what a batch norm comes down to.
_Affine = namedtuple('_Affine', 'scale shift')


class Graph:
    """Nodes and constants, in the order in which they are added."""

    def __init__(self):
        self._nodes, self._constants = [], {}

    def constant(self, name, values, dtype='float32'):
        """Keep an array in the graph; returns its name."""
        values = np.asarray(values, dtype)
        self._constants[name] = numpy_helper.from_array(values, name)
        return name

    def add(self, kind, inputs, name, **attributes):
        """Add an operator.

        Parameters
        ----------
        kind : str
            As ONNX calls it.
        inputs : sequence of str, or of number for a constant
        name : str
            Of the operator and of what comes out.
        attributes
            Of the operator.

        Returns
        -------
        str
            `name`.
        """
        inputs = [each if isinstance(each, str) else
                  self.constant(f'{name}.{place}', each)
                  for place, each in enumerate(inputs)]
        self._nodes.append(helper.make_node(kind, inputs, [name], name,
                                            **attributes))
        return name

    def model(self, inputs, outputs, text, **about):
        """The whole as a model, checked.

        Parameters
        ----------
        inputs, outputs : list of onnx.ValueInfoProto
        text : str
        about
            Texts by name, which the file carries along.

        Returns
        -------
        onnx.ModelProto
        """
        graph = helper.make_graph(
            self._nodes, 'colorize', inputs, outputs,
            list(self._constants.values()), text)
        model = helper.make_model(
            graph, producer_name='colorize', ir_version=_FORMAT,
            opset_imports=[helper.make_opsetid('', OPSET)])
        helper.set_model_props(model, about)
        onnx.checker.check_model(model, full_check=True)
        return model


def add_layers(graph, outputs, start):
    """Add a network, as it is when it predicts.

    A batch norm is folded into the convolution before it, or into a 1x1
    convolution that alone comes after it: no zeros are padded there, which
    its shift would have to reach. One that is followed by a sum remains, as
    a multiplication and an addition.

    Parameters
    ----------
    graph : Graph
    outputs : sequence of lasagne.layers.Layer
    start : str
        What goes into the network's input layer.

    Returns
    -------
    list of str
        Names of the outputs.
    """
    layers = lasagne.layers.get_all_layers(outputs)
    kernels, folded = _fold(layers)
    names = {}
    for layer in layers:
        inputs = [names[each] for each in _incoming(layer)]
        if isinstance(layer, lasagne.layers.InputLayer):
            names[layer] = start
        elif layer in folded:
            names[layer], = inputs
        elif layer in kernels:
            names[layer] = _add_conv(graph, layer, inputs, *kernels[layer])
        else:
            names[layer] = _ADD[type(layer)](graph, layer, inputs)
    return [names[each] for each in outputs]


def _incoming(layer):
    several = getattr(layer, 'input_layers', None)
    single = getattr(layer, 'input_layer', None)
    return several or ([single] if single else [])


def _fold(layers):
    """Kernels and biases by convolution, and what was folded into them."""
    users = {layer: [] for layer in layers}
    for layer in layers:
        for each in _incoming(layer):
            users[each].append(layer)
    kernels, folded, before = {}, set(), {}
    for layer in layers:  # from input to outputs
        if isinstance(layer, Conv2DLayer):
            kernels[layer] = _after(before.get(layer.input_layer),
                                    *_own_kernels(layer))
        elif isinstance(layer, BatchNormLayer):
            incoming, affine = layer.input_layer, _affine(layer)
            if _is_linear(incoming) and users[incoming] == [layer]:
                kernels[incoming] = _then(affine, *kernels[incoming])
                folded.add(layer)
            elif all(_is_point(each) for each in users[layer]):
                before[layer] = affine
                folded.add(layer)
    return kernels, folded


def _own_kernels(layer):
    bias = np.zeros(layer.num_filters) if layer.b is None else (
        layer.b.get_value())
    return layer.W.get_value().astype('float64'), bias.astype('float64')


def _affine(layer):
    gamma, beta, mean, inv_std = (
        each.get_value().astype('float64') for each in
        (layer.gamma, layer.beta, layer.mean, layer.inv_std))
    return _Affine(gamma * inv_std, beta - mean * gamma * inv_std)


def _after(affine, W, b):
    """Kernels and biases of a 1x1 convolution that does `affine` first."""
    if affine is None:
        return W, b
    return (W * affine.scale[:, None, None],
            b + W[:, :, 0, 0] @ affine.shift)


def _then(affine, W, b):
    """Kernels and biases of a convolution that does `affine` afterwards."""
    return (W * affine.scale[:, None, None, None],
            b * affine.scale + affine.shift)


def _is_linear(layer):
    return isinstance(layer, Conv2DLayer) and (
        layer.nonlinearity is lasagne.nonlinearities.identity)


def _is_point(layer):
    return isinstance(layer, Conv2DLayer) and layer.filter_size == 1


def _add_conv(graph, layer, inputs, W, b):
    name, side = layer.name, layer.filter_size
    if not _is_linear(layer):
        _require_relu(layer)
    weights = [graph.constant(f'{name}.W', W), graph.constant(f'{name}.b', b)]
    linear = _is_linear(layer)
    conved = graph.add('Conv', inputs + weights,
                       name if linear else f'{name}.linear',
                       kernel_shape=[side, side], pads=[side // 2] * 4)
    return conved if linear else graph.add('Relu', [conved], name)


def _add_norm(graph, layer, inputs):
    scale, shift = (each[:, None, None] for each in _affine(layer))
    scaled = graph.add('Mul', inputs + [scale], f'{layer.name}.scaled')
    return graph.add('Add', [scaled, shift], layer.name)


def _add_nonlinearity(graph, layer, inputs):
    _require_relu(layer)
    return graph.add('Relu', inputs, layer.name)


def _require_relu(layer):
    if layer.nonlinearity is not lasagne.nonlinearities.rectify:
        raise ValueError(f'{layer.name}: only ReLU can be written as ONNX, '
                         "so Dahl's network cannot")


def _add_pool(graph, layer, inputs):
    return graph.add('MaxPool', inputs, layer.name, kernel_shape=[2, 2],
                     strides=[2, 2])


def _add_upscale(graph, layer, inputs):
    """Repeat every row and every column."""
    factor = layer.scale_factor
    if factor == 1:
        return inputs[0]
    return graph.add(
        'Resize', inputs + ['', [1, 1, factor, factor]], layer.name,
        mode='nearest', nearest_mode='floor',
        coordinate_transformation_mode='asymmetric')


def _add_concat(graph, layer, inputs):
    return graph.add('Concat', inputs, layer.name, axis=1)


def _add_sum(graph, layer, inputs):
    return graph.add('Sum', inputs, layer.name)


#: How each kind of layer is added that is no convolution.
_ADD = {BatchNormLayer: _add_norm,
        Upscale2DLayer: _add_upscale,
        lasagne.layers.ConcatLayer: _add_concat,
        lasagne.layers.ElemwiseSumLayer: _add_sum,
        lasagne.layers.MaxPool2DLayer: _add_pool,
        lasagne.layers.NonlinearityLayer: _add_nonlinearity}

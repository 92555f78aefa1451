"""Theano Ops that pass over blocked arrays: norm, ReLU, pool, upscale."""

import ctypes

import numpy as np

from colorize.backend import theano
from colorize.onednn.arrays import block, call, empty, plain
from colorize.onednn.blocked import BlockedOp, blocked_type

T = theano.tensor

__all__ = ['Add', 'Affine', 'BatchNorm', 'BoxSum', 'MaxPool', 'ReluGrad']


class _Maps(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int)
                for name in ('batch', 'blocks', 'rows', 'columns')]


def maps(array):
    """Sizes of a blocked array for the kernels."""
    return ctypes.byref(_Maps(*array.shape[:4]))


def lanes(values, array):
    """Per-channel values with zeros up to whole blocks."""
    padded = np.zeros(array.shape[1] * block(), np.float32)
    padded[:len(values)] = values
    return padded


def _totals(array):
    return np.zeros(array.shape[1] * block(), np.float64)


def _same_shape(*arrays):
    if any(array.shape != arrays[0].shape for array in arrays):
        shapes = ', '.join(str(array.shape) for array in arrays)
        raise ValueError(f'shapes {shapes} differ')


def _check_factor(array, small, factor):
    expected = (small.shape[:2] + (small.shape[2] * factor,
                                   small.shape[3] * factor, block()))
    if array.shape != expected:
        raise ValueError(f'a map of shape {small.shape} upscaled {factor} '
                         f'times does not fit {array.shape}')


def affine(array, scale=None, shift=None, small=None, factor=1, relu=False):
    """[relu](array * scale + shift [+ small upscaled]), one pass."""
    if small is not None:
        _check_factor(array, small, factor)
    out = empty(array.shape)
    if array.size:
        call('affine', array.shape, maps(array), array, scale, shift, small,
             factor, int(relu), out)
    return out


class Affine(BlockedOp):
    """[relu](x * scale + shift), scale and shift one per channel.

    Parameters
    ----------
    relu : bool
        Rectify the result.
    """

    __props__ = ('relu',)

    def __init__(self, relu=False):
        self.relu = relu

    def perform(self, node, inputs, outputs):
        array = plain(inputs[0])
        scale, shift = (lanes(values, array) for values in inputs[1:])
        outputs[0][0] = affine(array, scale, shift, relu=self.relu)

    def L_op(self, inputs, outputs, grads):
        array, scale, shift = inputs
        grad, sums = ReluGrad(self.relu)(
            *([outputs[0]] if self.relu else []) + [grads[0]])
        products = (grad * array).sum(axis=(0, 2, 3)).flatten()
        return [Affine()(grad, scale, T.zeros_like(shift)),
                products[:scale.shape[0]], sums[:shift.shape[0]]]


class Add(BlockedOp):
    """Sum of a map and a smaller one whose pixels are repeated.

    Parameters
    ----------
    factor : int
        How often rows and columns of the second are repeated; with 1 the
        two are of one size.
    """

    __props__ = ('factor',)

    def __init__(self, factor=1):
        self.factor = factor

    def perform(self, node, inputs, outputs):
        array, small = map(plain, inputs)
        outputs[0][0] = affine(array, small=small, factor=self.factor)

    def grad(self, inputs, grads):
        return [grads[0], BoxSum.of(grads[0], self.factor)]


class BoxSum(BlockedOp):
    """Sum of each square of `factor` rows and columns."""

    __props__ = ('factor',)

    def __init__(self, factor):
        self.factor = factor

    @classmethod
    def of(cls, variable, factor):
        """The box sums of `variable`, itself with a factor of 1."""
        return variable if factor == 1 else cls(factor)(variable)

    def shapes(self, inputs, shapes):
        batch, depth, rows, columns, lane = shapes[0]
        return [(batch, depth, rows // self.factor, columns // self.factor,
                 lane)]

    def perform(self, node, inputs, outputs):
        array = plain(inputs[0])
        out = empty(array.shape[:2] + tuple(
            side // self.factor for side in array.shape[2:4]) + (block(),))
        if array.size:
            call('box_sum', array.shape, maps(array), array, self.factor,
                 out)
        outputs[0][0] = out


class MaxPool(BlockedOp):
    """The largest of each 2 x 2 pixels."""

    def shapes(self, inputs, shapes):
        batch, depth, rows, columns, lane = shapes[0]
        return [(batch, depth, rows // 2, columns // 2, lane)]

    def perform(self, node, inputs, outputs):
        array = plain(inputs[0])
        out = empty(array.shape[:2] + tuple(
            side // 2 for side in array.shape[2:4]) + (block(),))
        if out.size:
            call('max_pool', array.shape, maps(array), array, out)
        outputs[0][0] = out

    def L_op(self, inputs, outputs, grads):
        return [_MaxPoolGrad()(inputs[0], outputs[0], grads[0])]


class _MaxPoolGrad(BlockedOp):
    """Called with MaxPool's input, its output and the output's gradient."""

    def perform(self, node, inputs, outputs):
        array, largest, grad = map(plain, inputs)
        _same_shape(largest, grad)
        outputs[0][0] = empty(array.shape)
        if array.size:
            call('max_pool_grad', array.shape, maps(array), array, largest,
                 grad, outputs[0][0])


class ReluGrad(BlockedOp):
    """Gradient before a ReLU, and its sum for each channel.

    Parameters
    ----------
    relu : bool
        Without, the gradients are only added up.

    Called with the ReLU's output (if there was one) and one or two
    gradients, which are summed.
    """

    __props__ = ('relu',)

    def __init__(self, relu=True):
        self.relu = relu

    def output_types(self, inputs):
        return [blocked_type(), T.fvector()]

    def shapes(self, inputs, shapes):
        return [shapes[0], (shapes[0][1] * shapes[0][4],)]

    def perform(self, node, inputs, outputs):
        inputs = [plain(array) for array in inputs]
        _same_shape(*inputs)
        first = inputs[int(self.relu):] + [None]
        copied = self.relu or len(inputs) > 1
        out, sums = inputs[0], _totals(inputs[0])
        if copied:
            out = empty(inputs[0].shape)
        if out.size:
            call('relu_grad', out.shape, maps(out),
                 inputs[0] if self.relu else None, first[0], first[1],
                 out if copied else None, sums)
        outputs[0][0] = out
        outputs[1][0] = sums.astype('float32')

    @property
    def view_map(self):
        return {} if self.relu else {0: [0]}


class BatchNorm(BlockedOp):
    """Batch norm with the minibatch's own statistics.

    Parameters
    ----------
    epsilon : float
        Added to the variance.
    relu : bool
        Rectify the result.
    factor : int
        When called with a fourth variable, that is added to the result,
        its rows and columns repeated so often; then there is no ReLU.

    Called with a blocked array, gamma and beta; gives the result and the
    mean and the inverse standard deviation of each channel.
    """

    __props__ = ('epsilon', 'relu', 'factor')

    def __init__(self, epsilon, relu=False, factor=1):
        self.epsilon = float(epsilon)
        self.relu = relu
        self.factor = factor

    def output_types(self, inputs):
        return [blocked_type(), T.fvector(), T.fvector()]

    def shapes(self, inputs, shapes):
        return [shapes[0], shapes[1], shapes[1]]

    def perform(self, node, inputs, outputs):
        array, (gamma, beta) = plain(inputs[0]), inputs[1:3]
        small = plain(inputs[3]) if len(inputs) > 3 else None
        mean, variance = _totals(array), _totals(array)
        if array.size:
            call('moments', array.shape, maps(array), array, mean, variance)
        depth = len(gamma)
        mean = mean[:depth].astype('float32')
        inv_std = (1 / np.sqrt(variance[:depth] + self.epsilon)).astype(
            'float32')
        scale = gamma * inv_std
        outputs[0][0] = affine(array, lanes(scale, array),
                               lanes(beta - mean * scale, array), small,
                               self.factor, self.relu)
        outputs[1][0], outputs[2][0] = mean, inv_std

    def L_op(self, inputs, outputs, grads):
        if not all(isinstance(grad.type, theano.gradient.DisconnectedType)
                   for grad in grads[1:]):
            raise NotImplementedError(
                'gradient through the statistics of a batch norm')
        found = _BatchNormGrad(self.relu)(inputs[0], grads[0], inputs[1],
                                          inputs[2], *outputs[1:])
        small = [BoxSum.of(grads[0], self.factor)] * (len(inputs) - 3)
        return list(found) + small


class _BatchNormGrad(BlockedOp):
    """Called with x, gradient, gamma, beta, mean, inv_std; gives gradients.

    With respect to x, gamma and beta.
    """

    __props__ = ('relu',)

    def __init__(self, relu):
        self.relu = relu

    def output_types(self, inputs):
        return [blocked_type(), T.fvector(), T.fvector()]

    def shapes(self, inputs, shapes):
        return [shapes[0], shapes[2], shapes[2]]

    def perform(self, node, inputs, outputs):
        array, grad = map(plain, inputs[:2])
        gamma, beta, mean, inv_std = inputs[2:]
        _same_shape(array, grad)
        scale = gamma * inv_std
        folded = [lanes(values, array)
                  for values in (scale, beta - mean * scale)]
        sums, centred = _totals(array), _totals(array)
        out, relu = empty(array.shape), int(self.relu)
        if array.size:
            call('norm_grad_sums', array.shape, maps(array), array, grad,
                 *folded + [lanes(mean, array), relu, sums, centred])
            count = array.size / array.shape[1] / block()
            slope = (-scale * inv_std ** 2 * centred[:len(mean)] / count)
            level = -scale * sums[:len(mean)] / count - slope * mean
            call('norm_grad', array.shape, maps(array), array, grad,
                 *folded + [lanes(slope, array), lanes(level, array), relu,
                            out])
        outputs[0][0] = out
        outputs[1][0] = (centred[:len(mean)] * inv_std).astype('float32')
        outputs[2][0] = sums[:len(mean)].astype('float32')

"""Theano Ops that pass over blocked arrays: add, ReLU, pool, upscale."""

import numpy as np

from colorize.backend import theano
from colorize.onednn.arrays import block, call, empty, maps, plain
from colorize.onednn.blocked import BlockedOp, InplaceOp, blocked_type

T = theano.tensor

__all__ = ['Add', 'Affine', 'BoxSum', 'MaxPool', 'ReluGrad', 'affine',
           'lanes', 'same_shape', 'totals']


def lanes(values, array):
    """Per-channel values with zeros up to whole blocks."""
    padded = np.zeros(array.shape[1] * block(), np.float32)
    padded[:len(values)] = values
    return padded


def totals(array):
    """Zeros for a float64 sum of each channel."""
    return np.zeros(array.shape[1] * block(), np.float64)


def same_shape(*arrays):
    """ValueError unless all arrays are of one shape."""
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
    factor : int
        When called with a fourth variable, that is added to the result,
        its rows and columns repeated so often; then there is no ReLU.
    """

    __props__ = ('relu', 'factor')

    def __init__(self, relu=False, factor=1):
        self.relu = relu
        self.factor = factor

    def perform(self, node, inputs, outputs):
        array, *small = map(plain, inputs[:1] + inputs[3:])
        scale, shift = (lanes(values, array) for values in inputs[1:3])
        outputs[0][0] = affine(array, scale, shift, *small or [None],
                               self.factor, self.relu)

    def L_op(self, inputs, outputs, grads):
        array, scale, shift, *small = inputs
        grad, sums = ReluGrad(self.relu)(
            *([outputs[0]] if self.relu else []) + [grads[0]])
        products = (grad * array).sum(axis=(0, 2, 3)).flatten()
        return [Affine()(grad, scale, T.zeros_like(shift)),
                products[:scale.shape[0]], sums[:shift.shape[0]],
                *[BoxSum.of(grads[0], self.factor)] * len(small)]


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
        same_shape(largest, grad)
        outputs[0][0] = empty(array.shape)
        if array.size:
            call('max_pool_grad', array.shape, maps(array), array, largest,
                 grad, outputs[0][0])


class ReluGrad(InplaceOp):
    """Gradient before a ReLU, and its sum for each channel.

    Parameters
    ----------
    relu : bool
        Without, the gradients are only added up.

    Called with the ReLU's output (if there was one) and one or two
    gradients, which are summed.
    """

    __props__ = ('relu', 'inplace')

    def __init__(self, relu=True, inplace=False):
        super().__init__(inplace)
        self.relu = relu
        self.destroyed = int(relu)

    def output_types(self, inputs):
        return [blocked_type(), T.fvector()]

    def shapes(self, inputs, shapes):
        return [shapes[0], (shapes[0][1] * shapes[0][4],)]

    def perform(self, node, inputs, outputs):
        inputs = [plain(array) for array in inputs]
        same_shape(*inputs)
        first = inputs[int(self.relu):] + [None]
        copied = self.relu or len(inputs) > 1
        out, sums = first[0], totals(first[0])
        if copied and not self.inplace:
            out = empty(out.shape)
        if out.size:
            call('relu_grad', out.shape, maps(out),
                 inputs[0] if self.relu else None, first[0], first[1],
                 out if copied else None, sums)
        outputs[0][0] = out
        outputs[1][0] = sums.astype('float32')

    @property
    def view_map(self):
        return {} if self.relu or self.inplace else {0: [0]}

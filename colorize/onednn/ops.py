"""Theano Ops on blocked arrays: layout and convolution.

A blocked variable is 5-D float32, (batch, block of channels, row, column,
channel in the block); channels past the depth are zero.
"""

import ctypes

import numpy as np

from colorize.backend import theano
from colorize.onednn.arrays import (ConvShape, block, blocks, call, empty,
                                    plain)

T = theano.tensor

__all__ = ['BlockedOp', 'Conv', 'ConvGradInputs', 'ConvGradWeights',
           'FromBlocked', 'ToBlocked', 'blocked_type']


def blocked_type():
    """Theano's type of a blocked array."""
    return T.TensorType('float32', (False,) * 5)()


class BlockedOp(theano.Op):
    """An Op that is described by its class and ``__props__`` alone."""

    __props__ = ()

    def output_types(self, inputs):
        """Fresh output variables; one blocked array unless overridden."""
        return [blocked_type()]

    def make_node(self, *inputs):
        inputs = [T.as_tensor_variable(value) for value in inputs]
        return theano.Apply(self, inputs, self.output_types(inputs))

    def shapes(self, inputs, shapes):
        """Symbolic shape of each output; the first input's unless said."""
        return [shapes[0]]

    def infer_shape(self, node, shapes):
        return self.shapes(node.inputs, shapes)


def _strides(array):
    return [step // 4 for step in array.strides]


def _relayout(array, packed, back):
    shape = (ctypes.c_int64 * 4)(*array.shape)
    strides = (ctypes.c_int64 * 4)(*_strides(array))
    call('relayout', array.shape, shape, strides, array, packed, back)


class ToBlocked(BlockedOp):
    """(batch, channel, row, column) to blocked."""

    def shapes(self, inputs, shapes):
        batch, depth, rows, columns = shapes[0]
        return [(batch, blocks(depth), rows, columns, block())]

    def perform(self, node, inputs, outputs):
        array, = inputs
        # oneDNN reads any positive strides, in whole numbers.
        if any(step <= 0 or step % 4 for step in array.strides):
            array = plain(array)
        batch, depth, rows, columns = array.shape
        outputs[0][0] = empty((batch, blocks(depth), rows, columns, block()))
        if array.size:
            _relayout(array, outputs[0][0], 0)

    def grad(self, inputs, grads):
        return [FromBlocked()(grads[0], inputs[0].shape[1])]


class FromBlocked(BlockedOp):
    """Blocked, and the number of channels, to (batch, channel, row, column).
    """

    def output_types(self, inputs):
        return [T.TensorType('float32', (False,) * 4)()]

    def shapes(self, inputs, shapes):
        batch, _, rows, columns, _ = shapes[0]
        return [(batch, inputs[1], rows, columns)]

    def perform(self, node, inputs, outputs):
        packed, depth = plain(inputs[0]), int(inputs[1])
        batch, _, rows, columns, _ = packed.shape
        outputs[0][0] = empty((batch, depth, rows, columns))
        if packed.size:
            _relayout(outputs[0][0], packed, 1)

    def connection_pattern(self, node):
        return [[True], [False]]

    def grad(self, inputs, grads):
        return [ToBlocked()(grads[0]), theano.gradient.DisconnectedType()()]


def _deep(shape, depth_blocks):
    """`shape` of a blocked array with another depth."""
    return (shape[0], depth_blocks) + tuple(shape[2:])


def conv_shape(array, kernels):
    """Sizes of a convolution, checked.

    Raises
    ------
    ValueError
        When the depths do not fit or a side of the kernel is even.
    """
    batch, depth_blocks, rows, columns, _ = array
    out, depth_in, kernel_rows, kernel_columns = kernels
    shape = ConvShape(batch, depth_in, out, rows, columns, kernel_rows,
                      kernel_columns)
    if depth_blocks != blocks(depth_in):
        raise ValueError(
            'an array of {} blocks of {} channels does not fit {}'.format(
                depth_blocks, block(), shape))
    if kernel_rows % 2 == 0 or kernel_columns % 2 == 0:
        raise ValueError('sides of a kernel must be odd: {}'.format(shape))
    return shape


class Conv(BlockedOp):
    """Correlation with stride 1 and half padding; bias and ReLU if asked.

    Parameters
    ----------
    relu : bool
        Rectify the result.

    Called with a blocked array, kernels (out, in, rows, columns) and,
    optionally, a bias (out,).
    """

    __props__ = ('relu',)

    def __init__(self, relu=False):
        self.relu = relu

    def shapes(self, inputs, shapes):
        return [_deep(shapes[0], blocks(shapes[1][0]))]

    def perform(self, node, inputs, outputs):
        array, kernels = plain(inputs[0]), plain(inputs[1])
        bias = plain(inputs[2]) if len(inputs) > 2 else None
        shape = conv_shape(array.shape, kernels.shape)
        out = empty((shape.batch, blocks(shape.depth_out))
                    + array.shape[2:])
        if bias is not None and bias.shape != kernels.shape[:1]:
            raise ValueError('bias of shape {} for {}'.format(bias.shape,
                                                              shape))
        if array.size:
            call('conv_forward', shape, ctypes.byref(shape), array, kernels,
                 bias, out, int(self.relu), 0)
        outputs[0][0] = out

    def L_op(self, inputs, outputs, grads):
        from colorize.onednn.planes import ReluGrad
        array, kernels = inputs[:2]
        grad, sums = grads[0], None
        if self.relu or len(inputs) > 2:
            grad, sums = ReluGrad(self.relu)(
                *([outputs[0]] if self.relu else []) + [grad])
        found = [ConvGradInputs()(grad, kernels),
                 ConvGradWeights()(array, grad, kernels.shape)]
        return found + [sums[:bias.shape[0]] for bias in inputs[2:]]


class ConvGradInputs(BlockedOp):
    """Gradient of :class:`Conv` with respect to its input.

    Called with the blocked gradient of the output and the kernels.
    """

    def shapes(self, inputs, shapes):
        return [_deep(shapes[0], blocks(shapes[1][1]))]

    def perform(self, node, inputs, outputs):
        grad, kernels = plain(inputs[0]), plain(inputs[1])
        shape = conv_shape(
            grad.shape[:1] + (blocks(kernels.shape[1]),) + grad.shape[2:],
            kernels.shape)
        outputs[0][0] = empty((shape.batch, blocks(shape.depth_in))
                              + grad.shape[2:])
        if grad.shape[1] != blocks(shape.depth_out):
            raise ValueError('a gradient of shape {} for {}'.format(
                grad.shape, shape))
        if grad.size:
            call('conv_grad_inputs', shape, ctypes.byref(shape), grad,
                 kernels, outputs[0][0])


class ConvGradWeights(BlockedOp):
    """Gradient of :class:`Conv` with respect to its kernels.

    Called with the blocked input, the blocked gradient of the output and
    the kernels' shape, an integer vector of 4.
    """

    def output_types(self, inputs):
        return [T.TensorType('float32', (False,) * 4)()]

    def shapes(self, inputs, shapes):
        return [[inputs[2][axis] for axis in range(4)]]

    def perform(self, node, inputs, outputs):
        array, grad = plain(inputs[0]), plain(inputs[1])
        shape = conv_shape(array.shape, [int(size) for size in inputs[2]])
        if (grad.shape[1] != blocks(shape.depth_out)
                or grad.shape[::2] != array.shape[::2]
                or grad.shape[3] != array.shape[3]):
            raise ValueError('a gradient of shape {} for {}'.format(
                grad.shape, shape))
        outputs[0][0] = kernels = np.zeros(inputs[2], np.float32)
        if array.size:
            call('conv_grad_weights', shape, ctypes.byref(shape), array,
                 grad, kernels)

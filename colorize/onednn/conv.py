"""Theano Ops on blocked arrays: convolution and its gradients."""

import ctypes

import numpy as np

from colorize.backend import theano
from colorize.onednn.arrays import (ConvShape, block, blocks, call, empty,
                                    plain)
from colorize.onednn.blocked import BlockedOp
from colorize.onednn.norm import again
from colorize.onednn.planes import ReluGrad

T = theano.tensor

__all__ = ['Conv', 'ConvGradInputs', 'ConvGradWeights', 'conv_shape']


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
            f'an array of {depth_blocks} blocks of {block()} channels does '
            f'not fit {shape}')
    if kernel_rows % 2 == 0 or kernel_columns % 2 == 0:
        raise ValueError(f'sides of a kernel must be odd: {shape}')
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
            raise ValueError(f'bias of shape {bias.shape} for {shape}')
        if array.size:
            call('conv_forward', shape, ctypes.byref(shape), array, kernels,
                 bias, out, int(self.relu), 0)
        outputs[0][0] = out

    def L_op(self, inputs, outputs, grads):
        array, kernels = inputs[:2]
        grad, sums = grads[0], None
        if self.relu or len(inputs) > 2:
            grad, sums = ReluGrad(self.relu)(
                *([outputs[0]] if self.relu else []) + [grad])
        found = [ConvGradInputs()(grad, kernels),
                 ConvGradWeights()(again(array, grad), grad, kernels.shape)]
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
            raise ValueError(f'a gradient of shape {grad.shape} for {shape}')
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
            raise ValueError(f'a gradient of shape {grad.shape} for {shape}')
        outputs[0][0] = kernels = np.zeros(inputs[2], np.float32)
        if array.size:
            call('conv_grad_weights', shape, ctypes.byref(shape), array,
                 grad, kernels)

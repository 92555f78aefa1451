"""Theano Ops of batch norm on blocked arrays."""

import numpy as np

from colorize.backend import theano
from colorize.onednn.arrays import block, call, empty, maps, plain
from colorize.onednn.blocked import BlockedOp, InplaceOp, blocked_type
from colorize.onednn.planes import (BoxSum, affine, lanes, same_shape,
                                    totals)

T = theano.tensor

__all__ = ['BatchNorm', 'again']


def _folded(array, gamma, beta, mean, inv_std):
    """A batch norm as scale and shift of each channel of `array`."""
    scale = gamma * inv_std
    return [lanes(values, array) for values in (scale, beta - mean * scale)]


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
        mean, variance = totals(array), totals(array)
        if array.size:
            call('moments', array.shape, maps(array), array, mean, variance)
        depth = len(gamma)
        mean = mean[:depth].astype('float32')
        inv_std = (1 / np.sqrt(variance[:depth] + self.epsilon)).astype(
            'float32')
        outputs[0][0] = affine(
            array, *_folded(array, gamma, beta, mean, inv_std), small,
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


def again(variable, later):
    """What a batch norm gave, computed again once `later` is there.

    Its input is kept for its own gradient anyway. So its output, which else
    waits for the gradient of the next kernels, need not be kept.

    Parameters
    ----------
    variable, later : blocked Theano variables

    Returns
    -------
    Theano variable
        `variable` itself where it is no batch norm's.
    """
    node = variable.owner
    if node is None or not isinstance(node.op, BatchNorm):
        return variable
    array, gamma, beta, *small = node.inputs
    return _BatchNormAgain(node.op.relu, node.op.factor)(
        later, array, gamma, beta, *node.outputs[1:], *small)


class _BatchNormAgain(BlockedOp):
    """:class:`BatchNorm`'s result, to the last bit.

    Called with what to wait for, x, gamma, beta, mean, inv_std and what was
    added, if anything was.
    """

    __props__ = ('relu', 'factor')

    def __init__(self, relu, factor):
        self.relu = relu
        self.factor = factor

    def shapes(self, inputs, shapes):
        return [shapes[1]]

    def perform(self, node, inputs, outputs):
        array, *vectors = inputs[1:6]
        array = plain(array)
        small = plain(inputs[6]) if len(inputs) > 6 else None
        outputs[0][0] = affine(array, *_folded(array, *vectors), small,
                               self.factor, self.relu)


class _BatchNormGrad(InplaceOp):
    """Called with x, gradient, gamma, beta, mean, inv_std; gives gradients.

    With respect to x, gamma and beta.
    """

    __props__ = ('relu', 'inplace')
    destroyed = 1

    def __init__(self, relu, inplace=False):
        super().__init__(inplace)
        self.relu = relu

    def output_types(self, inputs):
        return [blocked_type(), T.fvector(), T.fvector()]

    def shapes(self, inputs, shapes):
        return [shapes[0], shapes[2], shapes[2]]

    def perform(self, node, inputs, outputs):
        array, grad = map(plain, inputs[:2])
        gamma, beta, mean, inv_std = inputs[2:]
        same_shape(array, grad)
        scale = gamma * inv_std
        folded = _folded(array, gamma, beta, mean, inv_std)
        sums, centred = totals(array), totals(array)
        out = grad if self.inplace else empty(array.shape)
        relu = int(self.relu)
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

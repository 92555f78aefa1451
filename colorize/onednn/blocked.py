"""Blocked arrays in Theano: their type, their Ops, to them and back.

A blocked variable is 5-D float32, (batch, block of channels, row, column,
channel in the block); channels past the depth are zero.
"""

import copy
import ctypes

from colorize.backend import theano
from colorize.onednn.arrays import block, blocks, call, empty, maps, plain

T = theano.tensor

__all__ = ['BlockedOp', 'FromBlocked', 'InplaceOp', 'ToBlocked',
           'blocked_type']


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


class InplaceOp(BlockedOp):
    """An Op whose first output may overwrite an input of the same shape.

    Parameters
    ----------
    inplace : bool
        Whether it does.
    """

    __props__ = ('inplace',)
    #: Number of the input that is overwritten.
    destroyed = 0

    def __init__(self, inplace=False):
        self.inplace = inplace

    @property
    def destroy_map(self):
        return {0: [self.destroyed]} if self.inplace else {}

    def in_place(self):
        """This Op, overwriting its input."""
        other = copy.copy(self)
        other.inplace = True
        return other


def _whole_numbers(values):
    return (ctypes.c_int64 * len(values))(*values)


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
            steps = [step // 4 for step in array.strides]
            call('to_blocked', array.shape, _whole_numbers(array.shape),
                 _whole_numbers(steps), array, outputs[0][0])

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
        batch, there, rows, columns, _ = packed.shape
        if blocks(depth) > there:
            raise ValueError(f'{depth} channels of {there} blocks')
        outputs[0][0] = empty((batch, depth, rows, columns))
        if packed.size:
            call('from_blocked', packed.shape, maps(packed), packed, depth,
                 outputs[0][0])

    def connection_pattern(self, node):
        return [[True], [False]]

    def grad(self, inputs, grads):
        return [ToBlocked()(grads[0]), theano.gradient.DisconnectedType()()]

"""What the layers of a network look like in Theano's graphs."""

import numpy as np

from colorize.backend import theano

T = theano.tensor

__all__ = ['affine', 'constant', 'depends', 'is_ours', 'join',
           'maximum_pool', 'rectified', 'terms', 'upscaled',
           'without_updates']

_MUL, _ADD = theano.scalar.Mul, theano.scalar.Add


def is_ours(op, *variables):
    """Whether a convolution Op of Theano's is one that we can do.

    float32, correlation, stride 1, 'half' padding, odd kernel known when
    compiling.
    """
    odd = all(size is not None and size % 2 == 1 for size in op.kshp[2:])
    return (odd and op.border_mode == 'half' and not op.filter_flip
            and op.subsample == (1, 1) and op.filter_dilation == (1, 1)
            and op.num_groups == 1 and not op.unshared
            and all(each.dtype == 'float32' for each in variables))


def _elemwise(variable, scalar_op):
    """Inputs when `variable` is that element-wise operation, else None."""
    node = variable.owner
    if (node is not None and isinstance(node.op, T.Elemwise)
            and isinstance(node.op.scalar_op, scalar_op)):
        return node.inputs
    return None


def constant(variable):
    """The number that a scalar, maybe broadcast, constant holds, or None."""
    while variable.owner and isinstance(variable.owner.op, T.DimShuffle):
        variable = variable.owner.inputs[0]
    if not isinstance(variable, T.Constant) or variable.data.size != 1:
        return None
    return float(variable.data.reshape(()))


def per_channel(variable):
    """The vector of a ``dimshuffle('x', 0, 'x', 'x')``, or None."""
    node = variable.owner
    if (node is not None and isinstance(node.op, T.DimShuffle)
            and node.op.new_order == ('x', 0, 'x', 'x')):
        return node.inputs[0]
    return None


def terms(variable):
    """Both terms of a sum of two, or None."""
    found = _elemwise(variable, _ADD)
    return found if found and len(found) == 2 else None


def rectified(variable):
    """x of ``0.5 * (x + abs(x))``, Theano's ReLU, or None."""
    factors = _elemwise(variable, _MUL)
    if not factors or len(factors) != 2 or constant(factors[0]) != 0.5:
        return None
    parts = terms(factors[1])
    if parts:
        inner = _elemwise(parts[1], theano.scalar.Abs)
        if inner and inner[0] is parts[0]:
            return parts[0]
    return None


def _shared(variable):
    """The shared variable of ``0 * shared.dimshuffle(...)``, or None."""
    factors = _elemwise(variable, _MUL)
    if factors and len(factors) == 2 and constant(factors[0]) == 0:
        vector = per_channel(factors[1])
        if getattr(vector, 'default_update', None) is not None:
            return vector
    return None


def without_updates(variable):
    """What carries updates as ``+ 0 * shared``, and those variables."""
    found = []
    while terms(variable):
        first, second = terms(variable)
        if _shared(second) is None:
            break
        variable = first
        found.append(_shared(second))
    return variable, found


def affine(variable):
    """x, scale, shift of ``x * scale + shift``; None for what is missing.

    Scale and shift are one number per channel. None when there is neither.
    """
    scale = shift = None
    parts = terms(variable)
    if parts and per_channel(parts[1]):
        variable, shift = parts[0], per_channel(parts[1])
    factors = _elemwise(variable, _MUL)
    if factors and len(factors) == 2 and per_channel(factors[1]):
        variable, scale = factors[0], per_channel(factors[1])
    if scale is None and shift is None:
        return None
    return variable, scale, shift


def depends(variable, earlier):
    """Whether a variable, or None, is computed from an earlier one.

    A scale that is (batch norm's, of a minibatch on many machines) cannot
    become part of the kernels that `earlier` is computed with.
    """
    return variable is not None and earlier in theano.gof.graph.ancestors(
        [variable])


def _repeated(variable, axis):
    """x and k of ``repeat(x, k, axis)``, or None."""
    node = variable.owner
    if node is None or not isinstance(node.op, T.Reshape):
        return None
    alloc = node.inputs[0].owner
    if alloc is None or not isinstance(alloc.op, T.Alloc):
        return None
    inner, factor = alloc.inputs[0].owner, alloc.inputs[axis + 2]
    order = list(range(4))
    order.insert(axis + 1, 'x')
    if (inner is None or not isinstance(inner.op, T.DimShuffle)
            or list(inner.op.new_order) != order
            or not isinstance(factor, T.Constant)):
        return None
    return inner.inputs[0], int(factor.data)


def upscaled(variable):
    """x and k where rows and columns of x are repeated k times, or None."""
    columns = _repeated(variable, 3)
    rows = columns and _repeated(columns[0], 2)
    if rows and rows[1] == columns[1]:
        return rows
    return None


def join(variable):
    """The maps that are joined along their channels, or None."""
    node = variable.owner
    if (node is not None and isinstance(node.op, T.Join)
            and constant(node.inputs[0]) == 1):
        return node.inputs[1:]
    return None


def maximum_pool(variable):
    """x of a 2 x 2 max pooling with stride 2, or None."""
    node = variable.owner
    if node is None or not isinstance(
            node.op, theano.tensor.signal.pool.Pool):
        return None
    op, (inner, window, stride, pad) = node.op, node.inputs
    sizes = [getattr(each, 'data', None) for each in (window, stride, pad)]
    if (op.mode == 'max' and op.ignore_border and op.ndim == 2
            and all(size is not None for size in sizes)
            and np.array_equal(sizes, [[2, 2], [2, 2], [0, 0]])):
        return inner
    return None

"""Rewrites for Theano's optimizer: its CPU convolutions to ours."""

from theano.gof import local_optimizer
from theano.tensor.nnet.abstract_conv import (
    AbstractConv2d, AbstractConv2d_gradInputs, AbstractConv2d_gradWeights)
from theano.tensor.nnet.opt import conv_groupopt

from colorize.backend import theano
from colorize.onednn import memory
from colorize.onednn.blocked import BlockedOp, FromBlocked, ToBlocked
from colorize.onednn.classes import BestClass
from colorize.onednn.conv import Conv, ConvGradInputs, ConvGradWeights
from colorize.onednn.patterns import is_ours
from colorize.onednn.planes import Add, ReluGrad

T = theano.tensor

__all__ = ['register']


def _like(result, variable):
    """`result` with the broadcast pattern of the variable it replaces."""
    return T.patternbroadcast(result, variable.broadcastable)


@local_optimizer([AbstractConv2d])
def _forward(node):
    op = node.op
    if not isinstance(op, AbstractConv2d) or not is_ours(op, *node.inputs):
        return None
    array, kernels = node.inputs
    out = FromBlocked()(Conv()(ToBlocked()(array), kernels),
                        kernels.shape[0])
    return [_like(out, node.outputs[0])]


@local_optimizer([AbstractConv2d_gradInputs])
def _grad_inputs(node):
    op, (kernels, grad) = node.op, node.inputs[:2]
    if not is_ours(op, kernels, grad):
        return None
    out = FromBlocked()(ConvGradInputs()(ToBlocked()(grad), kernels),
                        kernels.shape[1])
    return [_like(out, node.outputs[0])]


@local_optimizer([AbstractConv2d_gradWeights])
def _grad_weights(node):
    op, (array, grad) = node.op, node.inputs[:2]
    if not is_ours(op, array, grad) or None in op.kshp:
        return None
    out = ConvGradWeights()(ToBlocked()(array), ToBlocked()(grad),
                            list(op.kshp))
    return [_like(out, node.outputs[0])]


@local_optimizer([T.Argmax])
def _best_class(node):
    """The best class is found without leaving the blocked layout."""
    made = node.inputs[0].owner
    if (made is None or not isinstance(made.op, FromBlocked)
            or tuple(node.op.axis) != (1,)):
        return None
    return [BestClass()(*made.inputs)]


@local_optimizer([T.Elemwise])
def _add(node):
    """Sums that Theano makes of gradients, two at a time."""
    ours = [each.owner is not None and isinstance(each.owner.op, BlockedOp)
            and each.ndim == 5 for each in node.inputs]
    if (not isinstance(node.op.scalar_op, theano.scalar.Add)
            or len(ours) < 2 or not all(ours)):
        return None
    total = node.inputs[0]
    for each in node.inputs[1:]:
        total = Add()(total, each)
    return [total]


@local_optimizer([ReluGrad])
def _relu_grad(node):
    """A sum of two gradients that only a ReLU's gradient wants."""
    *output, grad = node.inputs
    made = grad.owner
    if (len(output) != node.op.relu or made is None
            or made.op != Add() or len(grad.clients) > 1):
        return None
    return node.op(*output + made.inputs, return_list=True)


def register():
    """Put the rewrites before Theano's own choice of a convolution."""
    for rewrite in (_forward, _grad_inputs, _grad_weights):
        conv_groupopt.register(f'onednn{rewrite.__name__}', rewrite,
                               'conv_onednn', 'fast_compile', 'fast_run',
                               position=-1)
    # Theano splits argmax off max no earlier than here.
    T.opt.register_uncanonicalize(_best_class, 'fast_compile',
                                  name='onednn_best_class')
    for rewrite in (_add, _relu_grad):
        T.opt.register_specialize(rewrite, 'fast_compile',
                                  name=f'onednn{rewrite.__name__}')
    memory.register()

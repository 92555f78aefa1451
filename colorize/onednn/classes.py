"""Cross-entropy and best class of blocked class scores."""

import ctypes

import numpy as np

from colorize.backend import theano
from colorize.onednn.arrays import call, empty, plain
from colorize.onednn.blocked import BlockedOp, InplaceOp

T = theano.tensor

__all__ = ['BestClass', 'CrossEntropy']


class _Scores(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in (
        'batch', 'blocks', 'rows', 'columns', 'classes')]


def _scores(array, classes):
    return ctypes.byref(_Scores(*array.shape[:4] + (int(classes),)))


def _target(target, scores):
    if target.shape != (scores.shape[0],) + scores.shape[2:4]:
        raise ValueError(f'a target of shape {target.shape} for scores of '
                         f'shape {scores.shape}')
    return np.ascontiguousarray(target, np.int32)


def _soft_targets(rows, scores, classes):
    """`rows` with zeros up to the scores' whole blocks; None without."""
    if not rows:
        return None
    if rows[0].shape != (classes, classes):
        raise ValueError(f'{classes} classes, but soft targets of shape '
                         f'{rows[0].shape}')
    padded = np.zeros((classes, scores.shape[1] * scores.shape[4]), 'f4')
    padded[:, :classes] = rows[0]
    return padded


class CrossEntropy(BlockedOp):
    """Mean over the pixels of -log softmax(scores)[target].

    Called with blocked scores, the target (batch, row, column), integers,
    and the number of classes; optionally with a matrix (class, class), a
    row for each right class: how much each class should have. Then it is the
    mean of the sum over the classes of -wanted * log softmax(scores).
    """

    def output_types(self, inputs):
        return [T.fscalar()]

    def shapes(self, inputs, shapes):
        return [()]

    def perform(self, node, inputs, outputs):
        scores, mean = plain(inputs[0]), ctypes.c_double(np.nan)
        if scores.size:
            call('cross_entropy', scores.shape, _scores(scores, inputs[2]),
                 scores, _target(inputs[1], scores),
                 _soft_targets(inputs[3:], scores, inputs[2]),
                 ctypes.byref(mean))
        outputs[0][0] = np.asarray(mean.value, 'float32')

    def connection_pattern(self, node):
        return [[True]] + [[False] for _ in node.inputs[1:]]

    def grad(self, inputs, grads):
        unknown = theano.gradient.DisconnectedType()
        return ([_CrossEntropyGrad()(grads[0], *inputs)]
                + [unknown() for _ in inputs[1:]])


class _CrossEntropyGrad(InplaceOp):
    """Called with the loss's gradient and CrossEntropy's inputs."""

    destroyed = 1

    def shapes(self, inputs, shapes):
        return [shapes[1]]

    def perform(self, node, inputs, outputs):
        scores = plain(inputs[1])
        out = scores if self.inplace else empty(scores.shape)
        target = _target(inputs[2], scores)
        if scores.size:
            call('cross_entropy_grad', scores.shape,
                 _scores(scores, inputs[3]), scores, target,
                 _soft_targets(inputs[4:], scores, inputs[3]),
                 ctypes.c_float(float(inputs[0]) / target.size), out)
        outputs[0][0] = out


class BestClass(BlockedOp):
    """The class of the largest score, the first of several.

    Called with blocked scores and the number of classes; gives int64
    (batch, row, column).
    """

    def output_types(self, inputs):
        return [T.ltensor3()]

    def shapes(self, inputs, shapes):
        batch, _, rows, columns, _ = shapes[0]
        return [(batch, rows, columns)]

    def perform(self, node, inputs, outputs):
        scores = plain(inputs[0])
        out = np.empty((scores.shape[0],) + scores.shape[2:4], np.int64)
        if out.size:
            call('best_class', scores.shape, _scores(scores, inputs[1]),
                 scores, out)
        outputs[0][0] = out

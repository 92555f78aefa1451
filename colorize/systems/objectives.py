"""Symbolic losses: l2, Huber (Section 3.5), cross-entropy (3.6), Dahl's."""

import numpy as np

from colorize import onednn
from colorize.backend import theano

T = theano.tensor

__all__ = ['blurred', 'cross_entropy', 'huber', 'squared_error']


#: A row of the Gaussian kernels of 3 and of 5 pixels: binomial, as OpenCV
#: has them, too.
_GAUSSIANS = ((1, 2, 1), (1, 4, 6, 4, 1))


def squared_error(prediction, target):
    """The l2 loss of Section 3.5, both channels summed, mean over pixels.

    Parameters
    ----------
    prediction, target : Theano 4-D tensors
        (batch, 2, row, column), in units of 100 U, V.

    Returns
    -------
    Theano scalar
    """
    return ((prediction - target) ** 2).sum(axis=1).mean()


def huber(prediction, target, threshold=0.1):
    """The paper's Huber penalty L(u), twice Lasagne's ``huber_loss``.

    u² where \\|u\\| is below the threshold M, M (2\\|u\\| - M) outside;
    both channels summed, mean over pixels.

    Parameters
    ----------
    prediction, target : Theano 4-D tensors
        (batch, 2, row, column), in units of 100 U, V.
    threshold : float
        M, in the same units; above 0.

    Returns
    -------
    Theano scalar
    """
    if not threshold > 0:
        raise ValueError(f'threshold must be above 0, got {threshold!r}')
    size = abs(prediction - target)
    penalty = T.switch(size < threshold, size ** 2,
                       threshold * (2 * size - threshold))
    return penalty.sum(axis=1).mean()


def blurred(prediction, target):
    """Dahl's loss (2016): squared distances, sharp and blurred.

    The mean of three l2 losses: of the chroma as it is, and of both blurred
    by Gaussian kernels of 3x3 and of 5x5 pixels.

    Parameters
    ----------
    prediction, target : Theano 4-D tensors
        (batch, 2, row, column).

    Returns
    -------
    Theano scalar
    """
    # Blurring is linear: the difference is blurred, once for both.
    off = prediction - target
    shape = off.shape
    planes = off.reshape((shape[0] * shape[1], 1, shape[2], shape[3]))
    total = (planes ** 2).mean()
    for row in _GAUSSIANS:
        kernel = np.outer(row, row).astype('float32') / sum(row) ** 2
        total += (T.nnet.conv2d(
            planes, T.constant(kernel[None, None]), border_mode='half',
            filter_shape=(1, 1) + kernel.shape) ** 2).mean()
    return total * np.float32(2 / 3)  # both channels summed, mean of three


def cross_entropy(scores, target, soft_targets=None):
    """Cross-entropy of class scores, before their softmax; mean over pixels.

    Parameters
    ----------
    scores : Theano 4-D tensor
        (batch, class, row, column).
    target : Theano integer 3-D tensor
        (batch, row, column), the right class of each pixel.
    soft_targets : float array, (class, class), optional
        A row per right class: how much each class should have where that
        one is right, see :func:`colorize.color.bins.soft_targets`. Without,
        the right one has all.

    Returns
    -------
    Theano scalar
        In nats.
    """
    fused = onednn.cross_entropy(scores, target, soft_targets)
    if fused is not None:
        return fused
    # The largest score is taken away first: exp() never overflows.
    raised = scores - scores.max(axis=1, keepdims=True)
    log_sum = T.log(T.exp(raised).sum(axis=1, keepdims=True))
    return ((log_sum - raised) * _wanted(scores, target, soft_targets)).sum(
        axis=1).mean()


def _wanted(scores, target, soft_targets):
    """How much each class should have at each pixel, shaped as `scores`."""
    if soft_targets is None:
        classes = T.arange(scores.shape[1]).dimshuffle('x', 0, 'x', 'x')
        return T.eq(classes, target.dimshuffle(0, 'x', 1, 2))
    table = T.constant(soft_targets, dtype='float32')
    rows = table[target.flatten()]
    return rows.reshape((target.shape[0], target.shape[1], target.shape[2],
                         len(soft_targets))).dimshuffle(0, 3, 1, 2)

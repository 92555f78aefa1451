"""Convolutions on oneDNN, put into Theano's graphs by rewriting them.

The environment variable ``COLORIZE_CONV`` forces one: ``onednn`` or
``theano``. Unset, oneDNN is used where it is installed and the device is
the CPU.
"""

import os
import warnings

from colorize.backend import theano
from colorize.onednn.build import OneDNNError, installed, library
from colorize.onednn.kept import settled

__all__ = ['OneDNNError', 'accelerate', 'cross_entropy', 'register',
           'lanes', 'settled', 'use_threads', 'wanted']

#: Holds True once Theano's optimizer, which is one for the whole process,
#: has our rewrites: it refuses a name that it knows and forgets none.
registered = []


def wanted():
    """Whether convolutions run on oneDNN.

    Returns
    -------
    bool

    Raises
    ------
    OneDNNError
        When ``COLORIZE_CONV`` is unknown, or asks for oneDNN where it is
        not installed or on a GPU.
    """
    choice = os.environ.get('COLORIZE_CONV', '')
    if choice not in ('', 'onednn', 'theano'):
        raise OneDNNError("COLORIZE_CONV must be 'onednn' or 'theano', got "
                          f'{choice!r}')
    on_cpu = theano.config.device == 'cpu'
    if choice == 'onednn':
        library()
        if not on_cpu:
            raise OneDNNError('COLORIZE_CONV=onednn needs device=cpu, got '
                              f'{theano.config.device!r}')
    return choice != 'theano' and on_cpu and installed()


def _loads():
    """Whether our code compiles here; a warning says why it does not."""
    try:
        library()
        return True
    except (OneDNNError, OSError) as error:
        warnings.warn(f'convolutions run on Theano alone: {error}')
        return False


def register():
    """Have Theano compile its convolutions to oneDNN from now on.

    Calling it again changes nothing.

    Returns
    -------
    bool
        Whether convolutions run on oneDNN, see :func:`wanted`.
    """
    if not registered and wanted() and _loads():
        from colorize.onednn import rewrites
        rewrites.register()
        registered.append(True)
    return bool(registered)


def lanes():
    """Threads that may run compiled functions at the same time.

    Returns
    -------
    int
        As many as OpenMP would use here; 1 where a convolution has to wait
        for another thread's.
    """
    return library().lanes() if registered else 1


def use_threads(count):
    """Let what this thread calls run on so many of OpenMP's threads."""
    if registered:
        library().use_threads(count)


def accelerate(outputs):
    """What a network computes, moved to oneDNN and blocked arrays.

    To be called on the result of ``lasagne.layers.get_output``, before
    gradients are taken.

    Parameters
    ----------
    outputs : list of Theano variables

    Returns
    -------
    list of Theano variables
        Of the same types and values, the given ones where convolutions do
        not run on oneDNN.
    """
    if not register():
        return list(outputs)
    from colorize.onednn.graph import Graph
    return Graph(outputs).outputs


def cross_entropy(scores, target, soft_targets=None):
    """Mean cross-entropy of class scores in one pass over them.

    Parameters
    ----------
    scores : Theano 4-D tensor
        (batch, class, row, column), as :func:`accelerate` gave it.
    target : Theano integer 3-D tensor
        (batch, row, column), the right class of each pixel.
    soft_targets : float array, (class, class), optional
        A row per right class: how much each class should have where that
        one is right. Without, the right one has all.

    Returns
    -------
    Theano scalar or None
        None where `scores` do not come from oneDNN.
    """
    node = scores.owner
    if not registered or node is None:
        return None
    from colorize.onednn.classes import CrossEntropy
    from colorize.onednn.blocked import FromBlocked
    if not isinstance(node.op, FromBlocked):
        return None
    rows = [] if soft_targets is None else [
        theano.tensor.constant(soft_targets, dtype='float32')]
    return CrossEntropy()(node.inputs[0], target, node.inputs[1], *rows)

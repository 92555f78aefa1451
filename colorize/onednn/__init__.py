"""Convolutions on oneDNN, put into Theano's graphs by rewriting them.

The environment variable ``COLORIZE_CONV`` forces one: ``onednn`` or
``theano``. Unset, oneDNN is used where it is installed and the device is
the CPU.
"""

import os

from colorize.backend import theano
from colorize.onednn.build import OneDNNError, installed, library

__all__ = ['OneDNNError', 'register', 'wanted']

_registered = []


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
                          '{!r}'.format(choice))
    on_cpu = theano.config.device == 'cpu'
    if choice == 'onednn':
        library()
        if not on_cpu:
            raise OneDNNError('COLORIZE_CONV=onednn needs device=cpu, got '
                              '{!r}'.format(theano.config.device))
    return choice != 'theano' and on_cpu and installed()


def register():
    """Have Theano compile its convolutions to oneDNN from now on.

    Calling it again changes nothing.

    Returns
    -------
    bool
        Whether convolutions run on oneDNN, see :func:`wanted`.
    """
    if wanted() and not _registered:
        library()
        from colorize.onednn import rewrites
        rewrites.register()
        _registered.append(True)
    return bool(_registered)

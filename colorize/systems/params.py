"""A network's parameters by name: given out, checked, taken in."""

import contextlib
import math
import types

import numpy as np

from colorize.backend import lasagne
from colorize.systems.weights_file import WeightsError

__all__ = ['blank', 'fit', 'get_params', 'set_params']


def get_params(outputs):
    """Parameters of a network by name.

    Parameters
    ----------
    outputs : sequence of lasagne.layers.Layer

    Returns
    -------
    dict
        Theano shared variables, in the order of the layers.
    """
    return {param.name: param
            for param in lasagne.layers.get_all_params(outputs)}


def fit(params, shapes, source):
    """Refuse arrays that are not those of a network.

    Parameters
    ----------
    params : dict
        Theano shared variables by name, see :func:`get_params`.
    shapes : dict
        A shape for each of them; others are passed over.
    source : str
        What the arrays came from, for the error.

    Raises
    ------
    WeightsError
        When a parameter is missing or of another shape.
    """
    for name, param in params.items():
        shape = param.get_value(borrow=True).shape
        if name not in shapes:
            raise WeightsError(f'{source}: has no {name}, which the network '
                               'needs')
        if shapes[name] != shape:
            raise WeightsError(f'{source}: {name} has shape '
                               f'{shapes[name]}, the network needs '
                               f'{shape}')


def set_params(params, arrays, source):
    """Give a network its parameters.

    Parameters
    ----------
    params, source
        As for :func:`fit`.
    arrays : dict
        By name, others are passed over.

    Raises
    ------
    WeightsError
        When a parameter is missing or of another shape. Nothing was
        changed then.
    """
    fit(params, {name: values.shape for name, values in arrays.items()},
        source)
    for name, param in params.items():
        param.set_value(arrays[name].astype(param.dtype), borrow=True)


@contextlib.contextmanager
def blank(most):
    """Networks built in here start at zero and cannot be larger.

    Settings in a file may ask for any network; this one is refused while
    it is built, not when the memory has been taken.

    Parameters
    ----------
    most : int
        Values of all random initial parameters together.

    Raises
    ------
    ValueError
        When the network needs more.
    """
    left = [most]

    def zeros(*_, size, **__):
        left[0] -= math.prod(size)
        if left[0] < 0:
            raise ValueError('larger than the arrays in the file')
        return np.zeros(size, 'float32')
    before = lasagne.random.get_rng()
    lasagne.random.set_rng(types.SimpleNamespace(normal=zeros,
                                                 uniform=zeros))
    try:
        yield
    finally:
        lasagne.random.set_rng(before)

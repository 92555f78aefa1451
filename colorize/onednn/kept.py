"""What prediction needs of parameters, computed once and kept.

A call of the network would else multiply kernels by batch norm's scale, cut
them into taps and compare them with those that are packed.
"""

import ctypes
import weakref

import numpy as np

from colorize.backend import theano
from colorize.onednn.build import library

__all__ = ['kept_with', 'settle', 'settled']

#: By the address of values that stay: what was made of them, by name.
_made = {}


def settled(outputs, moving, mode):
    """Outputs whose other inputs hold their values of now for good.

    Parameters
    ----------
    outputs : list of Theano variables
    moving : list of Theano variables
        What a function of the outputs is called with.
    mode : theano.compile.mode.Mode
        How all that depends on none of these is computed.

    Returns
    -------
    list of Theano variables
    """
    moves, fixed = set(moving), []
    for node in theano.gof.graph.io_toposort(moving, outputs):
        if moves.intersection(node.inputs):
            moves.update(node.outputs)
            fixed += [each for each in node.inputs if each not in moves
                      and not isinstance(each, theano.Constant)]
    fixed = list(dict.fromkeys(fixed))
    values = theano.function([], fixed, mode=mode)()
    return theano.clone(outputs, {
        each: _shared(each, value) for each, value in zip(fixed, values)})


def _shared(variable, value):
    """A variable of that type whose value stays."""
    return theano.shared(settle(np.asarray(value, order='C')), borrow=True,
                         broadcastable=variable.broadcastable)


def settle(array):
    """Have it known that the values of an array stay as they are.

    Parameters
    ----------
    array : array
        Of whoever calls, who keeps no other way to change it.

    Returns
    -------
    array
        The same, which cannot be written to.
    """
    place = array.ctypes.data
    array.flags.writeable = False
    _made[place] = {}
    library().settle(ctypes.c_void_p(place), 1)
    weakref.finalize(array, _forget, place).atexit = False
    return array


def _forget(place):
    del _made[place]
    library().settle(ctypes.c_void_p(place), 0)


def kept_with(array, name, make):
    """What is made of an array, kept as long as it if its values stay.

    Parameters
    ----------
    array : array
    name : hashable
        Of what is made.
    make : callable
        Gives a list of arrays.

    Returns
    -------
    list of array
    """
    made = _made.get(array.ctypes.data)
    if made is None:
        return make()
    if name not in made:
        made[name] = list(map(settle, make()))
    return made[name]

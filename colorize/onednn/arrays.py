"""Blocked arrays, their memory, and calls of the compiled kernels."""

import ctypes
import functools

import numpy as np

from colorize.onednn.build import OneDNNError, function, library

__all__ = ['ConvShape', 'block', 'blocks', 'call', 'digits', 'doubles',
           'empty', 'maps', 'plain']

#: Below this many bytes numpy's own memory is as fast.
_SMALL = 1 << 16


class ConvShape(ctypes.Structure):
    """batch, in, out, rows, columns, kernel_rows, kernel_columns."""

    _fields_ = [(name, ctypes.c_int) for name in (
        'batch', 'depth_in', 'depth_out', 'rows', 'columns', 'kernel_rows',
        'kernel_columns')]

    def __str__(self):
        return ('input ({0.batch}, {0.depth_in}, {0.rows}, {0.columns}), '
                'kernels ({0.depth_out}, {0.depth_in}, {0.kernel_rows}, '
                '{0.kernel_columns})'.format(self))


class _Maps(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int)
                for name in ('batch', 'blocks', 'rows', 'columns')]


class Block:
    """Memory of the arena; goes back when the last array on it is gone."""

    def __init__(self, shape, nbytes):
        address = ctypes.c_void_p()
        call('take', shape, ctypes.c_size_t(nbytes), ctypes.byref(address))
        self.address = address
        self._give = library().give
        self.__array_interface__ = {
            'version': 3, 'shape': tuple(shape), 'typestr': '<f4',
            'data': (address.value, False)}

    def __del__(self):
        if hasattr(self, '_give'):
            self._give(self.address)


def call(name, shapes, *arguments):
    """Call a kernel; other Python threads run meanwhile.

    Parameters
    ----------
    name : str
        The exported function.
    shapes : object
        Told in the error message.
    arguments
        ctypes values, and float32 arrays (passed as their address) or None.

    Raises
    ------
    MemoryError, OneDNNError
        What the kernel reported, with `shapes`.
    """
    status = function(name)(*map(_argument, arguments))
    if status:
        error = MemoryError if status == 2 else OneDNNError
        raise error(f'{name} of {shapes}: {library().message().decode()}')


def _argument(value):
    if isinstance(value, np.ndarray):
        return ctypes.c_void_p(value.ctypes.data)
    return value


@functools.cache
def block():
    """Channels that lie side by side: 16 with AVX-512, 8 without."""
    return library().block()


def digits():
    """Binary digits that products keep of a factor: all 24, on AMX 17."""
    return library().digits()


def doubles():
    """Whether conv_doubled can run, which is on AMX."""
    return bool(library().doubles())


def blocks(channels):
    """Blocks that hold so many channels."""
    return -(-channels // block())


def empty(shape):
    """Uninitialised float32 array in memory kept from call to call.

    Parameters
    ----------
    shape : sequence of int

    Returns
    -------
    numpy.ndarray

    Raises
    ------
    MemoryError
        Names the shape.
    """
    nbytes = 4
    for size in shape:
        nbytes *= int(size)
    if nbytes < _SMALL:
        return np.empty(shape, np.float32)
    return np.asarray(Block([int(size) for size in shape], nbytes))


def maps(array):
    """Sizes of a blocked array for the kernels."""
    return ctypes.byref(_Maps(*array.shape[:4]))


def plain(array):
    """The array itself or a contiguous copy."""
    return np.ascontiguousarray(array, np.float32)

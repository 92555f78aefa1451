"""A photo in a hundredth of its colours, and back: in C++, ``src``."""

import ctypes
import functools
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from colorize import color, cplusplus
from colorize.color import guided_filter, rounding

__all__ = ['PART', 'TYPES', 'library', 'paint', 'shrink']

#: Of the pixels of a photo; how C++ calls them. Each is compiled when there
#: is a photo of it.
TYPES = {'uint8': 'uint8_t', 'uint16': 'uint16_t', 'float32': 'float',
         'float64': 'double'}

#: Pixels of a photo that one thread paints; a photo of fewer is not shared.
PART = 1 << 22

#: With these, scores.cpp is as fast and takes three quarters of the time to
#: compile.
_OPTIONS = {'paint': (), 'scores': (
    '-O2', '-ftree-vectorize', '-fvect-cost-model=dynamic', '-fpeel-loops')}

_SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'src')


class _Struct(ctypes.Structure):
    """One of ``src/paint.h``; it keeps the arrays that it points to."""

    def __init__(self, *values):
        self.kept = values
        super().__init__(*(value.ctypes.data if isinstance(value, np.ndarray)
                           else value for value in values))


def _struct(pointers, numbers):
    """A class of pointers, then of whole numbers."""
    class Struct(_Struct):
        _fields_ = ([(name, ctypes.c_void_p) for name in pointers.split()]
                    + [(name, ctypes.c_int64) for name in numbers.split()])
    return Struct


_Photo = _struct('pixels', 'rows columns channels')
_Small = _struct('planes', 'rows columns')
_Axis = _struct('first weight', 'taps')
_Tables = _struct('lightness shares bounds', 'levels')


class _Scaling(ctypes.Structure):
    _fields_ = [(name, _Axis) for name in (
        'cubic_rows', 'cubic_columns', 'linear_rows', 'linear_columns')]


@functools.cache
def library(source, dtype):
    """The compiled code, made at first use and kept in the cache folder.

    Parameters
    ----------
    source : {'paint', 'scores'}
    dtype : str
        Of the photo, one of :data:`TYPES`; nothing to scores.

    Returns
    -------
    ctypes.CDLL

    Raises
    ------
    colorize.cplusplus.CompileError
    """
    return cplusplus.library(
        'paint', [os.path.join(_SOURCES, f'{source}.cpp')],
        # The smaller of two numbers is one instruction like this.
        [*_OPTIONS[source], '-ffinite-math-only', '-fno-signed-zeros',
         f'-DPIXEL={TYPES[dtype]}'])


def shrink(photo, rows, columns):
    """See :func:`colorize.paint.shrink`, of CIELUV."""
    photo = np.ascontiguousarray(photo)
    small = np.empty((rows, columns), 'float32')
    _function('shrink', photo)(
        _photo(photo), _axis(len(photo), rows, 'cubic'),
        _axis(photo.shape[1], columns, 'cubic'), _tables(photo.dtype),
        _pointer(_white()), *map(ctypes.c_int64, small.shape),
        _pointer(small))
    return small


def paint(photo, small, chroma, out):
    """See :func:`colorize.paint.paint`, of CIELUV; returns nothing.

    `out` has its pixels side by side, or room for a fourth value in each.
    """
    photo = np.ascontiguousarray(photo)
    found = guided_filter.guide(chroma, small)
    planes = np.ascontiguousarray(np.concatenate([
        found.lightness[None], np.moveaxis(found.chroma, -1, 0),
        np.moveaxis(found.slope, -1, 0)]), 'float32')
    axes = [_axis(small.shape[axis], photo.shape[axis], name)
            for name in ('cubic', 'linear') for axis in (0, 1)]
    scaling, function = _Scaling(*axes), _function('paint', photo)

    def rows(part):
        function(_photo(photo), _Small(planes, *small.shape),
                 ctypes.byref(scaling), _tables(photo.dtype),
                 _pointer(_white()), ctypes.c_int64(part.start),
                 ctypes.c_int64(part.stop),
                 ctypes.c_int64(out.strides[1] // out.itemsize),
                 _pointer(out))
    _side_by_side(rows, len(photo), photo.shape[1])


def _side_by_side(work, rows, columns):
    """Have parts of a large photo done by a thread for each core."""
    count = min(cplusplus.cores(), -(-rows * columns // PART))
    edges = [rows * number // count for number in range(count + 1)]
    parts = list(map(slice, edges, edges[1:]))
    if count == 1:
        return work(parts[0])
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, parts))


def _function(name, photo):
    found = getattr(library('paint', photo.dtype.name), name)
    found.restype = None
    return found


def _pointer(array):
    return ctypes.c_void_p(array.ctypes.data)


def _photo(photo):
    return _Photo(photo, *photo.shape[:2], (photo.shape + (1,))[2])


@functools.cache
def _tables(dtype):
    if dtype.kind == 'f':
        return _Tables(None, None, None, 0)
    levels = np.arange(np.iinfo(dtype).max + 1).astype(dtype)
    return _Tables(color.lightness_of(levels[None]), rounding.shares(dtype),
                   rounding.bounds(dtype), len(levels))


@functools.cache
def _white():
    u, v, matrix = color.white()
    return np.concatenate([[u, v], matrix.ravel(), color.LUMINANCE]).astype(
        'float32')


@functools.lru_cache(maxsize=64)
def _axis(size, wanted, filter_name):
    """How an axis is scaled, as Pillow does: filters grow when it shrinks.

    Weights of all pixels have one length, as many as the widest needs.
    """
    reach, curve = _FILTERS[filter_name]
    scale = size / wanted
    stretch = max(scale, 1)
    center = (np.arange(wanted) + 0.5) * scale
    taps = min(int(np.ceil(2 * reach * stretch)), size)
    first = np.floor(center - reach * stretch + 0.5).astype('int32')
    first = np.clip(first, 0, size - taps)
    place = first[:, None] + np.arange(taps) + 0.5
    weight = curve(np.abs(place - center[:, None]) / stretch)
    weight /= weight.sum(axis=1, keepdims=True)
    return _Axis(first, weight.astype('float32'), taps)


def _cubic(x):
    """Keys' kernel with a = -0.5."""
    return np.where(x < 1, (1.5 * x - 2.5) * x * x + 1, np.where(
        x < 2, ((-0.5 * x + 2.5) * x - 4) * x + 2, 0))


def _linear(x):
    return np.maximum(1 - x, 0)


#: Name: how many pixels the filter reaches, and its curve.
_FILTERS = {'cubic': (2, _cubic), 'linear': (1, _linear)}

"""From the photo to the network's eyes, and back with its chroma.

In C++ where the machine has a compiler, else in numpy, ten times slower.
"""

import functools
import logging
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from colorize import cplusplus
from colorize.paint import compiled, numpy_way, scores

__all__ = ['average', 'decode', 'paint', 'pixels', 'prepare', 'shrink']


def shrink(photo, rows, columns, space='luv'):
    """Lightness at the size of the network.

    Parameters
    ----------
    photo : array, (row, column) or (row, column, 3)
        Grey or sRGB; uint8, uint16, or float in 0 to 1.
    rows, columns : int
    space : {'luv', 'hsv'}

    Returns
    -------
    float32 array, (`rows`, `columns`)
        Scaled with bicubic interpolation.
    """
    if _compiles(photo, space):
        return compiled.shrink(photo, rows, columns)
    return numpy_way.shrink(photo, rows, columns, space)


def paint(photo, small, chroma, space='luv', out=None):
    """Put the network's chroma onto the photo.

    Parameters
    ----------
    photo : array
        As for :func:`shrink`.
    small : float array, (row, column)
        What that made of it.
    chroma : float array, (row, column, 2)
        Of the same size.
    space : {'luv', 'hsv'}
    out : array, (row, column, 3), optional
        Of the photo's size and type: what is painted into.

    Returns
    -------
    array, (row, column, 3)
        `out`, sRGB. In CIELUV, integers turned back into grey
        (:func:`colorize.color.rounding.grays`) are the grey of the photo,
        to the last bit.

    Raises
    ------
    ValueError
        When `out` is not as it has to be.
    """
    if out is None:
        out = np.empty(photo.shape[:2] + (3,), photo.dtype)
    _check(out, photo.shape[:2] + (3,), photo.dtype)
    if _compiles(photo, space) and _has_room(out):
        compiled.paint(photo, small, chroma, out)
    else:
        numpy_way.paint(photo, small, chroma, out, space)
    return out


def _check(out, shape, kind):
    if (out.shape, out.dtype) != (shape, kind) or not out.flags.writeable:
        raise ValueError(f'out must be a writable array of {shape}, {kind}; '
                         f'got {out.shape}, {out.dtype}')


def _has_room(out):
    """Whether its pixels lie side by side, of three values or of four."""
    row, pixel, value = out.strides
    return (value == out.itemsize and pixel in (3 * value, 4 * value)
            and row == pixel * out.shape[1])


def pixels(photo, chroma):
    """The same for single pixels whose chroma is known, in CIELUV.

    Parameters
    ----------
    photo : array, (pixel,) or (pixel, 3)
        Grey or sRGB, as for :func:`shrink`.
    chroma : float array, (pixel, 2)

    Returns
    -------
    array, (pixel, 3)
        As of :func:`paint`. A colour that no screen shows at the pixel's
        lightness comes out paler.
    """
    return numpy_way.pixels(photo, chroma)


def average(*given):
    """Means over regions: :func:`colorize.paint.scores.average`.

    Returns
    -------
    float32 array, or None where there is no compiler
    """
    return scores.average(*given) if _has_library('scores') else None


def decode(*given):
    """Class scores to chroma: :func:`colorize.paint.scores.decode`.

    Returns
    -------
    float32 array, (channel, row, column), or None where there is no compiler
    """
    return scores.decode(*given) if _has_library('scores') else None


def _compiles(photo, space):
    # HSV is the paper's ablation: what it is worth, numpy does.
    return (space == 'luv' and photo.dtype.isnative
            and photo.dtype.name in compiled.TYPES
            and _has_library('paint', photo.dtype.name))


def prepare():
    """Have the code compiled, the first time on a machine, meanwhile."""
    for source in ('paint', 'scores'):
        _library_of_thread(source, 'uint8')


def _has_library(source, dtype='uint8'):
    return _library_of_thread(source, dtype).result() is not None


@functools.cache
def _library_of_thread(source, dtype):
    """What compiles may take seconds: so Theano compiles beside it."""
    pool = ThreadPoolExecutor(1)
    try:
        return pool.submit(_library, source, dtype)
    finally:
        pool.shutdown(wait=False)


def _library(source, dtype):
    if source == 'scores':  # needed last: others' C++ is compiled before
        _library_of_thread('paint', dtype).result()
    try:
        return compiled.library(source, dtype)
    except (cplusplus.CompileError, OSError) as error:
        _warn(str(error))
        return None


@functools.cache
def _warn(error):
    logging.getLogger(__name__).warning(
        'colours are painted in numpy, ten times slower: %s', error)

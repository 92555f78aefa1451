"""Class scores to chroma along the edges of the photo: in C++, ``src``."""

import ctypes

import numpy as np

from colorize.paint import compiled

__all__ = ['Guide', 'average', 'decode']


class Guide(ctypes.Structure):
    """The struct of this name in ``src/scores.h``."""

    _fields_ = ([('lightness', ctypes.c_void_p)]
                + [(name, ctypes.c_int64)
                   for name in ('rows', 'columns', 'radius', 'step')]
                + [('epsilon', ctypes.c_float)])


def average(planes, regions, count):
    """See :func:`colorize.coherence.regions.average`.

    Parameters
    ----------
    planes : float array, (..., row, column)
    regions : int array, (row, column)
    count : int

    Returns
    -------
    float32 array, as `planes`

    Raises
    ------
    ValueError
        When shapes or numbers do not belong together.
    """
    planes = np.ascontiguousarray(planes, 'float32')
    regions = np.ascontiguousarray(regions, 'int32')
    if planes.shape[-2:] != regions.shape or (regions.size and not (
            0 <= regions.min() <= regions.max() <= count)):
        raise ValueError(f'{count} regions of shape {regions.shape} for '
                         f'planes of {planes.shape}')
    found = np.empty_like(planes)
    function = compiled.library('scores', 'uint8').average
    function.restype = None
    function(ctypes.c_void_p(planes.ctypes.data),
             ctypes.c_int64(planes.size // max(regions.size, 1)),
             ctypes.c_int64(regions.size),
             ctypes.c_void_p(regions.ctypes.data),
             ctypes.c_int64(count), ctypes.c_void_p(found.ctypes.data))
    return found


def decode(scores, lightness, more, means, temperature, radius, step,
           epsilon):
    """See :func:`colorize.coherence.guided.colors`.

    Parameters
    ----------
    scores : float array, (channel, bin, row, column), or a list of channels
    lightness : float array, (row, column)
    more : float array, (channel, bin)
        Added to the scores of each bin.
    means : float array, (channel, bin) or (level, channel, bin)
        What each bin stands for, at each of some levels of L from 0 to 100.
    temperature : float
        Above 0.
    radius, step : int
        The one a multiple of the other.
    epsilon : float
        See :func:`colorize.coherence.guided.smooth`.

    Returns
    -------
    float32 array, (channel, row, column)

    Raises
    ------
    ValueError
        When shapes do not belong together.
    """
    # Those of a bin lie side by side.
    means = np.moveaxis(np.reshape(means, (-1,) + np.shape(means)[-2:]), 0, -1)
    lightness, more, means, *scores = (
        np.ascontiguousarray(each, 'float32')
        for each in (lightness, more, means, *scores))
    shapes, bins = {each.shape for each in scores}, more.shape
    if shapes != {bins[1:] + lightness.shape} or not (
            means.shape[:2] == bins == (len(scores),) + bins[1:]
            and means.size):
        raise ValueError(f'scores of shape {shapes} for lightness of '
                         f'{lightness.shape}, {more.shape} and {means.shape}')
    found = np.empty(bins[:1] + lightness.shape, 'float32')
    # A few more, or whole planes would share a place in the caches.
    chances = np.empty((bins[1], lightness.size + 48), 'float32')
    function = compiled.library('scores', 'uint8').decode
    function.restype = None
    for channel in zip(scores, more, means, found):
        *given, chroma = (ctypes.c_void_p(each.ctypes.data)
                          for each in channel)
        function(*given, *map(ctypes.c_int64, means.shape[1:]),
                 Guide(lightness.ctypes.data, *lightness.shape, radius, step,
                       epsilon), ctypes.c_float(1 / temperature),
                 ctypes.c_void_p(chances.ctypes.data),
                 ctypes.c_int64(chances.shape[1]), chroma)
    return found

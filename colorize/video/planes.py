"""Frames as arrays: luma as it lies there, and new chroma beside it."""

import math
import re
from collections import namedtuple

import av
import numpy as np

from colorize.video.extra import FilmError

__all__ = ['Target', 'chroma_size', 'converted', 'luma', 'planar', 'remade',
           'tame', 'target', 'with_chroma']

#: Formats whose first plane is luma and nothing else.
_LUMA_FIRST = re.compile(r'(yuvj?a?4\d\dp|gray|nv12|nv16|nv21|nv24)'
                         r'(9|1\d)?(le)?$')

#: What a result is written as. pixels: FFmpeg's name. depth: bits. shift:
#: bits that luma loses. down, right: pixels of luma to one of chroma.
Target = namedtuple('Target', 'pixels depth shift down right')


def target(film, deep=True):
    """The format in which a film's colours are written.

    4:2:0, as players expect it; a picture of an odd number of rows or
    columns keeps all of them, with more chroma than it needs.

    Parameters
    ----------
    film : colorize.video.reading.Film
    deep : bool
        Whether the encoder takes odd sizes in 4:2:0.

    Returns
    -------
    Target
    """
    found = planar(film.pixels)
    bits = _bits(found)
    depth = 8 if bits == 8 else 10
    down, right = 2, 2
    if not deep:
        down, right = (1, 1) if film.columns % 2 else (
            2 - film.rows % 2, 2)
    name = {(2, 2): '420', (1, 2): '422', (1, 1): '444'}[down, right]
    # x264 knows full range of 8 bits by this name.
    jpeg = 'j' if film.full and depth == 8 and not deep else ''
    return Target(f"yuv{jpeg}{name}p{'10le' if depth > 8 else ''}", depth,
                  bits - depth, down, right)


def planar(pixels):
    """The format into which frames are converted to see their lightness.

    Parameters
    ----------
    pixels : str
        FFmpeg's name of the film's own format.

    Returns
    -------
    str
        The same, where that keeps luma in a plane of its own.
    """
    if _LUMA_FIRST.match(pixels):
        return pixels
    found = av.VideoFormat(pixels)
    deep = max((part.bits for part in found.components), default=8) > 8
    chroma = '422' if not found.is_rgb and found.chroma_height(2) == 2 \
        else '420'
    return f"yuv{chroma}p{'10le' if deep else ''}"


def remade(pixels):
    """Whether luma is made anew, from 16 to 235.

    Parameters
    ----------
    pixels : str
        FFmpeg's name of the film's own format.

    Returns
    -------
    bool
        Of RGB, XYZ, palettes and grey that has no plane of its own.
    """
    return av.VideoFormat(pixels).is_rgb or not _LUMA_FIRST.match(pixels) \
        and pixels.startswith(('pal', 'gray', 'ya', 'mono', 'xyz'))


def _bits(pixels):
    return av.VideoFormat(pixels).components[0].bits


def luma(frame):
    """Luma of a frame, without a copy.

    Parameters
    ----------
    frame : av.VideoFrame
        Of a format that :func:`planar` gives.

    Returns
    -------
    uint8 or uint16 array, (row, column)
    """
    return _plane(frame, 0)


def tame(frame):
    """Bring luma of a damaged frame back into the bits that it has."""
    most = (1 << _bits(frame.format.name)) - 1
    if most > 255 and luma(frame).max() > most:
        frame.make_writable()
        luma(frame)[...] = np.minimum(luma(frame), most)


def _plane(frame, number):
    """A plane as an array; writing there writes into the frame."""
    plane = frame.planes[number]
    kind = np.dtype('u1' if _bits(frame.format.name) == 8 else '<u2')
    rows = np.frombuffer(plane, kind).reshape(
        plane.height, plane.line_size // kind.itemsize)
    return rows[:, :plane.width]


def with_chroma(frame, wanted, blue, red):
    """A frame with its own luma and new chroma.

    Parameters
    ----------
    frame : av.VideoFrame
        Of a format that :func:`planar` gives. It may be changed: what else
        it carries, captions for example, stays with it.
    wanted : Target
    blue, red : arrays, (row, column)
        Cb and Cr, of as many bits as luma has.

    Returns
    -------
    av.VideoFrame
    """
    if frame.format.name == wanted.pixels:
        frame.make_writable()
        made = frame
    else:
        made = av.VideoFrame(frame.width, frame.height, wanted.pixels)
        for name in ('pts', 'time_base', 'duration', 'color_range',
                     'colorspace'):
            setattr(made, name, getattr(frame, name))
        _fill(made, 0, _fitted(luma(frame), wanted))
    _fill(made, 1, _fitted(blue, wanted))
    _fill(made, 2, _fitted(red, wanted))
    return made


def _fitted(values, wanted):
    if wanted.shift < 0:
        return values << -wanted.shift
    return values >> wanted.shift if wanted.shift else values


def _fill(frame, number, values):
    plane = _plane(frame, number)
    if plane.shape != values.shape:
        raise FilmError(f'plane {number} is {plane.shape}, not '
                        f'{values.shape}')
    plane[...] = values


def converted(frame, pixels, film):
    """A frame in another format, by FFmpeg's scaler.

    Parameters
    ----------
    frame : av.VideoFrame
    pixels : str
    film : colorize.video.reading.Film
        Where luma is :func:`remade`, this is by BT.709.

    Returns
    -------
    av.VideoFrame
    """
    if remade(film.pixels):
        return frame.reformat(format=pixels, dst_colorspace='ITU709',
                              dst_color_range='MPEG')
    return frame.reformat(format=pixels)


def chroma_size(film, wanted):
    """Rows and columns of chroma."""
    return (math.ceil(film.rows / wanted.down),
            math.ceil(film.columns / wanted.right))

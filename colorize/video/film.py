"""Colouring one film: read, coloured and encoded at the same time."""

import copy
import os
from contextlib import closing, contextmanager

import av
import cv2
import numpy as np

from colorize.coherence import for_films
from colorize.colorizer import default_weights, network_size
from colorize.photos.marks import mark_of, quick_mark_of
from colorize.prefetch import prefetch
from colorize.video import STEADY, chroma, encoding, joining, planes, steady
from colorize.video import hints as told
from colorize.video.extra import FilmError
from colorize.video.reading import Reader, quarter_turns
from colorize.video.scores import Scores
from colorize.video.segments import Segments

__all__ = ['color_film']

#: Frames in a segment, at least; as many as x264 has between its keyframes.
SEGMENT = 250

#: Pixels of frames that wait for the next thread.
_WAITING = 1 << 24


def color_film(path, output, colorizer, weights=None, quality=None,
               firm=STEADY, bar=None, hints=None, settings=None):
    """Colour a film.

    What an earlier run has done of it is kept.

    Parameters
    ----------
    path, output : str
        The film and its result, whose ending says the container.
    colorizer : colorize.colorizer.Colorizer
    weights : str, optional
        The file that the colorizer is from.
    quality : int, optional
        1 to 100, see :func:`colorize.video.encoding.crf_of`.
    firm : float
        How steady colours are, 0 to 1.
    bar : callable, optional
        Takes the number of frames that are done and of all that there are.
    hints : str, optional
        File of hints, see :func:`colorize.video.hints.read`.
    settings : str, optional
        A word that the result holds for them, see
        :mod:`colorize.predict.settings`.

    Returns
    -------
    size : (int, int)
        Rows and columns.
    notes : list of str
        What could not be kept.

    Raises
    ------
    FilmError
        When the film cannot be read or written, or is damaged: then all
        that is good of it is written all the same.
    OSError
    """
    colorizer = _for_films(colorizer)
    with _said_of(path), Reader(path) as reader:
        film = reader.film
        encoder = encoding.choose(film, joining.container_of(output),
                                  encoding.crf_of(quality))
        size = network_size(*_upright(film), colorizer.side)
        points = told.read(hints, _upright(film), size) if hints else {}
        scores = Scores(colorizer, path)
        segments = Segments(output, _what(
            film, encoder, colorizer, firm,
            {'weights': weights or default_weights(), 'hints': hints}))
        try:
            _paint(reader, segments, encoder, scores, size, firm, points, bar)
            if not segments.count:
                raise FilmError(f'{path}: not a readable film (no frame)')
            notes = joining.join(film, encoder, segments, output, settings)
            segments.remove()
        finally:
            segments.close()
    damage = segments.damage
    if damage:
        raise FilmError(_damaged(path, output, damage))
    return (film.rows, film.columns), _anew(segments) + _notes(
        film, encoder) + told.unused(points, segments.frames) + notes


@contextmanager
def _said_of(path):
    """What FFmpeg and OpenCV raise names no film."""
    try:
        yield
    except (av.error.FFmpegError, cv2.error) as error:
        words = ' '.join(str(error).split())  # OpenCV's have several lines
        raise FilmError(f'{path}: cannot be coloured ({words})') from error


def _for_films(colorizer):
    coherence = for_films(colorizer.coherence)
    if coherence == colorizer.coherence:
        return colorizer
    other = copy.copy(colorizer)
    other.coherence = coherence
    return other


def _upright(film):
    """Rows and columns as they are shown."""
    turned = quarter_turns(film) % 2
    return (film.columns, film.rows) if turned else (film.rows, film.columns)


def _what(film, encoder, colorizer, firm, files):
    """What has to be the same for segments of an earlier run to be used."""
    found = {'film': quick_mark_of(film.path), 'encoder': repr(encoder),
             'time': os.stat(film.path).st_mtime_ns,
             'decode': colorizer.decoding, 'coherence': colorizer.coherence,
             'saturation': colorizer.saturation, 'steady': firm}
    for name, path in files.items():
        found[name] = path and mark_of(path)
    return found


def _anew(segments):
    return ['was begun anew: what an earlier run had done was of other '
            'settings, or of the film before it was changed'
            ] if segments.anew else []


def _notes(film, encoder):
    """What is to be said of a film that is none of the usual."""
    notes = []
    if film.interlaced:
        notes.append('is interlaced: coloured field by field, written as it '
                     'is')
    if encoder.wanted.shift > 0:
        notes.append(f'luma has {encoder.wanted.depth} bits now, and '
                     f'{encoder.wanted.shift} less than before')
    if planes.remade(film.pixels):
        notes.append(f'luma was computed, as {film.pixels} has none of its '
                     'own')
    if joining.has_chapters(film.path):
        notes.append('its chapters are left out')
    if film.transfer in (16, 18):
        notes.append('is of high dynamic range; its colours are made as for '
                     'an ordinary film')
    return notes


def _damaged(path, output, damage):
    """A line about what was wrong with a film."""
    seconds, words = damage[0]
    minutes, rest = divmod(seconds, 60)
    more = f', and {len(damage) - 1} more' if len(damage) > 1 else ''
    return (f'{path}: damaged at {int(minutes // 60)}:{int(minutes % 60):02}:'
            f'{rest:04.1f} ({words}){more}; all that is good of it is in '
            f'{output}')


# --- frames -----------------------------------------------------------------

def _paint(reader, segments, encoder, scores, size, firm, points, bar):
    """Colour what is not yet done of a film, segment by segment.

    A thread reads, one asks the network, this one paints and encodes.
    """
    film, earlier = reader.film, list(segments.damage)
    known = chroma.codes(film, encoder.wanted.depth + encoder.wanted.shift)
    work = _Painter(film, encoder, known)
    depth = max(2, min(16, _WAITING // (film.rows * film.columns)))

    def tint(given, small, hinted):
        return chroma.ratios(scores.decode(given, small, hinted), small,
                             known)
    with closing(prefetch(work.looked_at(reader.frames(
            segments.last), size, segments.frames), depth)) as looked, \
            closing(prefetch(steady.stretches(
                looked, scores.answer, tint, firm, segments.memory,
                told=lambda item: points.get(item[0])), 2)) as stretches:
        writer, packets, count = None, [], 0
        for stretch in stretches:
            writer = writer or encoding.Writer(film, encoder)
            for (_, frame), small, found in zip(*stretch[:3]):
                last, count = frame.pts, count + 1
                packets += writer.write(work.painted(frame, small, found))
                if bar:
                    bar(segments.frames + count, film.frames)
            if count >= SEGMENT:
                packets += writer.write(None)
                segments.add(packets, writer.header, last, stretch.memory,
                             _until(earlier + reader.damage, last, film))
                writer, packets, count = None, [], 0
    if writer:
        packets += writer.write(None)
        segments.add(packets, writer.header, last, None,
                     _until(earlier + reader.damage, last, film))
    segments.damage = earlier + [list(each) for each in reader.damage]


def _until(damage, last, film):
    """Damage up to a time: what lies behind it, the next run finds itself."""
    return [list(each) for each in damage
            if each[0] <= float(last * film.time_base)]


class _Painter:
    """What is done to each frame before and after the network."""

    def __init__(self, film, encoder, known):
        self._film, self._known = film, known
        self._wanted = encoder.wanted
        self._turns = quarter_turns(film)
        self._size = planes.chroma_size(film, encoder.wanted)
        self._pixels = planes.planar(film.pixels)

    def looked_at(self, frames, size, first):
        """Frames with their numbers, and what the network sees of them."""
        rows, columns = size[::-1] if self._turns % 2 else size
        for number, frame in enumerate(frames, first):
            if frame.format.name != self._pixels:
                frame = planes.converted(frame, self._pixels, self._film)
            planes.tame(frame)
            luma = chroma.half(planes.luma(frame), *self._size)
            small = chroma.lightness(luma, self._known, rows, columns)
            yield (number, frame), np.ascontiguousarray(np.rot90(
                small, self._turns))

    def painted(self, frame, small, tint):
        """A frame with its colours."""
        tint, small = (np.ascontiguousarray(np.rot90(each, -self._turns))
                       for each in (tint, small))
        luma = planes.luma(frame)
        if frame.interlaced_frame and self._wanted.down == 2:
            blue, red = self._fields(luma, small, tint)
        else:
            blue, red = chroma.paint(tint, small, chroma.half(
                luma, *self._size), self._known)
        return planes.with_chroma(frame, self._wanted, blue, red)

    def _fields(self, luma, small, tint):
        """Chroma of two fields, each from its own rows."""
        found = np.empty((2,) + self._size, luma.dtype)
        for first in (0, 1):
            part = found[:, first::2]
            field = chroma.half(np.ascontiguousarray(luma[first::2]),
                                *part.shape[1:])
            part[...] = chroma.paint(tint, small, field, self._known)
        return found

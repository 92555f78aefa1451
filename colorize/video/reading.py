"""Reading films: what they are, and their frames in the order shown."""

import contextlib
import os
from collections import namedtuple
from fractions import Fraction

import av
import numpy as np

from colorize.video import planes
from colorize.video.extra import FilmError
from colorize.video.opening import (HOPELESS, end_of, opened, packets,
                                    picture_stream, stated_end, words_of)

__all__ = ['Damage', 'Film', 'Reader', 'describe', 'quarter_turns']

#: Frames that are looked at before a film is opened for good: whether it is
#: interlaced, not every frame need say.
_LOOKED_AT = 8

#: Pixels of a frame, at most: twice what 8K has.
_LARGEST = 1 << 26

#: What tells a film. rate: frames per second, Fraction. time_base: unit of
#: times, Fraction. pixels: FFmpeg's name of the format. full: whether luma
#: has all codes, or 16 to 235. matrix, primaries, transfer: FFmpeg's numbers.
#: aspect: of a pixel, Fraction or None. turn: display matrix as bytes, or
#: None. frames: how many there are, as the file says, or 0; whether this is
#: exact. seconds: length that the file states, or None.
Film = namedtuple('Film', 'path rows columns rate time_base pixels full '
                          'matrix primaries transfer aspect turn interlaced '
                          'frames exact seconds codec')

#: Where a film is damaged: time in seconds, and what is wrong.
Damage = namedtuple('Damage', 'seconds words')


class Reader:
    """A film, opened; close it, or use it in a with statement.

    Parameters
    ----------
    path : str

    Attributes
    ----------
    film : Film
    damage : list of Damage
        Grows while frames are read.

    Raises
    ------
    FilmError, OSError
    """

    def __init__(self, path):
        self._path, self.damage, self._reached = path, [], 0.
        self._container = opened(path)
        try:
            self._stream = self._track()
            self.film = self._look()
        except BaseException:
            self._container.close()
            raise
        self.damage = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._container.close()

    def _track(self):
        """The picture, not too large, to be decoded on some threads."""
        found = picture_stream(self._container, self._path)
        context = found.codec_context
        if context.width * context.height > _LARGEST:
            raise FilmError(f'{self._path}: not a readable film (frames of '
                            f'{context.width}x{context.height})')
        context.thread_type = 'AUTO'
        context.thread_count = min(4, os.cpu_count() or 1)
        return found

    def _look(self):
        """What the first frames say."""
        first = []
        with contextlib.closing(self._decoded()) as frames:
            for frame in frames:
                first.append(frame)
                if len(first) == _LOOKED_AT:
                    break
        if not first:
            why = self.damage[0].words if self.damage else 'no frame'
            raise FilmError(f'{self._path}: not a readable film ({why})')
        return describe(self._path, self._container, self._stream, first)

    def frames(self, after=None):
        """Frames in the order shown, each later than the one before.

        What cannot be read is left out, and noted in `damage`.

        Parameters
        ----------
        after : int, optional
            Only frames later than this, in units of the film's time base.

        Yields
        ------
        av.VideoFrame
        """
        self._rewind(after)
        last = after
        for frame in self._decoded():
            if frame.pts is None:
                frame.pts = self._next(last)
            if last is not None and frame.pts <= last:
                if after is None or frame.pts > after:
                    self._note(frame.pts, 'a frame out of order')
                continue
            if (frame.height, frame.width) != (self.film.rows,
                                               self.film.columns):
                self._note(frame.pts, 'the picture changes its size to '
                           f'{frame.width}x{frame.height}')
                return
            if frame.is_corrupt:  # what is there of it is shown
                self._note(frame.pts, 'a broken frame')
            last = frame.pts
            yield frame
        self._check_end()

    def _rewind(self, after):
        """Go to the start, or to a frame from which `after` is decoded."""
        start = self._stream.start_time
        self.damage, self._reached = [], 0.
        for target in (after, start if start is not None else 0):
            if target is None:
                continue
            with contextlib.suppress(av.error.FFmpegError):
                self._container.seek(target, stream=self._stream)
                if target is not after or self._lands_before(after):
                    return
        # Not every file can be wound back.
        self._container.close()
        self._container = opened(self._path)
        self._stream = self._track()

    def _lands_before(self, after):
        """Whether the first frame after a seek is early enough."""
        with contextlib.closing(self._decoded()) as frames:
            first = next(frames, None)
        self._container.seek(after, stream=self._stream)
        return first is not None and first.pts is not None \
            and first.pts <= after

    def _next(self, last):
        """A time for a frame that has none."""
        if last is None:
            return 0
        return last + max(1, round(1 / self.film.rate / self.film.time_base))

    def _decoded(self):
        """Frames as the decoder gives them, past what it cannot read."""
        errors, shown = 0, None
        for packet in packets(self._container, self._note):
            self._reached = max(self._reached, end_of(packet))
            if packet.stream.index != self._stream.index:
                continue
            try:
                frames = self._stream.decode(packet)
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError) as error:
                # Which frame it was, decoders on several threads do not say.
                self._note(packet.pts if shown is None else shown,
                           words_of(error))
                errors += 1
                if errors == HOPELESS:
                    return
                continue
            for frame in frames:
                errors, shown = 0, frame.pts
                yield frame

    def _check_end(self):
        """Whether the file ends before it says so."""
        missing = stated_end(self._container) - self._reached
        if missing > 1 and not self.damage:
            self.damage.append(Damage(
                self._reached, f'the file ends {missing:.1f} s early'))

    def _note(self, time, words):
        seconds = self._reached if time is None else float(
            time * self._stream.time_base)
        if len(self.damage) < 1000:
            self.damage.append(Damage(seconds, words))


def describe(path, container, stream, frames):
    """What is known of a film.

    Parameters
    ----------
    path : str
    container : av.container.InputContainer
    stream : av.VideoStream
    frames : sequence of av.VideoFrame
        The first ones.

    Returns
    -------
    Film
    """
    first, context = frames[0], stream.codec_context
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    seconds = container.duration and container.duration / av.time_base
    if stream.duration:
        seconds = float(stream.duration * stream.time_base)
    turn = first.side_data.get('DISPLAYMATRIX')
    aspect = stream.sample_aspect_ratio
    return Film(
        path, first.height, first.width, rate, stream.time_base,
        first.format.name, _full(first),
        0 if planes.remade(first.format.name) else first.colorspace,
        context.color_primaries, context.color_trc,
        aspect if aspect and aspect != 1 else None,
        None if turn is None else bytes(turn),
        any(frame.interlaced_frame for frame in frames),
        stream.frames or int((seconds or 0) * rate), bool(stream.frames),
        seconds, stream.name if hasattr(stream, 'name') else context.name)


def _full(frame):
    """Whether luma uses all codes. Of grey formats FFmpeg thinks so."""
    name = frame.format.name
    told = frame.color_range or 2 * name.startswith(('yuvj', 'gray'))
    return told == 2 and not planes.remade(name)


def quarter_turns(film):
    """How often a picture is to be turned left by 90 degrees, to be shown.

    Parameters
    ----------
    film : Film

    Returns
    -------
    int
        0 to 3, as :func:`numpy.rot90` takes it.
    """
    if not film.turn:
        return 0
    a, b = np.frombuffer(film.turn, '<i4')[:2] / 65536
    return int(round(np.degrees(np.arctan2(-b, a)) / 90)) % 4

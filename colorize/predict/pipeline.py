"""Many photos: read, coloured and written at the same time, in order."""

import threading
import time
from collections import deque, namedtuple
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from colorize import memory
from colorize.color import evaluation
from colorize.hints import files, places
from colorize.photos import images, photo_file
from colorize.prefetch import prefetch

__all__ = ['GROUP', 'Outcome', 'ROOM', 'Room', 'colored']

#: status: 'done' or 'failed'. size: (row, column). seconds: spent on this
#: photo. notes: list of str. scores: of :func:`evaluation.scores`. error:
#: an exception. Each of the last five may be None.
Outcome = namedtuple('Outcome', 'task status size seconds notes scores error')

#: Pixels in memory at a time, of all photos together, and of those that pass
#: the network together. A larger photo waits until only such are left.
ROOM = 1 << 26
GROUP = 1 << 24

#: Photos in a group at most. Three groups are on their way; each photo is
#: claimed, by two open files at most, and a process may have 1024.
_MANY = 100

#: Results that may wait for one before them, so that order is kept.
_AHEAD = 64

#: Answers of the network that may be unfinished; one takes 7 MB and more.
_UNFINISHED = 8

#: Put into a group by the reader. photo, small, hints: None after an error;
#: hints also where there are none.
_Job = namedtuple('_Job', 'task photo small hints pixels seconds error')

_BAD = (images.ImageError, MemoryError, OSError)


def colored(tasks, colorizer, batch_size=4, quality=None, side_by_side=False,
            evaluate=False, late=None, hints=None, settings=None):
    """Colour photos; what is wrong with one does not stop the others.

    A thread reads, this one and others ask the network, two more decode,
    paint and write.

    Parameters
    ----------
    tasks : iterable of colorize.predict.plan.Task
        Taken as they are read.
    colorizer : colorize.colorizer.Colorizer
    batch_size : int
        Photos that pass the network together, 100 at most.
    quality : int, optional
        See :func:`colorize.photos.photo_file.write`.
    side_by_side : bool
        Write grey, coloured and, if it has colours, the original.
    evaluate : bool
        Score photos that have colours.
    late : list, optional
        Gets the outcomes that were not yielded, and maybe the last that
        was, when it is stopped early.
    hints : str, optional
        File of hints, which hold for each photo; see
        :mod:`colorize.hints.files`.
    settings : str, optional
        What results shall say that they were made with; see
        :mod:`colorize.predict.settings`.

    Yields
    ------
    Outcome
        In the order of `tasks`. Close the generator to stop early: what is
        being written then is finished, all else left.

    Raises
    ------
    colorize.hints.places.HintError
        When the hints are none for a photo.
    """
    room, waiting = Room(ROOM), deque()
    unfinished = threading.Semaphore(_UNFINISHED)
    groups = prefetch(_groups(tasks, colorizer, room, min(
        4 * batch_size, _MANY), hints), depth=1)
    pool = ThreadPoolExecutor(2)

    def finish(outcome, job, answer):
        try:
            outcome.set_result(_finish(job, answer, colorizer, quality,
                                       side_by_side, evaluate, settings))
        except BaseException as error:
            outcome.set_exception(error)
        finally:
            room.give(job.pixels)
            unfinished.release()
    try:
        for group in groups:
            outcomes = [Future() for _ in group]
            waiting += outcomes
            for number, job, answer in _answered(group, colorizer,
                                                 batch_size):
                unfinished.acquire()
                pool.submit(finish, outcomes[number], job, answer)
            del group, job, answer  # the next one is waited for without them
            while len(waiting) > _AHEAD or waiting and waiting[0].done():
                yield waiting[0].result()
                waiting.popleft()
        while waiting:
            yield waiting[0].result()
            waiting.popleft()
    finally:
        room.close()
        pool.shutdown(cancel_futures=True)
        groups.close()
        if late is not None:
            late += [each.result() for each in waiting if each.done()]


class Room:
    """How many pixels may be in memory at a time."""

    def __init__(self, most):
        self._most, self.taken, self._open = most, 0, True
        self._changed = threading.Condition()

    def take(self, pixels):
        """Wait until there is room for a photo.

        The reader may hold an unfinished group, of less than `GROUP`
        pixels; nobody would ever give those back.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._open or (
                self.taken < GROUP or self.taken + pixels <= self._most))
            self.taken += pixels

    def give(self, pixels):
        """Give back what was taken."""
        with self._changed:
            self.taken -= pixels
            self._changed.notify_all()

    def close(self):
        """Nobody waits any more."""
        with self._changed:
            self._open = False
            self._changed.notify_all()


def _groups(tasks, colorizer, room, most, hints):
    """Lists of photos read, small ones many at a time."""
    group, held = [], 0
    for task in tasks:
        if len(group) == most or held >= GROUP:
            yield group
            group, held = [], 0
        group.append(_read(task, colorizer, room, hints))
        held += group[-1].pixels
    if group:
        yield group


def _read(task, colorizer, room, hints):
    """A photo and what the network shall see of it, or why there is none."""
    began, size = time.time(), 0
    try:
        with photo_file.opened(task.photo) as file:
            room.take(file.size)
            size = file.size
            photo = file.decode()
        small = colorizer.shrink(photo.pixels)
        told = hints and files.read(hints, photo.pixels.shape[:2])
        return _Job(task, photo, small, told, size, time.time() - began, None)
    except _BAD as error:
        return _Job(task, None, None, None, size, time.time() - began, error)


def _answered(group, colorizer, batch_size):
    """Number, job and answer of each, as they come; of an error, None."""
    left = {number: job for number, job in enumerate(group)
            if job.error is None}
    for number in set(range(len(group))).difference(left):
        yield number, group[number], None
    good, began = list(left), time.time()
    try:
        for numbers, answers in colorizer.answered(
                [group[number].small for number in good], batch_size):
            each = (time.time() - began) / len(numbers)
            for number, answer in zip(numbers, answers):
                job = left.pop(good[number])
                yield good[number], job._replace(
                    seconds=job.seconds + each), answer
            began = time.time()
    except MemoryError as error:
        for number, job in left.items():
            yield number, job._replace(error=error), None


def _finish(job, answer, colorizer, quality, side_by_side, evaluate,
            settings):
    """Decode an answer, paint the photo and write it."""
    began, scores = time.time(), None
    try:
        if job.error:
            raise job.error
        pixels = job.photo.pixels
        chroma = colorizer.decode(answer, job.small, job.hints)
        if job.pixels > GROUP:  # painting will ask for as much as the photo
            memory.give_back()
        painted = colorizer.paint(
            pixels, job.small, chroma, job.hints, photo_file.canvas(
                job.task.output, *pixels.shape[:2], pixels.dtype))
        pale = places.unshowable(job.hints, pixels) if job.hints else 0
        if job.photo.colors is not None:  # of a space wider than sRGB
            pixels = job.photo.colors
        notes = list(job.photo.notes)
        if pale:
            notes.append(f'{pale} of {len(job.hints.rows)} hinted pixels are '
                         'paler: no screen shows that colour at their '
                         'lightness')
        if evaluate and evaluation.has_color(pixels):
            scores = evaluation.scores(painted, pixels)
        elif evaluate:
            notes.append('has no colours to score against')
        result = job.photo._replace(pixels=painted, settings=settings)
        if side_by_side:
            result = _side_by_side(result, pixels)
        notes += photo_file.write(job.task.output, result, quality)
    except _BAD as error:
        if isinstance(error, MemoryError):
            error = images.ImageError(f'{job.task.photo}: not enough memory')
        return Outcome(job.task, 'failed', None, None, None, None, error)
    return Outcome(job.task, 'done', pixels.shape[:2], round(
        job.seconds + time.time() - began, 3), notes, scores, None)


def _side_by_side(photo, original):
    """Grey, coloured, and the original where it has colours."""
    gray = evaluation.gray(original)
    shown = [np.repeat(gray[..., None], 3, axis=2), photo.pixels]
    if evaluation.has_color(original):
        shown.append(original)
    alpha = photo.alpha if photo.alpha is None else np.concatenate(
        [photo.alpha] * len(shown), axis=1)
    return photo._replace(pixels=np.concatenate(shown, axis=1), alpha=alpha)

"""What stands already where results go, and whose it is."""

import contextlib
import itertools
import os
import re
from collections import namedtuple

from colorize.photos import formats
from colorize.predict.plan import Task

__all__ = ['Standing', 'belongs', 'names', 'standing']

#: todo, done: lists of Task, each with the name that its result has or will
#: have. refused: pairs of Task and the OSError or ValueError that says why.
Standing = namedtuple('Standing', 'todo done refused')


def standing(plan, overwrite, said=None):
    """Tell photos that are to be coloured from those that are.

    A name that the result of another photo has is left to it, and the next
    one is taken: ``a-color-2.jpg``. One that the user has named is refused.
    A result that an earlier run gave another name, because other photos or
    folders were named then, is found. Where it is to be replaced, it has to
    say itself whose it is: a picture that only looks like it may be a photo.

    Parameters
    ----------
    plan : colorize.predict.plan.Plan
    overwrite : bool
        Whether what is done is to be done again.
    said : optional
        Names that other runs give at this moment: of a method
        ``of(Task)`` (None for others' photos) and a set ``outputs``.

    Returns
    -------
    Standing
    """
    found, others = Standing([], [], []), _Others(plan)
    taken = {os.path.realpath(task.photo) for task in plan.tasks}
    taken |= said.outputs if said else set()
    for task in plan.tasks:
        try:
            theirs = said and said.of(task)
            if theirs:
                task = Task(task.photo, theirs)
                own = os.path.lexists(theirs) and belongs(theirs, task.photo)
            else:
                task, own = _settled(task, taken, plan.named, others,
                                     overwrite)
        except (OSError, ValueError) as error:
            found.refused.append((task, error))
            continue
        taken.add(os.path.realpath(task.output))
        (found.done if own and not overwrite else found.todo).append(task)
    return found


def _settled(task, taken, named, others, overwrite):
    """A task under its own name, and whether its result is there.

    What has the photo's mark comes before what only looks like its result.
    """
    there, free = _names(task, taken, named, overwrite)
    for surely in (True,) if overwrite else (True, False):
        for name in there if named else itertools.chain(
                there, others.of(task, taken)):
            if belongs(name, task.photo, surely):
                return Task(task.photo, name), True
    if free is None:
        raise ValueError(f'{task.output}: is no result of {task.photo} '
                         '(--overwrite replaces it)')
    return Task(task.photo, free), False


def _names(task, taken, named, overwrite):
    """Names that stand, and the first that is free (None where it may not)."""
    there = []
    for number in itertools.count(1):
        name = _numbered(task.output, number)
        if os.path.realpath(name) in taken:
            if named:
                raise ValueError(f'{name}: another run is writing it, of '
                                 'another photo')
        elif named and overwrite or not os.path.lexists(name):
            return there, name
        elif named:
            return [name], None
        else:
            there.append(name)


class _Others:
    """Results that a photo may have had when other inputs were named.

    That of ``shoebox/1950/tom.jpg`` was ``tom-color.jpg`` in the output
    folder, in ``1950`` or in ``shoebox/1950`` below it, with a number or
    not; beside a ``tom.gif`` it was ``tom.jpg-color.jpg``.
    """

    def __init__(self, plan):
        self._folder = plan.folder
        self._planned = {os.path.abspath(task.output) for task in plan.tasks}
        self._listed = {}

    def of(self, task, taken):
        """Paths that are not taken, nearest to the output folder first."""
        for folder, photo in dict.fromkeys(self._places(task)):
            for name in names(task, photo):
                for path in self._standing(folder).get(name, ()):
                    if os.path.abspath(path) not in self._planned and (
                            os.path.realpath(path) not in taken):
                        yield path

    def _places(self, task):
        """Pairs of a folder and a photo's name, as it is or was linked."""
        for path in (os.path.abspath(task.photo),
                     os.path.realpath(task.photo)):
            folder, photo = os.path.split(path)
            if self._folder is None:
                yield os.path.dirname(task.output), photo
                continue
            parts = folder.strip(os.sep).split(os.sep)
            for first in range(len(parts), -1, -1):
                yield os.path.join(self._folder, *parts[first:]), photo

    def _standing(self, folder):
        """Paths of files in a folder by their names without a number."""
        if folder not in self._listed:
            found = self._listed[folder] = {}
            with contextlib.suppress(OSError):
                for name in sorted(os.listdir(folder or os.curdir)):
                    stem, ending = os.path.splitext(name)
                    found.setdefault(re.sub('-[0-9]+$', '', stem) + ending,
                                     []).append(os.path.join(folder, name))
        return self._listed[folder]


def names(task, photo):
    """Two names of the result of a photo: beside one of its stem, and not."""
    stem, kind = os.path.splitext(os.path.basename(task.photo))
    rest = os.path.basename(task.output)[len(stem):]
    rest = rest[len(kind):] if rest.startswith(kind) else rest
    return os.path.splitext(photo)[0] + rest, photo + rest


def belongs(result, photo, surely=False):
    """Whether a file is the result of a photo or film.

    Parameters
    ----------
    result, photo : str
        Paths.
    surely : bool
        Of a photo, see :func:`colorize.photos.marks.belongs`.
    """
    # Pillow and PyAV are imported where something stands only.
    if formats.is_film(photo):
        from colorize.video.marks import belongs
        return belongs(result, photo)
    from colorize.photos.marks import belongs
    return belongs(result, photo, surely)


def _numbered(name, number):
    """The name of the first (as it is), second, third … of a name."""
    stem, ending = os.path.splitext(name)
    return name if number == 1 else f'{stem}-{number}{ending}'

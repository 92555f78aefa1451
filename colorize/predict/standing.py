"""What stands already where results go, and whose it is."""

import itertools
import os
from collections import namedtuple

from colorize.photos import formats
from colorize.predict.plan import Task

__all__ = ['Standing', 'standing']

#: todo, done: lists of Task, each with the name that its result has or will
#: have. refused: pairs of Task and the OSError or ValueError that says why.
Standing = namedtuple('Standing', 'todo done refused')


def standing(plan, overwrite):
    """Tell photos that are to be coloured from those that are.

    A name that the result of another photo has is left to it, and the next
    one is taken: ``a-color-2.jpg``. One that the user has named is refused.

    Parameters
    ----------
    plan : colorize.predict.plan.Plan
    overwrite : bool
        Whether what is done is to be done again.

    Returns
    -------
    Standing
    """
    found, taken = Standing([], [], []), set()
    for task in plan.tasks:
        if plan.named and overwrite:
            found.todo.append(task)
            continue
        try:
            task, own = _settled(task, taken, plan.named)
        except (OSError, ValueError) as error:
            found.refused.append((task, error))
            continue
        taken.add(os.path.realpath(task.output))
        (found.done if own and not overwrite else found.todo).append(task)
    return found


def _settled(task, taken, named):
    """A task under its own name, and whether its result is there."""
    for number in itertools.count(1):
        name = _numbered(task.output, number)
        if os.path.realpath(name) in taken:
            continue
        if not os.path.lexists(name):
            return Task(task.photo, name), False
        if _belongs(name, task.photo):
            return Task(task.photo, name), True
        if named:
            raise ValueError(f'{name}: is no result of {task.photo} '
                             '(--overwrite replaces it)')


def _belongs(result, photo):
    # Pillow and PyAV are imported where something stands only.
    if formats.is_film(photo):
        from colorize.video.marks import belongs
    else:
        from colorize.photos.marks import belongs
    return belongs(result, photo)


def _numbered(name, number):
    """The name of the first (as it is), second, third … of a name."""
    stem, ending = os.path.splitext(name)
    return name if number == 1 else f'{stem}-{number}{ending}'

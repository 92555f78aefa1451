"""Runs into one folder at the same time give a photo the same name.

The name of a result depends on what else was named. So each run says in the
folder which names it gives, for as long as it lives, and the next one takes
those; then :mod:`colorize.predict.claims` tells who colours which.
"""

import contextlib
import json
import os
import uuid

from colorize.disk import whole
from colorize.predict.standing import standing

__all__ = ['agreed']

_SAID = 'names-'


@contextlib.contextmanager
def agreed(plan, overwrite):
    """What is to be done, under names on which all runs agree.

    Parameters
    ----------
    plan : colorize.predict.plan.Plan
    overwrite : bool
        See :func:`colorize.predict.standing.standing`.

    Yields
    ------
    colorize.predict.standing.Standing
    """
    with contextlib.ExitStack() as held:
        if plan.folder is None:  # names are those of the folder of a photo
            yield standing(plan, overwrite)
            return
        folder = os.path.dirname(os.path.abspath(plan.folder)) \
            if plan.named else plan.folder
        yield _said(plan, overwrite, folder, held)


def _said(plan, overwrite, folder, held):
    """One run after the other hears what is said, decides and says."""
    try:
        os.makedirs(folder, exist_ok=True)
        turn = whole.claimed(folder, 'turn', wait=True)
    except OSError:  # writing will say what is wrong with it
        return standing(plan, overwrite)
    with contextlib.closing(turn):
        key = _Key(folder, plan.named)
        found = standing(plan, overwrite, _Said(key))
        with contextlib.suppress(OSError):
            mine = whole.claimed(folder, _SAID + uuid.uuid4().hex)
            held.callback(mine.close)
            mine.say(json.dumps([
                [key(task), os.path.relpath(task.output, folder)]
                for task in found.todo]).encode())
    return found


class _Key:
    """A photo's name from the folder, which other machines may mount."""

    def __init__(self, folder, named):
        self.folder, self._named = folder, named
        self._root = os.path.realpath(folder)

    def __call__(self, task):
        path = os.path.relpath(os.path.realpath(task.photo), self._root)
        # A file that the user has named is one more result.
        return f'{path}\0{task.output}' if self._named else path


class _Said:
    """Names that other runs give.

    Attributes
    ----------
    outputs : set of str
        Real paths.
    """

    def __init__(self, key):
        self._key, self._names = key, {}
        for content in whole.said_by_others(key.folder, _SAID):
            with contextlib.suppress(ValueError):  # the disk was full
                self._names.update(json.loads(content))
        self.outputs = {os.path.realpath(os.path.join(key.folder, name))
                        for name in self._names.values()}

    def of(self, task):
        """The name of the result of a task's photo, or None."""
        name = self._names.get(self._key(task))
        return name and os.path.join(self._key.folder, name)

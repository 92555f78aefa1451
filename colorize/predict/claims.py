"""Several runs into one folder share the work: who claims a photo has it."""

import contextlib
import hashlib
import os

from colorize.disk import whole
from colorize.predict.standing import belongs, names

__all__ = ['Claims', 'claimed', 'is_of_another']


class Claims:
    """Results that this run has taken upon itself.

    A claim is a locked file beside the result. Whatever ends the run lets
    it go; the next run sweeps the file.
    """

    def __init__(self):
        self._held = {}

    def take(self, output, *others, photo=None):
        """Claim a result; whether nobody else has.

        Parameters
        ----------
        output : str
        others
            Further names that it could have.
        photo : str, optional
            Of which it is to be; other runs can ask :func:`is_of_another`.
        """
        held = self._held.setdefault(output, [])
        try:
            for path in dict.fromkeys((output,) + others):
                claim = _claimed(path)
                if claim is None:
                    self.drop(output)
                    return False
                held.append(claim)
                if photo is not None:
                    claim.say(_key(path, photo))
        except OSError:
            pass  # writing will say what is wrong with it
        return True

    def drop(self, output):
        """Let go of a result."""
        for claim in self._held.pop(output, ()):
            claim.close()

    def close(self):
        """Let go of all."""
        for output in list(self._held):
            self.drop(output)


def _claimed(path):
    folder, name = _place(path)
    os.makedirs(folder, exist_ok=True)
    return whole.claimed(folder, name)


def _place(path):
    """The folder of a result's claim, and the claim's name."""
    folder, name = os.path.split(os.path.abspath(path))
    digest = hashlib.blake2b(os.fsencode(name), digest_size=12)
    return folder, digest.hexdigest()


def _key(path, photo):
    """A photo's name from a result's folder: other machines may mount it."""
    return os.fsencode(os.path.relpath(
        os.path.realpath(photo), os.path.realpath(os.path.dirname(path))))


def is_of_another(task):
    """Whether another run is writing the result of another photo there.

    Runs into one folder agree on names, runs into a folder and one below it
    do not.

    Parameters
    ----------
    task : colorize.predict.plan.Task
    """
    with contextlib.suppress(OSError):
        return any(said and said != _key(task.output, task.photo)
                   for said in whole.said_by_others(*_place(task.output)))
    return False


def claimed(tasks, claims, overwrite, left):
    """Those tasks that no other run works on.

    Parameters
    ----------
    tasks : iterable of colorize.predict.plan.Task
    claims : Claims
    overwrite : bool
        Whether results that exist are replaced.
    left : list
        Gets the others.

    Yields
    ------
    colorize.predict.plan.Task
        Claimed when it is asked for.
    """
    for task in tasks:
        others = _others(task)
        mine = claims.take(task.output, *others[1:], photo=task.photo)
        if mine and (overwrite or not os.path.lexists(task.output)) \
                and not any(_stands(each, task, overwrite) for each in others):
            yield task
        else:
            claims.drop(task.output)
            left.append(task)


def _others(task):
    """Names of a result beside its photo where others are named, or not.

    The second is that of no other photo. In a folder for results all runs
    agree on one; see :mod:`colorize.predict.neighbours`.
    """
    folder, output = os.path.split(task.output)
    place, photo = os.path.split(task.photo)
    if folder != place or not output.startswith(os.path.splitext(photo)[0]):
        return []
    return [os.path.join(folder, name) for name in names(task, photo)]


def _stands(path, task, overwrite):
    """Whether a photo's result has come to be under another name."""
    if path == task.output or not os.path.lexists(path):
        return False
    with contextlib.suppress(OSError):  # reading the photo will say
        return not os.path.samefile(path, task.photo) \
            and belongs(path, task.photo, surely=overwrite)
    return False

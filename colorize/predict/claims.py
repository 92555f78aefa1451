"""Several runs into one folder share the work: who claims a photo has it."""

import hashlib
import os

from colorize.disk import whole

__all__ = ['Claims', 'claimed']


class Claims:
    """Results that this run has taken upon itself.

    A claim is a locked file beside the result. Whatever ends the run lets
    it go; the next run sweeps the file.
    """

    def __init__(self):
        self._held = {}

    def take(self, output):
        """Claim a result; whether nobody else has.

        Parameters
        ----------
        output : str
        """
        folder, name = os.path.split(os.path.abspath(output))
        digest = hashlib.blake2b(os.fsencode(name), digest_size=12)
        try:
            os.makedirs(folder, exist_ok=True)
            held = whole.claimed(folder, digest.hexdigest())
        except OSError:
            return True  # writing will say what is wrong with it
        if held:
            self._held[output] = held
        return held is not None

    def drop(self, output):
        """Let go of a result."""
        held = self._held.pop(output, None)
        if held:
            held.close()

    def close(self):
        """Let go of all."""
        for output in list(self._held):
            self.drop(output)


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
        mine = claims.take(task.output)
        if mine and (overwrite or not os.path.lexists(task.output)):
            yield task
        else:
            claims.drop(task.output)
            left.append(task)

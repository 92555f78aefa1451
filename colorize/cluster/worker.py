"""What runs on a worker. Needs Dask."""

import asyncio
import threading

from distributed import WorkerPlugin, get_client, get_worker

from colorize import command
from colorize.cluster.connection import ClusterError

__all__ = ['Holder', 'TRIES', 'run']

#: So many workers may die of a parcel before it is left.
TRIES = 2


class Holder(WorkerPlugin):
    """What each worker makes once and holds, as long as a run lasts.

    Parameters
    ----------
    name : str
        Of the run.
    make : callable
        Of nothing. May raise what is wrong with the worker.
    apply : callable
        Of what was made, items, whether they have been tried before, and a
        callable that tells whether somebody still waits; gives a list of as
        many results.
    """

    def __init__(self, name, make, apply):
        self.name, self.apply = name, apply
        self._make, self.held, self.wrong = make, None, None

    async def setup(self, worker):
        """Dask calls this before the first task, and waits for it."""
        self.turn, self.ready = threading.Lock(), threading.Event()
        try:
            # Not in this thread, in which the worker says that it lives.
            self.held = await asyncio.to_thread(self._make)
        except Exception as error:
            self.wrong = command.words(error)
            raise
        finally:
            self.ready.set()


def run(name, number, items, again):
    """Apply a run's function to items, unless they have cost two workers.

    Parameters
    ----------
    name : str
        Of the run.
    number : int
        Of the parcel: how often it was begun is counted by the scheduler,
        which outlives workers.
    items : list
    again : bool
        Whether they have been tried in another parcel.

    Returns
    -------
    list or None
        None where workers died of it.

    Raises
    ------
    ClusterError
        When the worker is not fit.
    """
    worker = get_worker()
    holder = worker.plugins.get(name)
    if holder:
        holder.ready.wait()
    if holder is None or holder.held is None:
        raise ClusterError(f'{worker.address}: '
                           f'{holder and holder.wrong or "was not set up"}')
    waits = _waiting(worker)
    with holder.turn:  # else a death would be blamed on its neighbours, too
        begun, ended = _tries(name, number)
        if begun - ended >= TRIES:
            return None
        _note_tries(name, number, begun + 1, ended)
        try:
            return holder.apply(holder.held, items, again or begun > 0, waits)
        finally:
            _note_tries(name, number, begun + 1, ended + 1)


def _tries(name, number):
    """How often a parcel was begun, and how often that came to an end."""
    return get_client().get_metadata([name, number], (0, 0))


def _note_tries(name, number, *tries):
    get_client().set_metadata([name, number], tries)


def _waiting(worker):
    """Whether the task of this thread is not cancelled, as a callable."""
    key = worker.get_current_task()

    def waits():
        task = worker.state.tasks.get(key)
        return task is not None and task.state != 'cancelled'
    return waits

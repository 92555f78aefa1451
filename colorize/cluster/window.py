"""Parcels on their way to workers, a window of them at a time."""

import asyncio
import contextlib
import itertools
import queue
import time
import uuid
from collections import namedtuple

from colorize import command
from colorize.cluster.connection import ClusterError
from colorize.progress import say_above

__all__ = ['Lost', 'spread']

#: In place of a result: why there is none, in words. of_death: whether a
#: worker died.
Lost = namedtuple('Lost', 'reason of_death')

_DEATH = Lost('two workers died of it, one after the other', True)

#: number: what the scheduler counts tries by. rounds: in which it is sent.
_Parcel = namedtuple('_Parcel', 'number items rounds')

#: Parcels for each worker: one that it works on, one that waits. A scheduler
#: of a million photos stays small.
_AHEAD = 2

#: A scheduler that takes a task for deadly whenever one beside it is, may do
#: so as often.
_ROUNDS = 6

#: Seconds without any worker until a run ends.
PATIENCE = 300

#: Seconds without one until it is said that it is waited for.
SOON = 5


def spread(client, make, apply, batches):
    """Apply a function to lists of items on a cluster.

    A worker that dies loses its batch to another one. When two have died of
    a batch, or the function failed, its items are sent one by one, after all
    others, so that the one to blame is told from those around it.

    Parameters
    ----------
    client : distributed.Client
    make, apply : callable
        See :class:`colorize.cluster.worker.Holder`. `apply` has to bear
        being called twice with the same items.
    batches : iterable of list
        Taken as there is room for them.

    Yields
    ------
    item, result
        As they are ready; in place of a result :class:`Lost` where two
        workers died of that item alone, or the function failed.

    Raises
    ------
    ClusterError
        When there is no worker, one is not fit, or the scheduler is gone.
    """
    name = f'colorize-{uuid.uuid4().hex}'
    with _told_in_a_line(), _held(client, name, make, apply):
        numbers = itertools.count()
        parcels = (_Parcel(next(numbers), batch, 0) for batch in batches)
        window = _Window(client, name)
        while parcels:
            again = []
            for parcel, found in window.flow(parcels):
                if not isinstance(found, Lost):
                    yield from zip(parcel.items, found)
                elif len(parcel.items) > 1:
                    again += [_Parcel(next(numbers), [item], 1)
                              for item in parcel.items]
                elif window.is_to_blame(parcel, found):
                    yield parcel.items[0], found
                else:
                    again.append(parcel._replace(rounds=parcel.rounds + 1))
            parcels = again


@contextlib.contextmanager
def _told_in_a_line():
    """What Dask says of a scheduler that is gone, as our error."""
    try:
        yield
    except OSError as error:
        raise ClusterError('the scheduler does not answer: '
                           + ' '.join(str(error).split())) from error


@contextlib.contextmanager
def _held(client, name, make, apply):
    """Workers, those that come later too, hold what `make` makes."""
    from colorize.cluster.worker import Holder
    _wait_for_workers(client)
    try:
        _register(client, Holder(name, make, apply))
        yield
    finally:
        with contextlib.suppress(Exception):  # it may be gone
            client.unregister_worker_plugin(name)
            client.set_metadata([name], None)


def _register(client, holder):
    """Workers make what they hold; who dies of it may try again."""
    for left in (2, 1, 0):
        try:
            return client.register_plugin(holder)
        except ClusterError:
            raise
        except Exception as error:
            if not left or not isinstance(error, OSError):
                raise ClusterError(
                    f'a worker: {command.words(error)}') from error


def _wait_for_workers(client):
    if client.nthreads():
        return
    # A cluster that adapts starts workers where there is something to do.
    asked = client.submit(int, pure=False)
    try:
        if not _come(client, SOON):
            say_above('the scheduler has no workers' + _waiting())
            if not _come(client, PATIENCE - SOON):
                raise ClusterError('the scheduler has no workers')
    finally:
        asked.release()


def _waiting():
    return f'; waiting for one, {PATIENCE} seconds at most'


def _come(client, seconds):
    """Whether a worker comes within so many seconds."""
    from distributed import TimeoutError as Late
    try:
        client.wait_for_workers(1, timeout=seconds)
    except Late:
        return False
    return True


class _Window:
    """As many parcels at a time as the workers need, and no more."""

    def __init__(self, client, name):
        self._client, self._name = client, name
        self._done, self._sent = queue.SimpleQueue(), {}
        self._workers, self._looked, self._last = 0, 0, time.monotonic()
        self._told = False

    def flow(self, parcels):
        """Parcels and their results, as they are ready."""
        parcels = iter(parcels)
        try:
            while True:
                room = max(self._room() - len(self._sent), 0)
                for parcel in itertools.islice(parcels, room):
                    self._send(parcel)
                if not self._sent:
                    return
                with contextlib.suppress(queue.Empty):
                    future = self._done.get(timeout=1)
                    yield self._sent.pop(future), _answer(future)
        finally:
            with contextlib.suppress(Exception):  # it may be gone
                self._client.cancel(list(self._sent))

    def is_to_blame(self, parcel, found):
        """Whether an item that was lost is what its worker died of.

        The scheduler may have blamed it for a worker's death though it was
        in line there and not even begun.
        """
        from colorize.cluster.worker import TRIES
        begun, ended = self._client.get_metadata(
            [self._name, parcel.number], (0, 0))
        return (not found.of_death or begun - ended >= TRIES
                or parcel.rounds >= _ROUNDS)

    def _send(self, parcel):
        from colorize.cluster.worker import run
        future = self._client.submit(
            run, self._name, parcel.number, parcel.items, parcel.rounds > 0,
            pure=False)
        self._sent[future] = parcel
        future.add_done_callback(self._done.put)

    def _room(self):
        """How many parcels may be on their way; looks who is there."""
        now = time.monotonic()
        if now - self._looked > 1:
            self._looked, self._workers = now, len(self._client.nthreads())
        if self._workers:
            self._last, self._told = now, False
        else:
            self._miss(now - self._last)
        return max(_AHEAD * self._workers, 1)

    def _miss(self, seconds):
        """Nobody has been there for so long."""
        if seconds > PATIENCE:
            raise ClusterError(f'no worker has been there for {PATIENCE} '
                               'seconds')
        if seconds > SOON and not self._told:
            self._told = True
            say_above('all workers are gone' + _waiting())


def _answer(future):
    """Results of a parcel, or what became of it."""
    from distributed.scheduler import KilledWorker
    try:
        found = future.result(timeout=PATIENCE)
        return _DEATH if found is None else found
    except ClusterError:
        raise
    except KilledWorker:
        return _DEATH
    except (Exception, asyncio.CancelledError) as error:
        if future.status == 'error':
            return Lost(command.words(error), False)
        if future.status == 'cancelled':
            raise ClusterError('the scheduler is gone') from error
        raise ClusterError('a result cannot be fetched: '
                           + command.words(error)) from error
    finally:
        future.release()

"""A scheduler and workers on this machine. Needs Dask."""

import asyncio
import contextlib
import logging
import signal
import sys
from multiprocessing import resource_tracker

import dask
from distributed import LocalCluster, Nanny
from distributed.core import Status

from colorize import command

__all__ = ['cluster']

#: Those are the client's alone; it ends its workers itself.
_SIGNALS = (signal.SIGINT, signal.SIGHUP)

#: Seconds for which a worker that dies as it starts is started again, and
#: those between two looks at it.
_PATIENCE, _SOON = 60, 0.1

#: A worker that is slow to start again after its death is not given up. What
#: Dask watches up to a hundred times a second, nobody looks at.
_SETTINGS = {'distributed.deploy.lost-worker-timeout': '1 week',
             'distributed.worker.profile.enabled': False,
             'distributed.admin.tick.interval': '1s',
             'distributed.admin.system-monitor.interval': '10s'}


@contextlib.contextmanager
def cluster(count):
    """So many workers of one thread, each a process that is kept alive.

    Nobody else on this machine can talk to them: they have certificates of
    their own.

    Parameters
    ----------
    count : int

    Yields
    ------
    distributed.LocalCluster
    """
    with dask.config.set(_SETTINGS), contextlib.closing(_started(
            count)) as started:
        yield started


def _started(count):
    """Dask's cluster, whole even if the user stops the command meanwhile."""
    # Python's resource tracker would warn of what a second Ctrl-C left.
    sys.warnoptions.append('ignore::UserWarning:multiprocessing.'
                           'resource_tracker')
    resource_tracker.ensure_running()  # first, as it unblocks signals
    with command.put_off(), _blocked():
        return LocalCluster(
            n_workers=count, threads_per_worker=1, worker_class=_Keeper,
            security=True, dashboard_address='127.0.0.1:0',
            silence_logs=logging.CRITICAL + 1)


@contextlib.contextmanager
def _blocked():
    """A terminal's signals do not reach what is started here.

    Threads and processes have that from who starts them; a worker would say
    at length that it was stopped while it starts.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Keeper(Nanny):
    """Starts a worker anew, and ends it, even if it dies while it starts."""

    async def instantiate(self):
        found = await self._live()
        # Dask gives up a worker whose first life ends before it has started.
        for _ in range(int(_PATIENCE / _SOON)):
            if self.status != Status.init or found == Status.running:
                break
            await asyncio.sleep(_SOON)
            life = self.process
            over = life is None or life.status == Status.stopped
            found = await self._live() if over else life.status
        return found

    async def _live(self):
        # Dask's own takes one object for all lives of a worker: who waited
        # for a life that ended early would take the next one's message, and
        # the next one would be waited for without end.
        if self.process and self.process.status == Status.stopped:
            self.process = None
        return await super().instantiate()

    async def kill(self, *args, **kwargs):
        # Dask's own would wait until it has started, which it may never do.
        life = self.process
        if life and life.status == Status.starting:
            await life.process.kill()
            await life.stopped.wait()
        await super().kill(*args, **kwargs)

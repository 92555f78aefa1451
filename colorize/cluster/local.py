"""A scheduler and workers on this machine. Needs Dask."""

import contextlib
import logging
import signal

import dask
from distributed import LocalCluster, Nanny
from distributed.core import Status

__all__ = ['cluster', 'dask_setup']

#: A worker that is slow to start again after its death is not given up.
_SETTINGS = {'distributed.deploy.lost-worker-timeout': '1 week'}


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
    with dask.config.set(_SETTINGS), LocalCluster(
            n_workers=count, threads_per_worker=1, worker_class=_Keeper,
            security=True, dashboard_address='127.0.0.1:0', preload=__name__,
            silence_logs=logging.CRITICAL + 1) as started:
        yield started


def dask_setup(worker):
    """Dask calls this in each worker: a terminal's signals are the client's.

    It ends workers itself.
    """
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)


class _Keeper(Nanny):
    """Starts a worker anew, and ends it, even if it dies while it starts."""

    async def instantiate(self):
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

"""Processes that train one network together, started by ``mpiexec``.

A process that was started by itself has :data:`ALONE`, with which nothing is
computed otherwise, and mpi4py is not imported.
"""

import time

from colorize import command

__all__ = ['ALONE', 'Alone', 'RankError', 'Ranks']

#: A rank in trouble waits so long for rank 0 to say so and to end all.
_PATIENCE = 600


class RankError(RuntimeError):
    """What went wrong in another rank, in one line.

    Theano adds many to an error in one of its Ops.
    """

    def __init__(self, text):
        super().__init__(text.partition('\n')[0])


class Alone:
    """One process: the same methods, which do nothing."""

    rank, size, weight = 0, 1, 1.0

    def share(self, numbers):
        """Those of a minibatch's photos that this rank trains on.

        Parameters
        ----------
        numbers : sequence
        """
        return numbers

    def weigh(self, count):
        """Note how much of a minibatch of `count` photos is this rank's."""

    def any(self, flag):
        """Whether `flag` is true in any rank."""
        return bool(flag)

    def first(self, work):
        """Call `work` in rank 0 only; every rank gets what it returns."""
        return work()

    def meet(self):
        """Wait until all ranks are here."""


#: The one process that there is without ``mpiexec``.
ALONE = Alone()


class Ranks(Alone):
    """All processes of an ``mpiexec``.

    Every rank has to call the same methods in the same order, but for the
    two on shares.

    Parameters
    ----------
    comm : mpi4py.MPI.Comm
    """

    def __init__(self, comm):
        self.rank, self.size = comm.rank, comm.size
        self._comm = comm

    def share(self, numbers):
        """This rank's part of a minibatch, as even as it can be.

        A rank for which there is no photo takes the first; it counts
        nothing, see :meth:`weigh`.
        """
        begin, end = self._bounds(len(numbers))
        return numbers[begin:end] if begin < end else numbers[:1]

    def weigh(self, count):
        """Note how much of a minibatch of `count` photos is this rank's."""
        begin, end = self._bounds(count)
        self.weight = (end - begin) / count

    def _bounds(self, count):
        return [count * number // self.size
                for number in (self.rank, self.rank + 1)]

    def mean(self, buffer):
        """Average an array over the ranks by their weights, in place.

        Parameters
        ----------
        buffer : float array
            Of one shape and type everywhere; every rank gets the same bits.
        """
        from mpi4py import MPI
        buffer *= buffer.dtype.type(self.weight)
        self.meet()
        self._comm.Allreduce(MPI.IN_PLACE, buffer)

    def any(self, flag):
        """Whether `flag` is true in any rank."""
        from mpi4py import MPI
        self.meet()
        return bool(self._comm.allreduce(int(flag), MPI.MAX))

    def first(self, work):
        """Call `work` in rank 0 only; every rank gets what it returns."""
        found = None if self.rank else work()
        self.meet()
        return self._comm.bcast(found)

    def spread(self, array):
        """Give rank 0's array to every rank.

        Parameters
        ----------
        array : array
            Of one shape and type everywhere.

        Returns
        -------
        array
        """
        self.meet()
        self._comm.Bcast(array)
        return array

    def alike(self, number):
        """Whether every rank has the same number."""
        self.meet()
        return len(set(self._comm.allgather(number))) == 1

    def meet(self):
        """Wait until all ranks are here, hearing those in trouble.

        Without using a core for long: rank 0 may validate for an hour.
        """
        request, began = self._comm.Ibarrier(), time.monotonic()
        while not request.Test():
            if not self.rank and self._comm.Iprobe():
                raise self._comm.recv()
            if time.monotonic() - began > 0.01:
                time.sleep(0.001)

    def tell(self, error):
        """Let rank 0 say what is wrong here, and end all."""
        words = RankError(f'rank {self.rank}: {command.words(error)}')
        words.status = getattr(error, 'status', 1)
        request = self._comm.isend(words, 0)
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            request.Test()
            time.sleep(0.1)

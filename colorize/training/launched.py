"""Joining the processes that one ``mpiexec`` has started, and ending them."""

import contextlib
import logging
import os
import subprocess
import sys
import time

from colorize import command
from colorize.training.ranks import ALONE, Ranks

__all__ = ['connected', 'joined']

#: How many there are, by the launchers of MPICH and Slurm, and of Open MPI;
#: which one this is; how many are on this machine.
_SIZES = 'PMI_SIZE', 'OMPI_COMM_WORLD_SIZE'
_RANKS = 'PMI_RANK', 'OMPI_COMM_WORLD_RANK'
_LOCALS = 'MPI_LOCALNRANKS', 'OMPI_COMM_WORLD_LOCAL_SIZE'

_KILLED = ('a rank was killed or its machine is gone; what was saved is '
           'intact, the same command goes on from there')


@contextlib.contextmanager
def joined():
    """Join the processes that ``mpiexec`` has started, if it has.

    Rank 0 speaks for all. An error in any rank is said there in one line
    and ends all; so does a rank that is killed.

    Yields
    ------
    colorize.training.ranks.Alone

    Raises
    ------
    RuntimeError
        When mpi4py is missing or belongs to another MPI.
    """
    size = _launchers(_SIZES, 1)
    if size < 2:
        yield ALONE
        return
    rank, ranks = _launchers(_RANKS, 0), None
    _share_cores(_launchers(_LOCALS, 1))
    # Ranks of a machine wait for each other's compilations; it is no news.
    logging.getLogger('theano.gof.compilelock').setLevel(logging.WARNING)
    orderly = _silence() if rank else _watch()
    try:
        ranks = connected(size)
        yield ranks
    except BaseException as error:
        _end(rank, ranks, error, orderly)
        raise
    orderly()


def _launchers(names, default):
    """The number in the first of these variables that is set."""
    return int(next((os.environ[name] for name in names
                     if name in os.environ), default))


def _share_cores(ranks):
    """Of a machine's cores each of its ranks has its part."""
    cores = len(os.sched_getaffinity(0))
    if cores == os.cpu_count():  # or the launcher has shared them out
        os.environ.setdefault('OMP_NUM_THREADS', str(max(1, cores // ranks)))


def _silence():
    """Ranks other than 0 say nothing: all would say the same."""
    if '--debug' not in sys.argv:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    return lambda: None


def _watch():
    """Let a shell say it when this process is killed; returns how to stop it.

    ``mpiexec`` kills all ranks as soon as one has died, so none is left to
    say so but a shell that waits for a word.
    """
    line = f'{command.name_of(sys.argv[0])}: {_KILLED}'
    shell = subprocess.Popen(
        ['sh', '-c', 'read -r word || echo "$0" >&2', line],
        stdin=subprocess.PIPE, start_new_session=True)

    def orderly():
        shell.communicate(b'ended\n')
    return orderly


def connected(size):
    """Join the ranks that ``mpiexec`` has started, `size` of them."""
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError) as error:
        raise RuntimeError(
            f'mpiexec has started {size} ranks, and mpi4py cannot be '
            f"imported ({error}): pip install 'colorize[mpi]'") from error
    if MPI.COMM_WORLD.size != size:
        raise RuntimeError(
            f'mpiexec has started {size} ranks, and mpi4py sees '
            f'{MPI.COMM_WORLD.size}: it uses another MPI, '
            f'{MPI.Get_library_version().split(chr(10))[0]}')
    return Ranks(MPI.COMM_WORLD)


def _end(rank, ranks, error, orderly):
    """Say what has happened and leave; the launcher then ends the others.

    Without MPI's own end, which would wait for all.
    """
    status = _status(error)
    if status == 0:
        orderly()
        return
    if rank and ranks:
        ranks.tell(error)
    elif rank:
        time.sleep(5)  # rank 0 says the same, and ends this one
    elif isinstance(error, KeyboardInterrupt):
        command.say('stopped')
    elif isinstance(error, Exception):
        command.complain(error)
    orderly()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _status(error):
    """Exit status of a process that ends by an error."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else bool(error.code)
    if isinstance(error, KeyboardInterrupt):
        return 128 + (error.args[0] if error.args else 2)
    return getattr(error, 'status', 1)

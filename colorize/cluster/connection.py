"""A client of the scheduler that the user names."""

import contextlib
import logging
import os
import re

__all__ = ['ClusterError', 'LOCAL', 'check_address', 'connected']

#: Starts a scheduler and so many workers of one thread here.
LOCAL = re.compile(r'local:([1-9]\d{0,3})$')
_REMOTE = re.compile(r'(tcp|tls|ucx|ws|wss)://[^\s/]+$')


class ClusterError(RuntimeError):
    """The cluster cannot be used; says why in one line."""


def check_address(text):
    """Refuse what names no scheduler.

    Parameters
    ----------
    text : str
        ``tcp://HOST:PORT`` (or ``tls://``), the path of a scheduler file,
        or ``local:N``.

    Returns
    -------
    str

    Raises
    ------
    ValueError
    """
    if LOCAL.match(text) or _REMOTE.match(text) or os.path.isfile(text):
        return text
    raise ValueError('must be tcp://HOST:PORT, tls://HOST:PORT, a scheduler '
                     f'file or local:N, got {text!r}')


@contextlib.contextmanager
def connected(address, patience=10):
    """A client of a scheduler; of one started here, it ends with it.

    Parameters
    ----------
    address : str
        See :func:`check_address`. TLS is set up as Dask's settings say.
    patience : float
        Seconds in which a scheduler has to answer.

    Yields
    ------
    distributed.Client

    Raises
    ------
    ClusterError
        When Dask is missing or nobody answers.
    """
    try:
        import distributed
    except ImportError:
        raise ClusterError('--scheduler: needs Dask; '
                           "pip install '.[cluster]'") from None
    _silence()
    local = LOCAL.match(address)
    with contextlib.ExitStack() as stack:
        if local:
            from colorize.cluster.local import cluster
            address = stack.enter_context(cluster(int(local.group(1))))
        yield stack.enter_context(_client(distributed, address, patience))


def _silence():
    """Dask's warnings are of what we see ourselves: workers come and go."""
    for name in ('tornado', 'asyncio'):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    for handler in logging.getLogger('distributed').handlers:
        handler.setLevel(logging.CRITICAL + 1)


def _client(distributed, address, patience):
    """Connect, or say in a line why not."""
    named = {'scheduler_file': address} if isinstance(
        address, str) and os.path.isfile(address) else {'address': address}
    try:
        return distributed.Client(timeout=patience, **named)
    except (OSError, TypeError, ValueError, KeyError) as error:
        reason = ' '.join(str(error).split()) or type(error).__name__
        raise ClusterError(f'--scheduler {address}: {reason}') from None

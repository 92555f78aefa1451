"""A client of the scheduler that the user names."""

import contextlib
import gc
import json
import logging
import os
import re
import socket
from urllib.parse import urlsplit

__all__ = ['ClusterError', 'LOCAL', 'check_address', 'connected']

#: Starts a scheduler and so many workers of one thread here.
LOCAL = re.compile(r'local:([1-9]\d{0,3})$')
_REMOTE = re.compile(r'(tcp|tls|ucx|ws|wss)://[^\s/]+$')

#: Bytes of what a scheduler says first.
_LONGEST = 1 << 20


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
    try:
        named = _scheduler_of(address) if isinstance(
            address, str) and os.path.isfile(address) else address
        if isinstance(named, str):
            _refuse_silence(named, patience)
        return distributed.Client(named, timeout=patience)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        plain = str(address).startswith('tcp://')
        reason = ((None if plain else _missing_certificate())
                  or ' '.join(str(error).split()) or type(error).__name__)
    # A client half made is closed now. Were it collected later, in a thread
    # of Dask's that is about to start, both would wait for ever.
    gc.collect()
    raise ClusterError(f'--scheduler {address}: {reason}')


def _refuse_silence(address, patience):
    """Dask would wait for ever for who accepts a call and says nothing.

    A scheduler begins with how many bytes it is going to say.
    """
    parts = urlsplit(address)
    if parts.scheme != 'tcp' or not parts.port:
        return
    try:
        peer = socket.create_connection((parts.hostname, parts.port),
                                        patience)
    except OSError:
        return  # Dask tries again for a while
    with peer:
        try:
            said = peer.recv(8)
        except OSError:
            said = b''
    if not said or int.from_bytes(said, 'little') >= _LONGEST:
        raise ValueError('who answers there is no scheduler of Dask (or one '
                         'with TLS: tls://)')


def _scheduler_of(path):
    """The address in a scheduler's file."""
    try:
        with open(path, encoding='utf-8') as file:
            return json.load(file)['address']
    except (ValueError, TypeError, KeyError):
        raise ValueError('is no file of a scheduler (dask scheduler '
                         '--scheduler-file writes it)') from None


def _missing_certificate():
    """Which file of Dask's settings of TLS is missing, as it says not."""
    import dask
    for name in ('ca-file', 'client.cert', 'client.key'):
        path = dask.config.get(f'distributed.comm.tls.{name}')
        if path and '-----BEGIN' not in path and not os.path.isfile(path):
            return (f"Dask's setting distributed.comm.tls.{name}: {path}: "
                    'No such file')
    return None

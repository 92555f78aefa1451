"""Files written whole or not at all."""

import contextlib
import errno
import fcntl
import os
import stat
import uuid

__all__ = ['claimed', 'lock', 'replace_whole', 'require_file',
           'said_by_others', 'sweep', 'written_whole']

#: How the name of a file begins that is not complete yet.
_ASIDE = '.writing-'


@contextlib.contextmanager
def written_whole(path, mode=0o666):
    """Open a file for writing that appears only once it is complete.

    Parameters
    ----------
    path : str
        Where the file goes. What is there stays untouched until the end,
        and when anything goes wrong.
    mode : int
        Who may read and write it, less what the umask forbids.

    Yields
    ------
    binary file
        It can be read as well.

    Raises
    ------
    OSError
        Of `path`, whichever of its neighbours it came from.
    """
    folder = os.path.dirname(os.path.abspath(path))
    with _named(path):
        os.makedirs(folder, exist_ok=True)
        aside, file = _aside(folder, mode)
    try:
        with _named(path), file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            # Named while it is locked, so that no sweep comes between.
            os.replace(aside, path)
            _sync_names(folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _aside(folder, mode):
    """A new file of a name of its own, locked for as long as it is open."""
    while True:
        path = os.path.join(folder, _ASIDE + uuid.uuid4().hex)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL
                         | os.O_CLOEXEC, mode)
        lock(handle)
        if os.fstat(handle).st_nlink:
            return path, os.fdopen(handle, 'w+b')
        os.close(handle)  # swept before it was locked


def lock(handle, wait=False):
    """Lock an open file, for as long as it is open.

    Parameters
    ----------
    handle : int
        Its descriptor.
    wait : bool
        Until no other process has it.

    Returns
    -------
    bool or None
        False where another process has it, None where the file system knows
        no locks.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


class _Claim:
    """A locked file; closed, it is gone."""

    def __init__(self, path, handle):
        self._path, self._handle = path, handle

    def say(self, content):
        """Write bytes that other processes can read, in place of others."""
        with open(self._handle, 'wb', closefd=False) as file:
            file.seek(0)
            file.truncate()  # a descriptor is opened as it is
            file.write(content)

    def close(self):
        """Let another have it."""
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        os.close(self._handle)


def claimed(folder, name, wait=False):
    """Claim a name in a folder, for this process and as long as it lives.

    Parameters
    ----------
    folder, name : str
    wait : bool
        Until no other process has it.

    Returns
    -------
    object with methods ``say(bytes)`` and ``close()``, or None where another
    process has it
    """
    path = os.path.join(folder, _ASIDE + name)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        if lock(handle, wait) is False:
            os.close(handle)
            return None
        if os.fstat(handle).st_nlink:
            return _Claim(path, handle)
        os.close(handle)  # its owner has just let go of it


def said_by_others(folder, name):
    """What the claims of other processes say.

    Parameters
    ----------
    folder : str
    name : str
        How the names that are claimed begin.

    Yields
    ------
    bytes
    """
    for each in os.listdir(folder):
        if each.startswith(_ASIDE + name):
            with contextlib.suppress(OSError), \
                    open(os.path.join(folder, each), 'rb') as file:
                if lock(file.fileno()) is False:  # else its owner is gone
                    yield file.read()


def replace_whole(aside, path):
    """Give a complete file its name, once it is safely on the disk.

    Parameters
    ----------
    aside, path : str
        The file, and what it is to be, on the same disk.

    Raises
    ------
    OSError
    """
    _sync(aside)
    os.replace(aside, path)
    _sync_names(os.path.dirname(os.path.abspath(path)))


@contextlib.contextmanager
def _named(path):
    """Let errors name `path` where they name no file, or the one aside."""
    try:
        yield
    except OSError as error:
        if error.errno and _ASIDE in (error.filename or _ASIDE):
            raise OSError(error.errno, error.strerror, path) from error
        raise


def _sync(path):
    """Wait until a file or a folder is safe on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems know no such
            raise
    finally:
        os.close(handle)


def _sync_names(folder):
    """The same of the names in a folder, where it can be opened.

    Who may write in it need not be allowed to list it.
    """
    with contextlib.suppress(PermissionError):
        _sync(folder)


def sweep(folder):
    """Remove what a killed :func:`written_whole` has left in a folder.

    What another process is writing is locked, and stays.

    Parameters
    ----------
    folder : str
        Nothing is done where it does not exist or cannot be read.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith(_ASIDE):
                _remove(os.path.join(folder, name))


def _remove(aside):
    """Remove a file aside unless it is being written."""
    with contextlib.suppress(OSError):
        handle = os.open(aside, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
                         | os.O_NONBLOCK)
        try:
            if lock(handle):
                os.unlink(aside)
        finally:
            os.close(handle)


def require_file(path):
    """Refuse what is no file: reading a pipe would wait for ever.

    Raises
    ------
    OSError
    """
    mode = os.stat(path).st_mode
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, 'not a file', path)

"""Files written whole or not at all."""

import contextlib
import errno
import os
import stat
import tempfile

__all__ = ['require_file', 'sweep', 'written_whole']

#: The process's umask, which mkstemp does not go by. It can be read only by
#: setting it, which no thread may do beside another.
_UMASK = os.umask(0o022)
os.umask(_UMASK)

#: How the name of a file begins that is not complete yet.
_ASIDE = '.writing-'


@contextlib.contextmanager
def written_whole(path):
    """Open a file for writing that appears only once it is complete.

    Parameters
    ----------
    path : str
        Where the file goes. What is there stays untouched until the end,
        and when anything goes wrong.

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
        handle, aside = tempfile.mkstemp(dir=folder, prefix=_ASIDE)
    try:
        with _named(path):
            with os.fdopen(handle, 'w+b') as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.chmod(aside, 0o666 & ~_UMASK)
            os.replace(aside, path)
            _sync(folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


@contextlib.contextmanager
def _named(path):
    """Give `path` to errors that name no file, or the one aside."""
    try:
        yield
    except OSError as error:
        if error.errno and _ASIDE in (error.filename or _ASIDE):
            raise OSError(error.errno, error.strerror, path) from error
        raise


def _sync(folder):
    """A new name is safe once its folder is, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems know no such
            raise
    finally:
        os.close(handle)


def sweep(folder):
    """Remove what a killed :func:`written_whole` has left in a folder."""
    for name in os.listdir(folder):
        if name.startswith(_ASIDE):
            os.unlink(os.path.join(folder, name))


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

"""Where this program keeps files of its own; imports nothing heavy."""

import os
import tempfile

__all__ = ['cache_folder']


def cache_folder():
    """Folder for compiled code and downloads, made when missing.

    Returns
    -------
    str
        ``$XDG_CACHE_HOME/colorize``, by default ``~/.cache/colorize``, or a
        folder below the system's temporary one when that is not writable.
    """
    base = (os.environ.get('XDG_CACHE_HOME')
            or os.path.join(os.path.expanduser('~'), '.cache'))
    folder = os.path.join(base, 'colorize')
    try:
        os.makedirs(folder, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    folder = os.path.join(tempfile.gettempdir(),
                          f'colorize-{os.getuid()}')
    os.makedirs(folder, mode=0o700, exist_ok=True)
    # Compiled code is loaded from here: it must be nobody else's.
    found = os.lstat(folder)
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        return tempfile.mkdtemp(prefix='colorize-')
    return folder

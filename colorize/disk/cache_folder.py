"""Where this program keeps files of its own; imports nothing heavy."""

import os
import tempfile

from platformdirs import user_cache_dir

from colorize import command

__all__ = ['cache_folder']

#: Folders of others that have been said to be passed over.
_said = set()


def cache_folder():
    """Folder for compiled code and downloads, made when missing.

    Returns
    -------
    str
        ``$XDG_CACHE_HOME/colorize``, by default ``~/.cache/colorize``, or a
        folder below the system's temporary one when that is not writable or
        belongs to another user: compiled code is loaded from it.
    """
    folder = user_cache_dir('colorize', appauthor=False)
    try:
        os.makedirs(folder, exist_ok=True)
        if os.access(folder, os.W_OK) and _is_mine(folder):
            return folder
    except OSError:
        pass
    return _temporary()


def _is_mine(folder):
    """Whether a folder is this user's; says once when it is not."""
    if os.stat(folder).st_uid == os.getuid():
        return True
    if folder not in _said:
        _said.add(folder)
        command.say(f'{folder}: belongs to another user and is not used; '
                    'compiling may take longer')
    return False


def _temporary():
    """A folder below the system's temporary one that nobody else writes."""
    folder = os.path.join(tempfile.gettempdir(),
                          f'colorize-{os.getuid()}')
    os.makedirs(folder, mode=0o700, exist_ok=True)
    found = os.lstat(folder)
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        return tempfile.mkdtemp(prefix='colorize-')
    return folder

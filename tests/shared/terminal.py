"""A process on a terminal of its own, which can be closed."""

import contextlib
import fcntl
import os
import pty
import subprocess
import sys
import termios

from tests.shared import signals

__all__ = ['Terminal']


class Terminal:
    """Runs Python code on a terminal.

    Parameters
    ----------
    code : str
    arguments
        Of the code.

    Attributes
    ----------
    process : subprocess.Popen
        The terminal's session is its.
    """

    def __init__(self, code, *arguments):
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, '-c', code, *arguments], stdin=slave,
            stdout=slave, stderr=slave, start_new_session=True,
            env=dict(os.environ, PYTHONUNBUFFERED=''),
            preexec_fn=_attached)
        os.close(slave)

    def read(self, word):
        """Wait until a word is shown; what is shown until then."""
        shown = b''
        while word.encode() not in shown:
            shown += os.read(self._master, 4096)
        return shown.decode()

    def close(self):
        """What closing a window does."""
        with contextlib.suppress(OSError):
            os.close(self._master)


def _attached():
    signals.noticed()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)

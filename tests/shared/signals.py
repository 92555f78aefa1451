"""Signals of processes that tests start."""

import signal

__all__ = ['noticed']


def noticed():
    """For `preexec_fn`: ignore none, though the tests' own process may.

    As one does that a script has started with ``&`` or ``nohup``.
    """
    for each in signal.SIGINT, signal.SIGHUP, signal.SIGTERM:
        signal.signal(each, signal.SIG_DFL)

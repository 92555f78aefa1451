"""Ctrl-C, SIGTERM and a closed terminal let the minibatch finish; a second
one does not."""

import contextlib
import ctypes
import platform
import signal
import sys
import threading

from colorize import command

__all__ = ['Interrupted', 'noticed']


class Interrupted(RuntimeError):
    """A run was stopped from outside; says how to go on."""

    #: Exit status of a command.
    status = 130


@contextlib.contextmanager
def noticed():
    """Note interrupts in place of ending the program.

    Yields
    ------
    callable
        Tells whether there was one; what is ignored, as by nohup, stays so.
        The second interrupt ends at once.
    """
    seen = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False  # signals reach the main thread only
        return
    signals = [each for each in command.SIGNALS
               if signal.getsignal(each) is not signal.SIG_IGN]
    before = [signal.getsignal(number) for number in signals]

    def note(number, frame):
        seen.append(number)
        for each, handler in zip(signals, before):
            signal.signal(each, handler)
        command.hear_once(number)

    for number in signals:
        signal.signal(number, note)
        if number != signal.SIGHUP:
            _end_at_second(number)
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in zip(signals, before):
            signal.signal(number, handler)


def _end_at_second(number):
    """Let a signal end the process if it comes again before it is noted.

    Python notes a signal between its own steps, and a minibatch in C is
    one long step. What a signal finds half written is only ever a file
    aside, see :func:`colorize.disk.whole.written_whole`.
    """
    if sys.platform != 'linux' or platform.machine() != 'x86_64':
        return
    libc, action = ctypes.CDLL(None), (ctypes.c_char * 152)()
    # struct sigaction: handler (8 bytes), mask (128), flags, restorer.
    flags = ctypes.c_int.from_buffer(action, 136)
    if libc.sigaction(int(number), None, action) == 0:
        flags.value |= ctypes.c_int(0x80000000).value  # SA_RESETHAND
        libc.sigaction(int(number), action, None)

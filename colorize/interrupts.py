"""Ctrl-C and SIGTERM let the minibatch finish; a second one does not."""

import contextlib
import signal
import threading

__all__ = ['Interrupted', 'noticed', 'stop_if']


class Interrupted(RuntimeError):
    """A run was stopped from outside; says how to go on."""


@contextlib.contextmanager
def noticed():
    """Note interrupts in place of ending the program.

    Yields
    ------
    callable
        Tells whether there was one. The second interrupt ends at once.
    """
    seen = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False  # signals reach the main thread only
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in signals]

    def note(number, frame):
        seen.append(number)
        for each, handler in zip(signals, before):
            signal.signal(each, handler)

    for number in signals:
        signal.signal(number, note)
    try:
        yield lambda: bool(seen)
    finally:
        for number, handler in zip(signals, before):
            signal.signal(number, handler)


def stop_if(interrupted, folder):
    """Raise :class:`Interrupted` naming the run's folder."""
    if interrupted:
        raise Interrupted('{}: interrupted and saved; the same command goes '
                          'on from here'.format(folder))

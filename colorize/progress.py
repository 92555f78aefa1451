"""Progress of long work: a bar on a terminal, elsewhere a line at times."""

import contextlib
import sys
import time

from tqdm import tqdm

from colorize import command

__all__ = ['LINE_SECONDS', 'above', 'progress', 'say_above']

#: Without a terminal, a line is written this often.
LINE_SECONDS = 180


@contextlib.contextmanager
def progress(total, title, unit='photo', done=0, leave=True, shown=True):
    """Show how far long work is.

    Parameters
    ----------
    total : int
    title : str
        What is done, in a word or two.
    unit : str
        Of what.
    done : int
        So many were done before.
    leave : bool
        Whether the bar stays on the terminal at the end.
    shown : bool
        False shows nothing, where the work is too short for it.

    Yields
    ------
    callable
        ``advance(count, **numbers)`` after each step: so many more are
        done. The numbers (a loss, say) are shown beside.
    """
    with tqdm(total=total, initial=done, desc=title, unit=unit, leave=leave,
              disable=None if shown else True) as bar:
        lines = _Lines(total, title, unit, done) if bar.disable else None

        def advance(count=1, **numbers):
            if lines:
                if shown:
                    lines.advance(count, numbers)
                return
            if numbers:
                bar.set_postfix(numbers, refresh=False)
            bar.update(count)
        yield advance


def above():
    """A context for lines on stderr: above the bar, if there is one."""
    return tqdm.external_write_mode(sys.stderr)


def say_above(line):
    """A line of :func:`colorize.command.say`, above the bar."""
    with above():
        command.say(line)


class _Lines:
    """What stands in for a bar where stderr is no terminal."""

    def __init__(self, total, title, unit, done):
        self._total, self._title, self._unit = total, title, unit
        self._done = self._before = done
        self._began = self._said = time.monotonic()

    def advance(self, count, numbers):
        """Count, and say a line if the last one was long ago."""
        self._done += count
        now = time.monotonic()
        if now - self._said >= LINE_SECONDS:
            self._said = now
            command.say(self._line(now - self._began, numbers))

    def _line(self, seconds, numbers):
        speed = (self._done - self._before) / seconds
        words = [f'{self._title}: {self._done} of {self._total} '
                 f'{self._unit}s']
        words += [f'{name} {value:.4g}' for name, value in numbers.items()]
        words += [f'{speed:.3g} {self._unit}s/s']
        if speed:
            words += [f'{_duration((self._total - self._done) / speed)} left']
        return ', '.join(words)


def _duration(seconds):
    """Seconds as one would say them: 40 s, 12 min, 3 h 5 min."""
    if seconds < 90:
        return f'{seconds:.0f} s'
    minutes = round(seconds / 60)
    if minutes < 90:
        return f'{minutes} min'
    return f'{minutes // 60} h {minutes % 60} min'

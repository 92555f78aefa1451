"""What the page's server takes, and how it says no. Imports nothing heavy."""

import contextlib
import threading

__all__ = ['LARGEST_FILE', 'LARGEST_REQUEST', 'MOST_HINTS', 'MOST_PHOTOS',
           'MOST_PIXELS', 'MOST_WAITING', 'SIZES', 'Gate', 'Refused', 'mib']

#: Bytes of a photo's file, and of a request that brings it.
LARGEST_FILE = 200 << 20
LARGEST_REQUEST = LARGEST_FILE + (1 << 20)

#: Pixels of a photo.
MOST_PIXELS = 100_000_000

#: The longer side of pictures for the eye: in the strip, on the desk until
#: somebody asks for every pixel, and the longest that browsers show at all.
SIZES = {'small': 320, 'shown': 1600, 'whole': 16384}

#: Photos that the server holds at a time.
MOST_PHOTOS = 2000

#: Requests that are worked on or wait for it.
MOST_WAITING = 16

#: Hints for one photo.
MOST_HINTS = 200


class Refused(Exception):
    """A request that is not done.

    Parameters
    ----------
    status : int
        Of HTTP.
    message : str
        For who sits in front of the page.
    """

    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class Gate:
    """Lets so many in at a time; who comes then is turned away at once."""

    def __init__(self, most=MOST_WAITING):
        self._most, self._inside = most, 0
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def passed(self):
        """A place among those that are worked for, for a ``with`` block.

        Raises
        ------
        Refused
            When it is full.
        """
        with self._lock:
            if self._inside >= self._most:
                raise Refused(503, f'{self._most} photos are waiting '
                                   'already; try again in a moment')
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1


def mib(count):
    """Bytes as a number of MiB in words."""
    return f'{count / (1 << 20):.0f} MiB'

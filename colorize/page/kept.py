"""What is worth keeping in memory, as far as there is room."""

import threading
from collections import OrderedDict

__all__ = ['Kept']


class Kept:
    """The things used last, up to a size of all together.

    Parameters
    ----------
    room : number
        Of all things kept. What is larger than half of it is not kept.
    """

    def __init__(self, room):
        self._room, self._things, self._taken = room, OrderedDict(), 0
        self._lock = threading.Lock()

    def get(self, key, make, size):
        """A thing that is kept, or made now.

        Parameters
        ----------
        key : hashable
        make : callable
            Takes nothing.
        size : callable
            Takes the thing.
        """
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key][0]
        thing = make()  # two threads may do so: no harm but the time
        self._put(key, thing, size(thing))
        return thing

    def _put(self, key, thing, size):
        with self._lock:
            if key in self._things or size > self._room / 2:
                return
            self._things[key] = thing, size
            self._taken += size
            while self._taken > self._room:
                _, (_, freed) = self._things.popitem(last=False)
                self._taken -= freed

    def forget(self, key):
        """Let go of a thing, if it is kept."""
        with self._lock:
            _, size = self._things.pop(key, (None, 0))
            self._taken -= size

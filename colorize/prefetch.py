"""Work done ahead on a thread of its own."""

import queue
import threading

__all__ = ['prefetch']


def prefetch(items, depth=4):
    """Compute `items` on a thread of their own, `depth` of them ahead.

    An error of the thread is raised where the items are used. The thread
    ends with the items, or when nobody wants them any more.
    """
    ready, stop = queue.Queue(depth), threading.Event()
    thread = threading.Thread(target=_produce, args=(items, ready, stop),
                              daemon=True)
    thread.start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is _END:
                return
            yield item
            del item  # who waits for the next one shall not keep it
    finally:
        stop.set()
        _empty(ready)
        thread.join()


_END = object()


def _produce(items, ready, stop):
    try:
        for item in items:
            ready.put((item, None))
            del item
            if stop.is_set():
                return
        ready.put((_END, None))
    except Exception as error:
        ready.put((None, error))


def _empty(ready):
    """Make room, so that a thread waiting to put sees it should stop."""
    while True:
        try:
            ready.get_nowait()
        except queue.Empty:
            return

"""Minibatches: photos read and prepared on a background thread."""

import queue
import threading
from collections import namedtuple

import numpy as np

from colorize import color, systems
from models.vgg16 import IMAGENET_MEAN_BGR

__all__ = ['Batch', 'augment', 'join', 'minibatches', 'network_input',
           'prefetch', 'prepare', 'shuffled']

_MEAN = np.array(IMAGENET_MEAN_BGR, 'float32').reshape(3, 1, 1)

#: inputs: (batch, 3, row, column). targets: (batch, 2, row, column).
#: lightness: (batch, row, column). chroma: (batch, row, column, 2).
Batch = namedtuple('Batch', 'inputs targets lightness chroma')


def network_input(lightness, space='luv'):
    """What the networks see: the grayscale photo three times (Section 4).

    Parameters
    ----------
    lightness : float array, (row, column)
    space : {'luv', 'hsv'}

    Returns
    -------
    float32 array, (3, row, column)
        0 to 255, less the ImageNet mean of blue, green and red.
    """
    return color.to_gray(lightness, space)[None] - _MEAN


def prepare(rgb, settings):
    """Make a photo into a minibatch of one.

    Parameters
    ----------
    rgb : uint8 array, (row, column, 3)
    settings : dict
        Of the network.

    Returns
    -------
    Batch
    """
    space = settings['color_space']
    lightness, chroma = color.split(rgb, space)
    clipped, _ = color.clip_chroma(chroma, space)
    return Batch(network_input(lightness, space)[None],
                 systems.encode(clipped, settings)[None],
                 lightness[None], chroma[None])


def join(batches):
    """Make one minibatch of several, in their order."""
    return Batch(*(np.concatenate(arrays) for arrays in zip(*batches)))


def augment(rgb, crop, flip, rng):
    """Cut a random square out of a photo and mirror every other one.

    Parameters
    ----------
    rgb : array, (row, column, 3)
    crop : int or None
        Side of the square; None keeps the whole photo.
    flip : bool
    rng : numpy.random.RandomState

    Returns
    -------
    array, (`crop`, `crop`, 3)
    """
    if crop:
        top = rng.randint(rgb.shape[0] - crop + 1)
        left = rng.randint(rgb.shape[1] - crop + 1)
        rgb = rgb[top:top + crop, left:left + crop]
    return rgb[:, ::-1] if flip and rng.randint(2) else rgb


def shuffled(count, seed, epoch):
    """The order of an epoch: it depends on nothing but these numbers."""
    return np.random.RandomState([seed, epoch]).permutation(count)


def minibatches(load, order, batch_size):
    """Read minibatches ahead of the arithmetic; the last may be short.

    Parameters
    ----------
    load : callable
        Makes a :class:`Batch` of one photo from its number.
    order : sequence of int
        The photos' numbers.
    batch_size : int

    Yields
    ------
    Batch
    """
    chunks = [order[start:start + batch_size]
              for start in range(0, len(order), batch_size)]
    return prefetch(join([load(number) for number in chunk])
                    for chunk in chunks)


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
    finally:
        stop.set()
        _empty(ready)
        thread.join()


_END = object()


def _produce(items, ready, stop):
    try:
        for item in items:
            ready.put((item, None))
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

"""Minibatches: photos read and prepared on a background thread."""

from collections import namedtuple

import numpy as np
from PIL import Image

from colorize import color
from colorize.photos import images
from colorize.prefetch import prefetch
from colorize.systems.arrays import encode, network_input

__all__ = ['Batch', 'augment', 'augmenting_loader', 'join', 'minibatches',
           'prepare', 'shuffled']

#: Side of the smallest square that a photo is shown by; no photo is smaller.
_LEAST = 8

#: inputs: (batch, 3, row, column). targets: (batch, 2, row, column).
#: lightness: (batch, row, column). chroma: (batch, row, column, 2).
Batch = namedtuple('Batch', 'inputs targets lightness chroma')


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
                 encode(clipped, settings)[None],
                 lightness[None], chroma[None])


def join(batches):
    """Put several minibatches together as one, in their order."""
    return Batch(*(np.concatenate(arrays) for arrays in zip(*batches)))


def augment(rgb, crop, flip, rng, scale=1.0):
    """Cut a random square out of a photo and mirror every other one.

    Parameters
    ----------
    rgb : array, (row, column, 3)
    crop : int or None
        Side of the square; None keeps the whole photo.
    flip : bool
    rng : numpy.random.RandomState
    scale : float
        Below 1, the square is of a random size, from this share of the
        photo's side to all of it, but of 8 pixels at least, and is scaled
        to `crop`, or to the size of the photo.

    Returns
    -------
    array, (`crop`, `crop`, 3)
    """
    if scale < 1:
        rgb = _scaled(rgb, crop or len(rgb), scale, rng)
    elif crop:
        top = rng.randint(rgb.shape[0] - crop + 1)
        left = rng.randint(rgb.shape[1] - crop + 1)
        rgb = rgb[top:top + crop, left:left + crop]
    return rgb[:, ::-1] if flip and rng.randint(2) else rgb


def _scaled(rgb, side, scale, rng):
    """A random square of a random size, scaled to `side` x `side`."""
    window = max(_LEAST, int(round(len(rgb) * rng.uniform(scale, 1))))
    top, left = (rng.randint(length - window + 1) for length in rgb.shape[:2])
    image = Image.fromarray(rgb[top:top + window, left:left + window])
    return np.asarray(image.resize((side, side), Image.BICUBIC))


def augmenting_loader(paths, network_settings, settings, epoch):
    """Function that makes a training photo from its number.

    Parameters
    ----------
    paths : sequence of str
    network_settings, settings : dict
        Of the network, of the training.
    epoch : int
        Crops and flips depend on the seed, this and the photo's number
        only, so that a run that goes on sees the same.

    Returns
    -------
    callable
        For :func:`minibatches`.
    """
    def load(number):
        rng = np.random.RandomState([settings['seed'], epoch, number])
        rgb = images.load_square(paths[number], settings['side'])
        rgb = augment(rgb, settings['crop'], settings['flip'], rng,
                      settings['scale'])
        return prepare(rgb, network_settings)
    return load


def shuffled(count, seed, epoch):
    """The order of an epoch: it depends on nothing but these numbers."""
    return np.random.RandomState([seed, epoch]).permutation(count)


def minibatches(load, order, batch_size, share=None):
    """Read minibatches ahead of the arithmetic; the last may be short.

    Parameters
    ----------
    load : callable
        Makes a :class:`Batch` of one photo from its number.
    order : sequence of int
        The photos' numbers.
    batch_size : int
    share : callable, optional
        Takes a part out of the photos of a minibatch.

    Yields
    ------
    Batch
    """
    chunks = [order[start:start + batch_size]
              for start in range(0, len(order), batch_size)]
    return prefetch(join([load(number) for number in chunk]) for chunk
                    in (map(share, chunks) if share else chunks))

"""How good a network is on photos that it was not trained on."""

import numpy as np

from colorize.color import metrics
from colorize.photos import images
from colorize.progress import progress
from colorize.training import batches

__all__ = ['evaluate']


def evaluate(network, validate, paths, side=224, batch_size=6,
             bar='validate'):
    """Loss and metrics of a network on photos, every one of them.

    Parameters
    ----------
    network : systems.Network
    validate : callable
        See :func:`colorize.training.functions.compile_functions`.
    paths : sequence of str
    side : int
        Photos are scaled to `side` x `side`.
    batch_size : int
    bar : str
        What the progress bar says.

    Returns
    -------
    loss : float
        Mean over photos.
    scores : list of dict
        One per photo, see :func:`colorize.color.metrics.score`.
    """
    total, scores = 0.0, []
    steps = batches.minibatches(
        lambda number: batches.prepare(
            images.load_square(paths[number], side), network.settings),
        range(len(paths)), batch_size)
    with progress(len(paths), bar, leave=False) as advance:
        for batch in steps:
            loss, found = validate(batch.inputs, batch.targets)
            total += float(loss) * len(found)
            scores += _scores(batch, found, network.settings['color_space'])
            advance(len(found))
    return total / len(paths), scores


def _scores(batch, found, space):
    return [metrics.score(lightness, np.moveaxis(predicted, 0, -1), chroma,
                          space)
            for predicted, lightness, chroma in zip(found, batch.lightness,
                                                    batch.chroma)]

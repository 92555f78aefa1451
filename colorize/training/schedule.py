"""The step size of every update (Section 5.2), from numbers alone.

It depends on how far the run is and on nothing else, so that a run that was
stopped goes on with the same.
"""

import math

__all__ = ['WARM_UP', 'learning_rate']

#: Share of all updates in which the cosine schedule goes up to the rate.
WARM_UP = 0.02


def learning_rate(settings, epoch, position, photos, epochs):
    """The step size of the next update.

    Parameters
    ----------
    settings : dict
        Of the training.
    epoch, position : int
        Epochs that have ended, photos done in the one that has not.
    photos, epochs : int
        In an epoch, and of the whole run.

    Returns
    -------
    float
        Of the decay schedule the rate times its factor for each epoch. Of
        the cosine schedule a line up to the rate, then half a cosine down
        towards 0 (Loshchilov and Hutter, 2017: SGDR, without restarts).
    """
    rate = settings['learning_rate']
    if settings['schedule'] == 'decay':
        return rate * settings['learning_rate_decay'] ** epoch
    size = settings['batch_size']
    each = math.ceil(photos / size)
    update, updates = epoch * each + position // size, epochs * each
    rising = max(1, round(WARM_UP * updates))
    if update < rising:
        return rate * (update + 1) / rising
    return rate * (1 + math.cos(math.pi * (update - rising)
                                / (updates - rising))) / 2

"""Means of bins by lightness for weights that are older than these."""

import numpy as np

__all__ = ['of_run']


def of_run(run, count=None, seed=0):
    """Level means of photos that a training learnt from.

    A training saves them in its weights by itself, see
    :mod:`colorize.color.level_means`.

    Parameters
    ----------
    run : str
        Its folder.
    count : int, optional
        Photos, drawn by the seed; without, all.
    seed : int

    Returns
    -------
    float32 array, (11, 2, 50)

    Raises
    ------
    ValueError
        When none of them can be read.
    """
    from colorize.settings import check_network, check_training
    from colorize.training import run_folder
    from colorize.training.survey import survey
    found = run_folder.read_description(run)
    drawn = np.random.RandomState(seed).permutation(len(found['learn']))
    surveyed = survey(
        [found['learn'][number] for number in drawn[:count]],
        check_network({}), check_training(dict(
            found['training'], holdout=0, keep_gray=True)))
    if not surveyed['learn']:
        raise ValueError(f'{run}: no photo that it learnt from can be read')
    return np.array(surveyed['level_means'], 'float32')

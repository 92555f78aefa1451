"""What the photos of a new run are like: looked at once, before it begins."""

import os
import sys

import numpy as np
from tqdm import tqdm

from colorize import color, command
from colorize.color import bins
from colorize.photos import images
from colorize.prefetch import prefetch

__all__ = ['survey']


def survey(paths, space, settings):
    """Split the photos, pass over unreadable ones, count the bins.

    Parameters
    ----------
    paths : sequence of str
    space : str
        Name of the colour space.
    settings : dict
        Of the training.

    Returns
    -------
    dict
        'learn' and 'hold' (paths), and of the photos to learn from
        'clipped', 'bin_counts' and 'bin_means', as ``run.json`` keeps them.
    """
    rng = np.random.RandomState(settings['seed'])
    order = rng.permutation(len(paths))
    held = set(order[:int(round(len(paths) * settings['holdout']))].tolist())
    totals = np.zeros((2, 2, bins.NUM_BINS))
    clipped, split = np.zeros(2), {'learn': [], 'hold': []}
    for number, chroma in _read(paths, settings['side'], space):
        split['hold' if number in held else 'learn'].append(
            os.path.abspath(paths[number]))
        if number not in held:
            chroma, outside = color.clip_chroma(chroma, space)
            clipped += outside
            totals += bins.bin_totals(chroma, space)
    share = clipped / np.maximum(totals[0].sum(axis=1), 1)
    return dict(split, clipped=share.tolist(),
                bin_counts=totals[0].tolist(),
                bin_means=bins.bin_means(*totals, space).tolist())


def _read(paths, side, space):
    """Number and chroma of each readable photo, with a progress bar."""
    def load():
        for number, path in enumerate(paths):
            try:
                rgb = images.load_square(path, side)
            except images.ImageError as error:
                yield number, error
            else:
                yield number, color.split(rgb, space)[1]
    for number, found in tqdm(prefetch(load()), total=len(paths),
                              desc='read', unit='photo', leave=False,
                              disable=None):
        if isinstance(found, Exception):
            with tqdm.external_write_mode(sys.stderr):
                command.say(f'passed over {found}')
        else:
            yield number, found

"""What the photos of a new run are like: looked at once, before it begins."""

import os

import numpy as np

from colorize import color, command
from colorize.color import bins, level_means, tones
from colorize.disk.digest import digest
from colorize.photos import cached, images
from colorize.photos.find import each_once
from colorize.prefetch import prefetch
from colorize.progress import progress, say_above
from colorize.systems.decodings import averages

__all__ = ['given', 'survey']


def survey(paths, network_settings, settings):
    """Split the photos, leave out what cannot teach colours, count the bins.

    Photos that cannot be read are passed over; those in one tone, too,
    unless 'keep_gray' is set. One that is named twice counts once.

    Parameters
    ----------
    paths : sequence of str
    network_settings, settings : dict
        Of the network and of the training.

    Returns
    -------
    dict
        'learn' and 'hold' (paths), 'gray' (how many were left out as such),
        'given' (see :func:`given`), and of the photos to learn from
        'clipped', 'bin_counts', 'bin_means' and, for a network that has
        them, 'level_means', as ``run.json`` keeps them.
    """
    paths = each_once(paths)
    space = network_settings['color_space']
    rng = np.random.RandomState(settings['seed'])
    order = rng.permutation(len(paths))
    held = set(order[:int(round(len(paths) * settings['holdout']))].tolist())
    totals = np.zeros((2, 2, bins.NUM_BINS))
    levels = np.zeros((2, level_means.LEVELS, 2, bins.NUM_BINS))
    clipped, split, gray = np.zeros(2), {'learn': [], 'hold': []}, 0
    for number, toned, lightness, chroma in _read(paths, settings['side'],
                                                  space):
        if toned and not settings['keep_gray']:
            gray += 1
            continue
        split['hold' if number in held else 'learn'].append(
            os.path.abspath(paths[number]))
        if number not in held:
            chroma, outside = color.clip_chroma(chroma, space)
            clipped += outside
            totals += bins.bin_totals(chroma, space)
            if averages(network_settings):
                levels += level_means.level_totals(lightness, chroma)
    if gray:
        command.say(f'{gray} of {len(paths)} photos left out: grey or in one '
                    'tone (--keep-gray takes them, too)')
    share = clipped / np.maximum(totals[0].sum(axis=1), 1)
    found = dict(split, gray=gray, given=_told_by(paths),
                 clipped=share.tolist(), bin_counts=totals[0].tolist(),
                 bin_means=bins.bin_means(*totals, space).tolist())
    if averages(network_settings):
        found['level_means'] = level_means.level_means(
            *levels).round(4).tolist()
    return found


def given(paths):
    """What tells photos from others that a run might be given.

    Parameters
    ----------
    paths : sequence of str

    Returns
    -------
    dict
        'names', a digest of all paths, and the digests of 'caches', see
        :func:`colorize.photos.cached.digests`.
    """
    return _told_by(each_once(paths))


def _told_by(paths):
    return {'names': digest(sorted(map(os.path.abspath, paths))),
            'caches': cached.digests(paths)}


def _read(paths, side, space):
    """Number, tone, lightness and chroma of each readable photo."""
    def load():
        for number, path in enumerate(paths):
            try:
                rgb = images.load_square(path, side)
            except images.ImageError as error:
                yield number, error, None, None
            else:
                yield (number, tones.is_in_one_tone(*color.split(rgb)),
                       *color.split(rgb, space))
    with progress(len(paths), 'read', leave=False) as advance:
        for number, found, *planes in prefetch(load()):
            advance()
            if isinstance(found, Exception):
                say_above(f'passed over {found}')
            else:
                yield (number, found, *planes)

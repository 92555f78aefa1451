"""A run's folder: its photos, settings, log, weights and checkpoint."""

import json
import os
import sys
from collections import namedtuple

import numpy as np
from tqdm import tqdm

from colorize import batches, bins, color, images, params
from colorize.files import written_whole

__all__ = ['Run', 'TrainingError', 'last_record', 'log', 'open_run',
           'resume', 'save']


class TrainingError(RuntimeError):
    """Training cannot start or go on; says why and what is kept."""


#: learn, hold: paths. means: per-bin means of `learn`. clipped: share of
#: its pixels outside the range of each channel. settings: of the training.
Run = namedtuple('Run', 'folder settings network learn hold means clipped '
                 'weights checkpoint logfile')


def open_run(folder, paths, network, settings):
    """Make a run's folder, or open it with the settings it was made with.

    Parameters
    ----------
    folder : str
    paths : sequence of str
        Photos. An existing run keeps those that it has begun with.
    network, settings : dict
        Complete settings.

    Returns
    -------
    Run

    Raises
    ------
    TrainingError
        When the folder holds a run with other settings.
    """
    os.makedirs(folder, exist_ok=True)
    described = os.path.join(folder, 'run.json')
    asked = {'network': network, 'training': settings}
    if not os.path.exists(described):
        found = dict(asked, **_survey(paths, network, settings))
        with written_whole(described) as file:
            file.write(json.dumps(found, indent=1).encode())
    with open(described) as file:
        found = json.load(file)
    _refuse_changes(folder, asked, found)
    return Run(folder, settings, network, found['learn'], found['hold'],
               np.array(found['bin_means'], 'float32'), found['clipped'],
               *(os.path.join(folder, name) for name in
                 ('weights.npz', 'checkpoint.npz', 'log.jsonl')))


def _refuse_changes(folder, asked, found):
    for group, settings in asked.items():
        for name, value in settings.items():
            if found[group].get(name) != value:
                raise TrainingError(
                    '{}: the run was started with {} = {!r}, not {!r}; take '
                    'another folder or the same setting'.format(
                        folder, name, found[group].get(name), value))


def _survey(paths, network, settings):
    """Split the photos, pass over unreadable ones, count the bins."""
    rng = np.random.RandomState(settings['seed'])
    order = rng.permutation(len(paths))
    held = set(order[:int(round(len(paths) * settings['holdout']))].tolist())
    space, totals = network['color_space'], np.zeros((2, 2, bins.NUM_BINS))
    clipped, split = np.zeros(2), {'learn': [], 'hold': []}
    for number, chroma in _read(paths, settings['side'], space):
        split['hold' if number in held else 'learn'].append(
            os.path.abspath(paths[number]))
        if number not in held:
            chroma, outside = color.clip_chroma(chroma, space)
            clipped += outside
            totals += bins.bin_totals(chroma, space)
    if not split['learn']:
        raise TrainingError('no readable photo to train on')
    return dict(split, clipped=list(clipped / totals[0].sum(axis=1)),
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
    for number, found in tqdm(batches.prefetch(load()), total=len(paths),
                              desc='read', unit='photo', leave=False,
                              disable=None):
        if isinstance(found, Exception):
            tqdm.write('passed over {}'.format(found), file=sys.stderr)
        else:
            yield number, found


def log(run, record):
    """Append a line to ``log.jsonl``, in one write."""
    with open(run.logfile, 'a') as file:
        file.write(json.dumps(record) + '\n')


def last_record(run):
    """The last line of ``log.jsonl`` as a dict."""
    with open(run.logfile) as file:
        return json.loads(file.readlines()[-1])


def save(run, state, progress):
    """Write a checkpoint, whole or not at all.

    Parameters
    ----------
    run : Run
    state : dict
        Theano shared variables by name.
    progress : dict
        JSON types: how far the run is.
    """
    params.write(run.checkpoint, {name: shared.get_value(borrow=True)
                                  for name, shared in state.items()},
                 progress)


def resume(run, state):
    """Go back to the checkpoint, if there is one.

    Returns
    -------
    dict
        The progress: 'epoch', 'position' (photos done in it), 'loss' (sum
        over them), 'seconds', 'best' (validation loss).
    """
    if not os.path.exists(run.checkpoint):
        return {'epoch': 0, 'position': 0, 'loss': 0.0, 'seconds': 0.0,
                'best': None}
    arrays, progress = params.read(run.checkpoint)
    params.set_params(state, arrays, run.checkpoint)
    _trim_log(run, progress['epoch'])
    return progress


def _trim_log(run, epochs):
    """Drop lines of epochs that a kill has undone."""
    if not os.path.exists(run.logfile):
        return
    with open(run.logfile) as file:
        kept = file.readlines()[:epochs]
    with written_whole(run.logfile) as file:
        file.write(''.join(kept).encode())

"""A run's folder: its photos, settings, log, weights and checkpoint."""

import contextlib
import fcntl
import json
import os
import sys
from collections import namedtuple

import numpy as np
from tqdm import tqdm

from colorize import color, command
from colorize.color import bins
from colorize.photos import images
from colorize.prefetch import prefetch
from colorize.systems import networks, params
from colorize.disk.whole import sweep, written_whole
from colorize.settings import check_training

__all__ = ['Run', 'TrainingError', 'last_record', 'locked', 'log',
           'open_run', 'resume', 'save']


class TrainingError(RuntimeError):
    """Training cannot start or go on; says why and what is kept."""


#: learn, hold: paths. means: per-bin means of `learn`. clipped: share of
#: its pixels outside the range of each channel. settings: of the training.
#: counts: its pixels in each bin, none in a run older than they are.
Run = namedtuple('Run', 'folder settings network learn hold means clipped '
                 'counts weights checkpoint logfile')


@contextlib.contextmanager
def locked(folder):
    """Have a run's folder to oneself, made when missing.

    Raises
    ------
    TrainingError
        When another process is training into it.
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, '.lock'), 'w') as file:
        try:
            # The kernel drops it with the process, however that ends.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TrainingError(f'{folder}: another process is training into '
                                'this folder') from None
        sweep(folder)
        yield


def open_run(folder, paths, network, settings):
    """Describe a run in its folder, or open it with the same settings.

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
        When the folder holds a run with other settings or photos.
    """
    described = os.path.join(folder, 'run.json')
    asked = {'network': network, 'training': settings}
    if not os.path.exists(described):
        found = dict(asked, **_survey(paths, network, settings))
        with written_whole(described) as file:
            file.write(json.dumps(found, indent=1).encode())
    try:
        with open(described) as file:
            found = json.load(file)
        _refuse_changes(folder, asked, found)
        _refuse_others(folder, paths, found)
        return Run(folder, settings, network, found['learn'], found['hold'],
                   _means(found), found['clipped'],
                   found.get('bin_counts'),
                   *(os.path.join(folder, name) for name in
                     ('weights.npz', 'checkpoint.npz', 'log.jsonl')))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TrainingError(f'{described}: torn or altered; it says what the '
                            'run is of') from error


def _means(found):
    return np.array(found['bin_means'], 'float32').reshape(2, bins.NUM_BINS)


def _refuse_changes(folder, asked, found):
    # A run that is older than a setting was made with its default.
    known = {'network': networks.complete(found['network']),
             'training': check_training(found['training'])}
    for group, settings in asked.items():
        for name, value in settings.items():
            if known[group][name] != value:
                raise TrainingError(
                    f'{folder}: the run was started with {name} = '
                    f'{known[group][name]!r}, not {value!r}; take another '
                    'folder or the same setting')


def _refuse_others(folder, paths, found):
    known = set(found['learn'] + found['hold'])
    if known.isdisjoint(map(os.path.abspath, paths)):
        raise TrainingError(f'{folder}: the run was started with other '
                            'photos; take another folder')


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


def log(run, record):
    """Append a line to ``log.jsonl``, in one write."""
    with open(run.logfile, 'a') as file:
        file.write(f"{json.dumps(record)}\n")
        file.flush()
        os.fsync(file.fileno())


def last_record(run):
    """The last line of ``log.jsonl`` as a dict."""
    with open(run.logfile) as file:
        return json.loads(file.readlines()[-1])


def save(run, state, progress):
    """Write a checkpoint, whole or not at all, and keep the one before.

    It holds no random state: order and augmentation of the photos depend
    on the seed, the epoch and the photo's number only, and the networks
    draw nothing after their initial parameters.

    Parameters
    ----------
    run : Run
    state : dict
        Theano shared variables by name.
    progress : dict
        JSON types: how far the run is.
    """
    new = _aside(run, 'new')
    params.write(new, {name: shared.get_value(borrow=True)
                       for name, shared in state.items()},
                 {'progress': progress, 'network': run.network,
                  'training': run.settings})
    with contextlib.suppress(FileNotFoundError):
        os.replace(run.checkpoint, _aside(run, 'before'))
    # A kill right here is why resume() looks for the one before, too.
    os.replace(new, run.checkpoint)


def _aside(run, word):
    """Path beside the checkpoint: checkpoint-new.npz."""
    return run.checkpoint.replace('.npz', f'-{word}.npz')


def resume(run, state):
    """Go back to the last good checkpoint, if there is one.

    Returns
    -------
    dict
        The progress: 'epoch', 'position' (photos done in it), 'loss' (sum
        over them), 'seconds', 'best' (validation loss), 'worse' (epochs
        since then).

    Raises
    ------
    TrainingError
        When there are checkpoints and all of them are damaged, or the one
        there is of other settings.
    """
    progress, damaged = None, []
    for path in (run.checkpoint, _aside(run, 'before')):
        if not progress and os.path.exists(path):
            try:
                progress = _restore(run, path, state)
            except params.DamagedError as error:
                damaged.append((path, error))
    if damaged and not progress:
        raise TrainingError(f'{damaged[0][1]}; no other is left, take another '
                            'folder to start anew')
    for path, error in damaged:
        # Moved, so that the next save does not keep it as a good one.
        os.replace(path, f"{path}.damaged")
        command.say(f'{error}; kept as {os.path.basename(path)}.damaged, '
                    'going on from the checkpoint before it')
    progress = progress or {'epoch': 0, 'position': 0, 'loss': 0.0,
                            'seconds': 0.0, 'best': None,
                            'worse': 0}
    _trim_log(run, progress['epoch'])
    return progress


def _restore(run, path, state):
    arrays, found = params.read(
        path, lambda _, shapes: params.fit(state, shapes, path))
    if not {'network', 'progress', 'training'} <= set(found):
        raise TrainingError(f'{path}: no checkpoint of this version; take '
                            'another folder to start anew')
    _refuse_changes(path, {'network': run.network, 'training': run.settings},
                    found)
    params.set_params(state, arrays, path)
    return found['progress']


def _trim_log(run, epochs):
    """Drop lines of epochs that a kill has undone."""
    if not os.path.exists(run.logfile):
        return
    with open(run.logfile) as file:
        kept = file.readlines()[:epochs]
    with written_whole(run.logfile) as file:
        file.write(''.join(kept).encode())

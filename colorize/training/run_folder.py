"""A run's folder: photos and settings (run.json), log.jsonl, and the lock.

Whoever looks at a run reads both files with this module; it needs no
Theano.
"""

import contextlib
import json
import os
from collections import namedtuple

import numpy as np

from colorize.color import bins
from colorize.color.level_means import LEVELS
from colorize.disk.whole import lock, sweep, written_whole
from colorize.photos.cached import CacheError
from colorize.settings import check_network, check_training
from colorize.training.same_photos import (OtherPhotosError, TrainingError,
                                           refuse_others)
from colorize.training.survey import survey

__all__ = ['OtherPhotosError', 'Run', 'TrainingError', 'begun_from',
           'has_checkpoint', 'has_saved', 'locked', 'log', 'open_run',
           'read_description', 'read_log', 'refuse_changes', 'trim_log']


#: Their names, and those of the parts of run.json, are a file format.
_DESCRIPTION, _LOG = 'run.json', 'log.jsonl'

#: train, valid: paths. means: per-bin means of `train`. clipped: share of
#: its pixels outside the range of each channel. settings: of the training.
#: counts: its pixels in each bin, levels: their means by lightness, see
#: colorize.color.level_means; None in a run older than they are.
Run = namedtuple('Run', 'folder settings network_settings train valid means '
                 'clipped counts levels weights checkpoint logfile')


@contextlib.contextmanager
def locked(folder):
    """Have a run's folder to oneself, made when missing.

    Yields
    ------
    bool
        Whether that is sure: some file systems know no locks.

    Raises
    ------
    TrainingError
        When another process is training into it.
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, '.lock'), 'a+') as file:
        # The kernel drops it with the process, however that ends. (The
        # package filelock empties the file before it has the lock, so it
        # could not say who has.)
        alone = lock(file.fileno())
        if alone is False:
            raise TrainingError(
                f'{folder}: another process is training into this folder'
                f'{_holder(file)}')
        file.truncate(0)
        print(os.getpid(), file=file, flush=True)
        sweep(folder)
        yield bool(alone)


def _holder(file):
    """The process that a lock's file names, if it does."""
    file.seek(0)
    number = file.read(20).strip()
    return f' (its id is {number})' if number.isdigit() else ''


def open_run(folder, paths, network_settings, settings, epochs=None,
             alone=False, exactly=False):
    """Describe a run in its folder, or open it with the same settings.

    Parameters
    ----------
    folder : str
    paths : sequence of str
        Photos. An existing run keeps those that it has begun with.
    network_settings, settings : dict
        Complete, see :func:`colorize.settings.check_run`.
    epochs : int, optional
        Of the whole run; a cosine schedule is bound to them.
    alone : bool
        Whether no other process can be training here: then other settings
        take the place of those of a run that has saved nothing yet.
    exactly : bool
        Whether the photos have to be those that an existing run was given,
        and not just some of them.

    Returns
    -------
    Run

    Raises
    ------
    TrainingError
        When the folder holds a run with other settings or photos.
    colorize.photos.cached.CacheError
        When a cache that they lie in cannot be read.
    """
    given = {'network': network_settings, 'training': settings}
    path = os.path.join(folder, _DESCRIPTION)
    if not os.path.exists(path):
        if has_checkpoint(folder):
            raise TrainingError(f'{path}: gone; it says what the checkpoint '
                                'beside it is of. Take another folder')
        _describe(folder, paths, given, epochs)
    try:
        found = _as_begun(folder, paths, given, epochs, exactly)
    except (TrainingError, CacheError):
        if not alone or has_saved(folder):
            raise
        _describe(folder, paths, given, epochs)
        found = read_description(folder)
    try:
        return Run(folder, settings, network_settings, found['learn'],
                   found['hold'], _means(found), found['clipped'],
                   found.get('bin_counts'), _levels(found),
                   *(os.path.join(folder, name) for name in
                     ('weights.npz', 'checkpoint.npz', _LOG)))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _torn(folder) from error


def _describe(folder, paths, given, epochs):
    """Look at the photos and write ``run.json``."""
    surveyed = survey(paths, given['network'], given['training'])
    if not surveyed['learn']:
        raise _none_to_learn(surveyed['hold'], given['training']['holdout'])
    found = dict(given, epochs=epochs, **surveyed)
    with written_whole(os.path.join(folder, _DESCRIPTION)) as file:
        file.write(json.dumps(found, indent=1).encode())


def _none_to_learn(hold, share):
    if hold:
        return TrainingError(f'holdout = {share} holds out all {len(hold)} '
                             'readable photos with colours: none is left to '
                             'train on')
    return TrainingError('no readable photo with colours to train on')


def _as_begun(folder, paths, given, epochs, exactly):
    """What ``run.json`` says, if the run was begun with these settings."""
    found = read_description(folder)
    try:
        refuse_changes(folder, given, found)
        if (given['training']['schedule'] == 'cosine'
                and epochs != found['epochs']):
            raise _changed(folder, 'epochs', found['epochs'], epochs)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _torn(folder) from error
    refuse_others(folder, found, paths, exactly)
    return found


def begun_from(folder, start):
    """What ``run.json`` says of a run with checkpoints.

    Parameters
    ----------
    folder : str
    start : str or None
        The file that it has to have begun from.

    Returns
    -------
    dict or None
        None where there is no such run.
    """
    if not start or not has_checkpoint(folder) or not os.path.exists(
            os.path.join(folder, _DESCRIPTION)):
        return None
    found = read_description(folder)
    return found if found['training'].get('start') == start else None


def has_checkpoint(folder):
    """Whether a run has what it needs to go on, damaged or not."""
    return any(os.path.exists(os.path.join(folder, name)) for name in
               ('checkpoint.npz', 'checkpoint-before.npz'))


def has_saved(folder):
    """Whether a run has left anything to go on from, damaged or not."""
    return os.path.isdir(folder) and any(
        name.startswith(('checkpoint', 'weights', _LOG))
        for name in os.listdir(folder))


def read_description(folder):
    """What ``run.json`` says of a run.

    Parameters
    ----------
    folder : str

    Returns
    -------
    dict
        'network' and 'training' (settings, as dicts), 'learn' and 'hold'
        (paths of the photos it learns from, and validates on), 'given' (see
        :func:`colorize.training.survey.given`; of a run that is older, an
        empty one), and what those photos are like.

    Raises
    ------
    TrainingError
        When the file is torn or altered.
    FileNotFoundError
        When there is none.
    """
    try:
        with open(os.path.join(folder, _DESCRIPTION)) as file:
            found = json.load(file)
        # A run that is older than this is only known by its photos' names.
        found.setdefault('given', {'names': None, 'caches': {}})
        for part, kind in (('network', dict), ('training', dict),
                           ('learn', list), ('hold', list), ('caches', dict)):
            if not isinstance({**found, **found['given']}[part], kind):
                raise TypeError(part)
        ''.join(found['learn'] + found['hold'])  # they are paths
        return found
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _torn(folder) from error


def _torn(folder):
    return TrainingError(f'{os.path.join(folder, _DESCRIPTION)}: torn or '
                         'altered; it says what the run is of')


def _means(found):
    return np.array(found['bin_means'], 'float32').reshape(2, bins.NUM_BINS)


def _levels(found):
    """Means by lightness, None where there are none."""
    if 'level_means' not in found:
        return None
    return np.array(found['level_means'], 'float32').reshape(
        LEVELS, 2, bins.NUM_BINS)


def refuse_changes(place, given, found):
    """Refuse to go on with other settings than a run was begun with.

    Parameters
    ----------
    place : str
        Where `found` was, for the error.
    given, found : dict
        Settings by 'network' and 'training': now, and then.

    Raises
    ------
    TrainingError
    """
    # A run that is older than a setting was made with its default.
    known = {'network': check_network(found['network']),
             'training': check_training(found['training'])}
    # Older runs keep a patience where no photo is held out; it did nothing.
    if not known['training']['holdout']:
        known['training']['patience'] = None
    compared = [(name, known[group][name], value)
                for group, settings in given.items()
                for name, value in settings.items()]
    # Without its start a run asks for another network, too.
    for name, before, now in sorted(compared,
                                    key=lambda each: each[0] != 'start'):
        if before != now:
            raise _changed(place, name, before, now)


def _changed(place, name, known, value):
    return TrainingError(
        f'{place}: the run was started with {name} = {known!r}, not '
        f'{value!r}; take another folder or the same setting')


def log(run, record):
    """Append a line to ``log.jsonl``, in one write."""
    with open(run.logfile, 'a') as file:
        file.write(f"{json.dumps(record)}\n")
        file.flush()
        os.fsync(file.fileno())


def read_log(folder):
    """The lines of ``log.jsonl``, one for each epoch that has ended.

    Parameters
    ----------
    folder : str

    Returns
    -------
    list of dict

    Raises
    ------
    TrainingError
        When the file is torn or altered.
    FileNotFoundError
        When there is none.
    """
    path = os.path.join(folder, _LOG)
    try:
        with open(path) as file:
            return [json.loads(line) for line in file]
    except ValueError as error:
        raise TrainingError(f'{path}: torn or altered') from error


def trim_log(run, epochs):
    """Drop lines of epochs that a kill has undone.

    Parameters
    ----------
    run : Run
    epochs : int
        So many have ended.
    """
    if not os.path.exists(run.logfile):
        return
    with open(run.logfile) as file:
        kept = file.readlines()[:epochs]
    with written_whole(run.logfile) as file:
        file.write(''.join(kept).encode())

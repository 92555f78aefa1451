"""Checkpoints: what a run needs to go on as if it had never stopped."""

import contextlib
import os

from colorize import command
from colorize.systems import params, weights_file
from colorize.systems.weights_file import DamagedError
from colorize.training.run_folder import (TrainingError, refuse_changes,
                                          trim_log)

__all__ = ['resume', 'save']


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
    weights_file.write(new, {name: shared.get_value(borrow=True)
                             for name, shared in state.items()},
                       {'progress': progress,
                        'network': run.network_settings,
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
            except DamagedError as error:
                damaged.append((path, error))
    if damaged and not progress:
        raise TrainingError(f'{damaged[0][1]}; no other is left, take another '
                            'folder to start anew')
    for path, error in damaged:
        # Moved, so that the next save does not keep it as a good one.
        os.replace(path, f'{path}.damaged')
        command.say(f'{error}; kept as {os.path.basename(path)}.damaged, '
                    'going on from the checkpoint before it')
    progress = progress or {'epoch': 0, 'position': 0, 'loss': 0.0,
                            'seconds': 0.0, 'best': None,
                            'worse': 0}
    trim_log(run, progress['epoch'])
    return progress


def _restore(run, path, state):
    params.fit(state, weights_file.headers(path).shapes, path)
    arrays, found = weights_file.read(path)
    if not {'network', 'progress', 'training'} <= set(found):
        raise TrainingError(f'{path}: no checkpoint of this version; take '
                            'another folder to start anew')
    refuse_changes(path, {'network': run.network_settings,
                          'training': run.settings}, found)
    params.set_params(state, arrays, path)
    return found['progress']

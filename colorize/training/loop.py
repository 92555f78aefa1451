"""Training: fit, validate, checkpoint, resume (Section 5.2)."""

import math
import time

from tqdm import tqdm

from colorize import memory
from colorize.backend import lasagne
from colorize.color import bins, metrics
from colorize.photos import images
from colorize.settings import check, check_run
from colorize.systems import params, weights_file
from colorize.training import (batches, checkpoints, functions, initial,
                               interrupts, run_folder, validation)
from colorize.training.run_folder import TrainingError

__all__ = ['SAVE_SECONDS', 'train']

#: A checkpoint is written at the end of an epoch and this often within it.
SAVE_SECONDS = 600


def train(paths, folder, epochs, network_settings=None, **settings):
    """Train a network on photos, or go on where a run was stopped.

    Parameters
    ----------
    paths : sequence of str
        Photos; `holdout` of them, drawn by `seed`, only validate.
    folder : str
        The run's folder. ``log.jsonl`` gets a line per epoch,
        ``weights.npz`` holds the best weights on the held-out photos (the
        newest, without such), ``checkpoint.npz`` what resuming needs.
    epochs : int
        The run stops after that many in all, or by `patience`.
    network_settings : dict
        See :data:`colorize.settings.NETWORKS`.
    settings
        See :data:`colorize.settings.TRAINING`.

    Returns
    -------
    dict
        The last line of ``log.jsonl``.

    Raises
    ------
    SettingError
        When a setting cannot be.
    TrainingError
        When the loss is no number, a photo is gone, or the folder holds a
        run with other settings or one that another process is training.
    interrupts.Interrupted
        When it was stopped from outside.
    """
    check('epochs', epochs, (int,), 'a whole number, 1 or more',
          lambda x: x >= 1)
    network_settings, settings = check_run(network_settings or {}, settings)
    with run_folder.locked(folder):
        run = run_folder.open_run(folder, paths, network_settings, settings)
        return _train(run, epochs)


def _train(run, epochs):
    """All epochs of a run that are still to come."""
    settings = run.settings
    network = initial.build_initial(run.network_settings, settings['vgg16'],
                                    settings['seed'])
    compiled = functions.compile_functions(network, settings, run.counts,
                                           run.means)
    progress = checkpoints.resume(run, compiled.state)
    with interrupts.noticed() as interrupted:
        while progress['epoch'] < epochs and not _is_stale(progress,
                                                           settings):
            compiled.learning_rate.set_value(lasagne.utils.floatX(
                settings['learning_rate']
                * settings['learning_rate_decay'] ** progress['epoch']))
            _train_epoch(run, compiled, progress, interrupted)
            _end_epoch(run, network, compiled, progress, interrupted)
    return run_folder.read_log(run.folder)[-1]


def _is_stale(progress, settings):
    """Whether the validation loss has stopped improving."""
    return progress['worse'] >= (settings['patience'] or math.inf)


def _train_epoch(run, compiled, progress, interrupted):
    """All minibatches of an epoch from ``progress['position']`` on."""
    paths, epoch = run.train, progress['epoch']
    order = batches.shuffled(len(paths), run.settings['seed'], epoch)
    load = batches.augmenting_loader(paths, run.network_settings,
                                     run.settings, epoch)
    steps = batches.minibatches(load, order[progress['position']:],
                                run.settings['batch_size'])
    began = saved = time.time()
    before = progress['seconds']
    with tqdm(total=len(paths), initial=progress['position'], unit='photo',
              desc=f'epoch {epoch + 1}', disable=None) as bar:
        for batch in _complaining(steps, run, compiled, progress):
            _step(run, compiled, batch, progress)
            progress['seconds'] = before + time.time() - began
            bar.set_postfix(loss=progress['loss'] / progress['position'])
            bar.update(len(batch.inputs))
            _stop_if(interrupted(), run, compiled, progress)
            if time.time() - saved > SAVE_SECONDS:
                checkpoints.save(run, compiled.state, progress)
                saved = time.time()


def _stop_if(interrupted, run, compiled, progress):
    """Save and raise when the run was interrupted from outside."""
    if interrupted:
        checkpoints.save(run, compiled.state, progress)
        raise interrupts.Interrupted(
            f'{run.folder}: interrupted and saved; the same command goes on '
            'from here')


def _complaining(steps, run, compiled, progress):
    """The same minibatches; saves before it ends at a photo that is gone."""
    try:
        yield from steps
    except images.ImageError as error:
        checkpoints.save(run, compiled.state, progress)
        raise TrainingError(f'{error}; saved, the same command goes on from '
                            'here once it is back') from error


def _step(run, compiled, batch, progress):
    loss = float(compiled.train(batch.inputs, batch.targets))
    if not math.isfinite(loss):
        raise TrainingError(
            f"{run.folder}: the loss is {loss} in epoch "
            f"{progress['epoch'] + 1} after {progress['position']} photos "
            f"(learning rate {float(compiled.learning_rate.get_value()):g}); "
            "the last checkpoint is intact, start again with a lower learning "
            "rate")
    progress['loss'] += loss * len(batch.inputs)
    progress['position'] += len(batch.inputs)


def _end_epoch(run, network, compiled, progress, interrupted):
    """Validate, log, keep the best weights, write a checkpoint."""
    record = {'epoch': progress['epoch'] + 1,
              'loss': progress['loss'] / progress['position'],
              'photos': progress['position'],
              'seconds': round(progress['seconds'], 2),
              'learning_rate': float(compiled.learning_rate.get_value()),
              'clipped': run.clipped}
    if run.valid:
        def validate(*batch):
            _stop_if(interrupted(), run, compiled, progress)
            return compiled.validate(*batch)
        loss, scores = validation.evaluate(network, validate, run.valid,
                                           run.settings['side'],
                                           run.settings['batch_size'])
        record.update(val_loss=loss)
        record.update((f"val_{name}", value) for name, value
                      in metrics.average(scores).items())
    record.update(peak_memory_mib=round(memory.peak_mib()))
    judged = record.get('val_loss', -record['epoch'])
    better = progress['best'] is None or judged < progress['best']
    progress['worse'] = 0 if better else progress['worse'] + 1
    if better:
        progress['best'] = judged
        _save_weights(run, network)
    progress.update(epoch=progress['epoch'] + 1, position=0, loss=0.0,
                    seconds=0.0)
    run_folder.log(run, record)
    checkpoints.save(run, compiled.state, progress)


def _save_weights(run, network):
    arrays = {name: shared.get_value() for name, shared
              in params.get_params(network.outputs).items()}
    arrays['bin_means'] = run.means
    if run.counts:
        arrays['bin_shares'] = bins.prior(
            run.counts, run.settings['soft_bins'],
            run.settings['rebalancing'])
    weights_file.write(run.weights, arrays, {
        'network': run.network_settings, 'training': run.settings})

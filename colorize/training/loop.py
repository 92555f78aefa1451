"""Training: fit, validate, checkpoint, resume (Section 5.2)."""

import contextlib
import math
import os
import time

import numpy as np

from colorize import memory
from colorize.backend import lasagne
from colorize.color import bins, metrics
from colorize.photos import images
from colorize.progress import progress as shown_progress
from colorize.settings import check, check_run
from colorize.systems import params, weights_file
from colorize.training import (averaging, batches, checkpoints, functions,
                               initial, interrupts, run_folder, together,
                               validation)
from colorize.training.ranks import ALONE, RankError
from colorize.training.schedule import learning_rate
from colorize.training.run_folder import TrainingError

__all__ = ['SAVE_SECONDS', 'train']

#: A checkpoint is written at the end of an epoch and this often within it.
SAVE_SECONDS = 600


def train(paths, folder, epochs, network_settings=None, ranks=ALONE,
          exactly=False, **settings):
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
    ranks : colorize.training.ranks.Alone
        The processes that train together, all of which call this. Only rank
        0 reads and writes the run's folder, and needs the paths.
    exactly : bool
        Whether a run may only go on with all the photos that it was begun
        with, and no others; without, a few of them will do.
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
    epochs = check('epochs', epochs, (int,), 'a whole number, 1 or more',
                   lambda x: x >= 1)
    network_settings, settings = ranks.first(lambda: check_run(
        *initial.settings_of_start(
            network_settings or {}, settings, run_folder.begun_from(
                folder, settings.get('start')))))
    with contextlib.ExitStack() as stack:
        alone = not ranks.rank and stack.enter_context(
            run_folder.locked(folder))
        begun = ranks.first(lambda: _is_begun(folder, network_settings,
                                              settings))
        run = ranks.first(lambda: run_folder.open_run(
            folder, paths, network_settings, settings, epochs, alone,
            exactly))
        return _train(run, epochs, ranks, begun)


def _is_begun(folder, network_settings, settings):
    """Whether a run can go on by itself; else it needs VGG16's file."""
    begun = run_folder.has_checkpoint(folder)
    if settings['vgg16'] and not begun:
        initial.read_vgg16(network_settings, settings['vgg16'])
    return begun


def _train(run, epochs, ranks, begun):
    """All epochs of a run that are still to come."""
    settings = run.settings
    files = [None if begun else settings[name] for name in ('vgg16', 'start')]
    network = initial.build_initial(run.network_settings, files[0],
                                    settings['seed'], files[1])
    compiled = functions.compile_functions(network, settings, run.counts,
                                           run.means, ranks)
    progress = together.resume(run, compiled.state, ranks)
    if progress['epoch']:
        ranks.first(lambda: _refuse_gone(run))
    with interrupts.noticed() as interrupted:
        while progress['epoch'] < epochs and not _is_stale(progress,
                                                           settings):
            _train_epoch(run, compiled, epochs, progress, interrupted)
            together.refuse_differences(run, compiled.state, ranks)
            progress.update(ranks.first(lambda: _end_epoch(
                run, network, compiled, epochs, progress, interrupted)))
    return ranks.first(lambda: _ended(run))


def _ended(run):
    """The last line of the log."""
    _refuse_gone(run)
    return run_folder.read_log(run.folder)[-1]


def _refuse_gone(run):
    """Refuse to lack what epochs that have ended left."""
    for path in (run.weights, run.logfile):
        if not os.path.exists(path) or not os.path.getsize(path):
            raise TrainingError(f'{path}: gone or empty, and the epochs that '
                                'made it have ended; take another folder')


def _is_stale(progress, settings):
    """Whether the validation loss has stopped improving."""
    return progress['worse'] >= (settings['patience'] or math.inf)


def _train_epoch(run, compiled, epochs, progress, interrupted):
    """All minibatches of an epoch from ``progress['position']`` on."""
    ranks = compiled.ranks
    steps = _minibatches(run, progress['epoch'], progress['position'],
                         share=ranks.share)
    began = saved = time.time()
    before = progress['seconds']
    with shown_progress(len(run.train), f"epoch {progress['epoch'] + 1}",
                        done=progress['position'],
                        shown=not ranks.rank) as advance:
        for batch in _complaining(steps, run, compiled, progress):
            compiled.learning_rate.set_value(_rate(
                run, epochs, progress['epoch'], progress['position']))
            count = _step(run, compiled, batch, progress)
            progress['seconds'] = before + time.time() - began
            advance(count, loss=progress['loss'] / progress['position'])
            if ranks.any(interrupted()):
                _save(run, compiled, progress)
                raise _interrupted(run)
            if time.time() - saved > SAVE_SECONDS:
                _save(run, compiled, progress)
                saved = time.time()
    _refuse_no_numbers(run, compiled, progress)


def _rate(run, epochs, epoch, position):
    """The step size of the update that begins with that photo."""
    return lasagne.utils.floatX(learning_rate(
        run.settings, epoch, position, len(run.train), epochs))


def _save(run, compiled, progress):
    _refuse_no_numbers(run, compiled, progress)
    if not compiled.ranks.rank:
        checkpoints.save(run, compiled.state, progress)


def _refuse_no_numbers(run, compiled, progress):
    """The last update may have spoilt the parameters: its loss is of those
    before it."""
    if not all(np.isfinite(shared.get_value(borrow=True)).all()
               for shared in compiled.state.values()):
        raise _diverged(run, 'parameters are no numbers',
                        progress['epoch'] + 1, progress['position'],
                        compiled.learning_rate.get_value())


def _diverged(run, what, epoch, photos, rate):
    kept = ('the last checkpoint is intact; start again in another folder'
            if os.path.exists(run.checkpoint) else
            'nothing was saved yet; start again')
    return TrainingError(
        f'{run.folder}: {what} in epoch {epoch} after {photos} photos '
        f'(learning rate {float(rate):g}); {kept} with a lower learning rate')


def _minibatches(run, epoch, begin=0, end=None, share=None):
    """Minibatches of an epoch, from one place in its order to another."""
    order = batches.shuffled(len(run.train), run.settings['seed'], epoch)
    load = batches.augmenting_loader(run.train, run.network_settings,
                                     run.settings, epoch)
    return batches.minibatches(load, order[begin:end],
                               run.settings['batch_size'], share)


def _interrupted(run):
    return interrupts.Interrupted(f'{run.folder}: interrupted and saved; the '
                                  'same command goes on from here')


def _complaining(steps, run, compiled, progress):
    """The same minibatches; saves before it ends at a photo that is gone."""
    try:
        for batch in steps:
            compiled.ranks.meet()
            yield batch
    except RankError:
        _save(run, compiled, progress)
        raise
    except images.ImageError as error:
        _save(run, compiled, progress)
        raise _gone(error) from error


def _gone(error):
    return TrainingError(f'{error}; saved, the same command goes on from here '
                         'once it is back')


def _step(run, compiled, batch, progress):
    """An update; of how many photos."""
    count = min(run.settings['batch_size'],
                len(run.train) - progress['position'])
    compiled.ranks.weigh(count)
    loss = float(compiled.train(batch.inputs, batch.targets))
    if not math.isfinite(loss):
        raise _diverged(run, f'the loss is {loss}', progress['epoch'] + 1,
                        progress['position'],
                        compiled.learning_rate.get_value())
    progress['loss'] += loss * count
    progress['position'] += count
    return count


def _end_epoch(run, network, compiled, epochs, progress, interrupted):
    """Validate, log, keep the best weights, write a checkpoint.

    Returns
    -------
    dict
        The progress.
    """
    last = (len(run.train) - 1) // run.settings['batch_size']
    record = {'epoch': progress['epoch'] + 1,
              'loss': progress['loss'] / progress['position'],
              'photos': progress['position'],
              'seconds': round(progress['seconds'], 2),
              'learning_rate': float(_rate(
                  run, epochs, progress['epoch'],
                  last * run.settings['batch_size'])),
              'clipped': run.clipped,
              **together.noted(compiled.ranks)}
    steps = _minibatches(run, progress['epoch'], end=(
        averaging.STEPS * run.settings['batch_size']))
    try:
        with averaging.averaged(network, compiled, steps):
            record.update(_validated(run, network, compiled, interrupted),
                          peak_memory_mib=round(memory.peak_mib()))
            _judge(run, network, record, progress)
    except interrupts.Interrupted:
        checkpoints.save(run, compiled.state, progress)
        raise
    except images.ImageError as error:
        checkpoints.save(run, compiled.state, progress)
        raise _gone(error) from error
    progress.update(epoch=progress['epoch'] + 1, position=0, loss=0.0,
                    seconds=0.0)
    run_folder.log(run, record)
    checkpoints.save(run, compiled.state, progress)
    return progress


def _validated(run, network, compiled, interrupted):
    """Loss and metrics on the photos that only validate."""
    if not run.valid:
        return {}

    def validate(*batch):
        if interrupted():
            raise _interrupted(run)
        return compiled.validate(*batch)
    loss, scores = validation.evaluate(network, validate, run.valid,
                                       run.settings['side'],
                                       run.settings['batch_size'])
    return dict({f'val_{name}': value for name, value
                 in metrics.average(scores).items()}, val_loss=loss)


def _judge(run, network, record, progress):
    """Keep the weights if they are the best so far."""
    judged = record.get('val_loss', -record['epoch'])
    if not math.isfinite(judged):
        raise _diverged(run, f'the validation loss is {judged}',
                        record['epoch'], record['photos'],
                        record['learning_rate'])
    better = progress['best'] is None or judged < progress['best']
    progress['worse'] = 0 if better else progress['worse'] + 1
    if better:
        progress['best'] = judged
        _save_weights(run, network)


def _save_weights(run, network):
    arrays = {name: shared.get_value() for name, shared
              in params.get_params(network.outputs).items()}
    arrays['bin_means'] = run.means
    if run.levels is not None:
        arrays['level_means'] = run.levels
    if run.counts:
        arrays['bin_shares'] = bins.prior(
            run.counts, run.settings['soft_bins'],
            run.settings['rebalancing'])
    weights_file.write(run.weights, arrays, {
        'network': run.network_settings, 'training': run.settings})

"""Training: compile, fit, validate, checkpoint, resume (Section 5.2)."""

import json
import math
import time
from collections import namedtuple

import numpy as np
from tqdm import tqdm

from colorize import backend, memory
from colorize.color import bins, metrics
from colorize.photos import images
from colorize.systems import arrays, networks, params
from colorize.training import batches, interrupts, run_folder
from colorize.backend import lasagne, theano
from colorize.training.run_folder import TrainingError
from colorize.settings import SettingError, check, check_training
from models.published import VGG16_LAYERS

__all__ = ['Functions', 'compile_functions', 'evaluate', 'start', 'train']

#: train, validate: Theano functions. learning_rate: shared variable.
#: state: all shared variables that training changes, by name.
Functions = namedtuple('Functions', 'train validate learning_rate state')

#: A checkpoint is written at the end of an epoch and this often within it.
_SAVE_SECONDS = 600


def compile_functions(network, settings, counts=None):
    """Compile the two Theano functions of a run.

    Parameters
    ----------
    network : systems.Network
    settings : dict
        See :data:`colorize.settings.TRAINING`.
    counts : float array, (2, 50), optional
        Training pixels in each bin, for soft bins and rebalancing.

    Returns
    -------
    Functions
        ``train(inputs, targets)`` makes an update and gives the loss,
        ``validate(inputs, targets)`` gives loss and answer with the
        running averages of batch norm.
    """
    name, threshold = settings['loss'], settings['huber_threshold']
    asked = _asked(settings, counts)
    target_var, loss, _ = networks.loss(network, name, threshold, asked)
    rate = theano.shared(lasagne.utils.floatX(settings['learning_rate']),
                         'learning_rate')
    trained = lasagne.layers.get_all_params(network.outputs, trainable=True)
    updates = _updates(loss, trained, rate, settings)
    variables = [network.input_var, target_var]
    train_fn = theano.function(variables, loss, updates=updates)
    target_var, loss, answer = networks.loss(network, name, threshold, asked,
                                             deterministic=True)
    val_fn = theano.function([network.input_var, target_var],
                             [loss, answer])
    return Functions(train_fn, val_fn, rate, _state(network, updates))


def _asked(settings, counts):
    """What training asks for of each bin; None for the bin alone."""
    if not (settings['soft_bins'] or settings['rebalancing']):
        return None
    return bins.asked(counts, settings['soft_bins'], settings['rebalancing'])


def _updates(loss, trained, rate, settings):
    rule = settings['update_rule']
    if rule == 'adam':
        return lasagne.updates.adam(loss, trained, rate,
                                    beta2=settings['beta2'])
    if rule == 'nesterov':
        return lasagne.updates.nesterov_momentum(loss, trained, rate, 0.9)
    return lasagne.updates.sgd(loss, trained, rate)


def _state(network, updates):
    """Parameters by name, then what the update rule remembers."""
    state = dict(params.get_params(network.outputs))
    known = set(state.values())
    memories = [shared for shared in updates if shared not in known]
    for number, shared in enumerate(memories):
        state[f'optimizer.{number}'] = shared
    return state


def evaluate(network, validate, paths, means, side=224, batch_size=6,
             bar='validate'):
    """Loss and metrics of a network on photos, every one of them.

    Parameters
    ----------
    network : systems.Network
    validate : callable
        See :func:`compile_functions`.
    paths : sequence of str
    means : float array, (2, 50)
        Per-bin means.
    side : int
        Photos are scaled to `side` x `side`.
    batch_size : int
    bar : str
        What the progress bar says.

    Returns
    -------
    loss : float
        Mean over photos.
    scores : list of dict
        One per photo, see :func:`colorize.color.metrics.score`.
    """
    total, scores = 0.0, []
    load = _loader(paths, network.settings, side)
    steps = batches.minibatches(load, range(len(paths)), batch_size)
    with tqdm(total=len(paths), desc=bar, unit='photo', leave=False,
              disable=None) as progress:
        for batch in steps:
            loss, answers = validate(batch.inputs, batch.targets)
            total += float(loss) * len(answers)
            scores += _scores(batch, answers, network.settings, means)
            progress.update(len(answers))
    return total / len(paths), scores


def _scores(batch, answers, settings, means):
    return [metrics.score(lightness,
                          arrays.decode(answer, settings, means), chroma,
                          settings['color_space'])
            for answer, lightness, chroma in zip(answers, batch.lightness,
                                                 batch.chroma)]


def _loader(paths, settings, side):
    """Function that makes a minibatch of one from a photo's number."""
    return lambda number: batches.prepare(
        images.load_square(paths[number], side), settings)


def _augmenting_loader(paths, network_settings, settings, epoch):
    """The same with crops and flips, which depend on numbers only."""
    def load(number):
        rng = np.random.RandomState([settings['seed'], epoch, number])
        rgb = images.load_square(paths[number], settings['side'])
        rgb = batches.augment(rgb, settings['crop'], settings['flip'], rng)
        return batches.prepare(rgb, network_settings)
    return load


def start(network, vgg16=None, seed=0):
    """Build a network as it is before its first minibatch.

    Parameters
    ----------
    network : dict
        Settings, see :func:`colorize.systems.complete`.
    vgg16 : str, optional
        File of pre-trained weights for the layers that it holds; not for
        conv4 where that has another depth.
    seed : int
        Decides the random initial parameters.

    Returns
    -------
    systems.Network
    """
    backend.seed(seed)
    built = networks.build(network)
    if vgg16:
        from colorize.systems.pretrained import load_vgg16
        arrays = load_vgg16(vgg16)
        known = params.get_params(built.outputs)
        if network.get('vgg_batch_norm'):
            raise params.WeightsError(f'{vgg16}: VGG16 has no batch norm; '
                                      'train without vgg_batch_norm')
        if built.settings['conv4_depth'] != VGG16_LAYERS['conv4_1']:
            arrays = {name: values for name, values in arrays.items()
                      if not name.startswith('conv4')}
        params.set_params({name: known[name] for name in arrays}, arrays,
                          vgg16)
    return built


def train(paths, folder, epochs, network=None, **settings):
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
    network : dict
        Settings of the network, see :func:`colorize.systems.complete`.
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
    network, settings = _complete(network or {}, settings)
    with run_folder.locked(folder):
        run = run_folder.open_run(folder, paths, network, settings)
        return _train(run, network, settings, epochs)


def _train(run, network, settings, epochs):
    """All epochs of a run that are still to come."""
    built = start(network, settings['vgg16'], settings['seed'])
    functions = compile_functions(built, settings, run.counts)
    progress = run_folder.resume(run, functions.state)
    with interrupts.noticed() as interrupted:
        while progress['epoch'] < epochs and not _is_stale(progress,
                                                           settings):
            functions.learning_rate.set_value(lasagne.utils.floatX(
                settings['learning_rate']
                * settings['learning_rate_decay'] ** progress['epoch']))
            _train_epoch(run, built, functions, progress, interrupted)
            _end_epoch(run, built, functions, progress, interrupted)
    return run_folder.last_record(run)


def _is_stale(progress, settings):
    """Whether the validation loss has stopped improving."""
    return progress['worse'] >= (settings['patience'] or math.inf)


def _complete(network, settings):
    """Both sets of settings with the defaults filled in."""
    # A trunk that starts from random values needs batch norm, the
    # published one has none (README.rst, "Where the paper is silent").
    network = dict({'vgg_batch_norm': not settings.get('vgg16')}, **network)
    network = json.loads(json.dumps(networks.complete(network)))
    settings = check_training(settings)
    losses = networks.SYSTEMS[network['system']].losses
    settings['loss'] = settings['loss'] or losses[0]
    _refuse_bins(network, settings)
    return network, settings


def _refuse_bins(network, settings):
    """Refuse what asks for bins that a network has not."""
    if network['system'] == 'regression':
        for name in ('soft_bins', 'rebalancing'):
            if settings[name]:
                raise SettingError(f'{name} {settings[name]}: the regression '
                                   'network has no bins')
    if settings['soft_bins'] and network['color_space'] == 'hsv':
        raise SettingError(f"soft_bins {settings['soft_bins']}: the bins of "
                           "hsv's hue are a circle")


def _train_epoch(run, network, functions, progress, interrupted):
    """All minibatches of an epoch from ``progress['position']`` on."""
    paths, epoch = run.learn, progress['epoch']
    order = batches.shuffled(len(paths), run.settings['seed'], epoch)
    load = _augmenting_loader(paths, network.settings, run.settings, epoch)
    steps = batches.minibatches(load, order[progress['position']:],
                                run.settings['batch_size'])
    began = saved = time.time()
    before = progress['seconds']
    with tqdm(total=len(paths), initial=progress['position'], unit='photo',
              desc=f'epoch {epoch + 1}', disable=None) as bar:
        for batch in _complaining(steps, run, functions, progress):
            _step(run, functions, batch, progress)
            progress['seconds'] = before + time.time() - began
            bar.set_postfix(loss=progress['loss'] / progress['position'])
            bar.update(len(batch.inputs))
            _stop_if(interrupted(), run, functions, progress)
            if time.time() - saved > _SAVE_SECONDS:
                run_folder.save(run, functions.state, progress)
                saved = time.time()


def _stop_if(interrupted, run, functions, progress):
    """Save and raise when the run was interrupted from outside."""
    if interrupted:
        run_folder.save(run, functions.state, progress)
        raise interrupts.Interrupted(
            f'{run.folder}: interrupted and saved; the same command goes on '
            'from here')


def _complaining(steps, run, functions, progress):
    """The same minibatches; saves before it ends at a photo that is gone."""
    try:
        yield from steps
    except images.ImageError as error:
        run_folder.save(run, functions.state, progress)
        raise TrainingError(f'{error}; saved, the same command goes on from '
                            'here once it is back') from error


def _step(run, functions, batch, progress):
    loss = float(functions.train(batch.inputs, batch.targets))
    if not math.isfinite(loss):
        raise TrainingError(
            f"{run.folder}: the loss is {loss} in epoch "
            f"{progress['epoch'] + 1} after {progress['position']} photos "
            f"(learning rate {float(functions.learning_rate.get_value()):g}); "
            "the last checkpoint is intact, start again with a lower learning "
            "rate")
    progress['loss'] += loss * len(batch.inputs)
    progress['position'] += len(batch.inputs)


def _end_epoch(run, network, functions, progress, interrupted):
    """Validate, log, keep the best weights, write a checkpoint."""
    record = {'epoch': progress['epoch'] + 1,
              'loss': progress['loss'] / progress['position'],
              'photos': progress['position'],
              'seconds': round(progress['seconds'], 2),
              'learning_rate': float(functions.learning_rate.get_value()),
              'clipped': run.clipped}
    if run.hold:
        def validate(*batch):
            _stop_if(interrupted(), run, functions, progress)
            return functions.validate(*batch)
        loss, scores = evaluate(network, validate, run.hold, run.means,
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
    run_folder.save(run, functions.state, progress)


def _save_weights(run, network):
    arrays = {name: shared.get_value() for name, shared
              in params.get_params(network.outputs).items()}
    arrays['bin_means'] = run.means
    if run.counts:
        arrays['bin_shares'] = bins.shares(
            run.counts, run.settings['soft_bins'],
            run.settings['rebalancing'])
    params.write(run.weights, arrays, {'network': network.settings,
                                       'training': run.settings})

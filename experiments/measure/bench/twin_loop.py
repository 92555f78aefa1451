"""The epochs of :mod:`experiments.measure.bench.twin_training`."""

import contextlib
import os

import numpy as np
import torch
from torch.nn import functional

from colorize.color import bins
from colorize.progress import progress
from colorize.settings import check_run
from colorize.systems import params, weights_file
from colorize.training import averaging, batches, initial, run_folder
from colorize.training.schedule import learning_rate
from experiments.measure.bench.twin import Twin, arrays_of, fill
from models.published import VGG16_LAYERS

__all__ = ['train']


def train(paths, folder, epochs, network_settings, settings, device='cpu'):
    """Train a twin as :func:`colorize.training.loop.train` trains ours.

    Of the settings it knows those of the schedule, of the minibatches, of
    'average', 'vgg_rate' and 'freeze_until'; the rule is Adam.

    Parameters
    ----------
    paths : sequence of str
    folder : str
    epochs : int
    network_settings, settings : dict
    device : str
        PyTorch's name of it.

    Returns
    -------
    dict
        The last line of the log.
    """
    network, settings = check_run(*initial.settings_of_start(
        network_settings, settings))
    with run_folder.locked(folder):
        run = run_folder.open_run(folder, paths, network, settings, epochs)
        twin = _initial(run).to(device, memory_format=torch.channels_last)
        groups = _groups(twin, run)
        rule = torch.optim.Adam(groups, betas=(0.9, settings['beta2']))
        trained = [each for group in groups for each in group['params']]
        averages = [each.detach().clone() for each in trained]
        for epoch in range(epochs):
            loss = _epoch(twin, rule, run, epoch, epochs,
                          (trained, averages), device)
            record = _end(twin, run, epoch, loss, trained, averages, device)
            run_folder.log(run, record)
    return record


def _initial(run):
    """A twin with the parameters that ours would begin with."""
    network = initial.build_initial(run.network_settings,
                                    run.settings['vgg16'],
                                    run.settings['seed'],
                                    run.settings['start'])
    twin = Twin('classification', run.network_settings['width'])
    fill(twin, {name: shared.get_value() for name, shared
                in params.get_params(network.outputs).items()})
    return twin


def _groups(twin, run):
    """What is trained, VGG16's at a rate of its own, for Adam."""
    names = list(VGG16_LAYERS)
    last = run.network_settings['freeze_until']
    frozen = names[:names.index(last) + 1] if last else []
    own, vgg = [], []
    for name, each in twin.named_parameters():
        layer = name.partition('.')[0]
        if layer in frozen:
            each.requires_grad = False
        else:
            (vgg if layer in names else own).append(each)
    groups = [{'params': own, 'share': 1},
              {'params': vgg, 'share': run.settings['vgg_rate']}]
    return [group for group in groups if group['params']]


def _minibatches(run, epoch, end=None):
    order = batches.shuffled(len(run.train), run.settings['seed'], epoch)
    return batches.minibatches(
        batches.augmenting_loader(run.train, run.network_settings,
                                  run.settings, epoch),
        order[:end], run.settings['batch_size'])


def _epoch(twin, rule, run, epoch, epochs, averaged, device):
    """All updates of an epoch; the mean loss."""
    total = done = 0
    each = -(-len(run.train) // run.settings['batch_size'])
    with progress(len(run.train), f'epoch {epoch + 1}') as advance:
        for number, batch in enumerate(_minibatches(run, epoch)):
            rate = learning_rate(run.settings, epoch, done, len(run.train),
                                 epochs)
            for group in rule.param_groups:
                group['lr'] = rate * group['share']
            loss = _loss(twin, batch, device)
            rule.zero_grad(set_to_none=True)
            loss.backward()
            rule.step()
            _move(*averaged, epoch * each + number, run.settings['average'])
            total += float(loss.detach()) * len(batch.inputs)
            done += len(batch.inputs)
            advance(len(batch.inputs), loss=total / done)
    return total / done


def _loss(twin, batch, device):
    """Cross-entropy, summed over U and V; products in bfloat16."""
    photos = torch.as_tensor(batch.inputs).to(
        device, memory_format=torch.channels_last)
    targets = torch.as_tensor(batch.targets, device=device).long()
    with torch.autocast(device, dtype=torch.bfloat16):
        found = twin(photos)
    return sum(functional.cross_entropy(scores.float(), targets[:, channel])
               for channel, scores in enumerate(found))


@torch.no_grad()
def _move(trained, averages, count, kept):
    """Averages over the updates, as ``functions.py`` has them."""
    stays = min(kept, (count + 1) / (count + 10))
    torch._foreach_lerp_(averages, trained, 1 - stays)


@torch.no_grad()
def _end(twin, run, epoch, loss, trained, averages, device):
    """Validate and save the averages; a line for the log."""
    found = {'epoch': epoch + 1, 'loss': loss, 'photos': len(run.train)}
    with _averaged(twin, trained, averages):
        for batch in _minibatches(run, epoch, averaging.STEPS
                                  * run.settings['batch_size']):
            _loss(twin, batch, device)
        twin.eval()
        losses = [(float(_loss(twin, batch, device)), len(batch.inputs))
                  for batch in _validation(run)]
        _save(twin, run)
    if losses:
        found['val_loss'] = float(np.average(
            [each for each, _ in losses], weights=[n for _, n in losses]))
    return found


def _validation(run):
    whole = dict(run.settings, crop=None, flip=False, scale=1.0)
    return batches.minibatches(
        batches.augmenting_loader(run.valid, run.network_settings, whole, 0),
        range(len(run.valid)), run.settings['batch_size'])


@contextlib.contextmanager
def _averaged(twin, trained, averages):
    """In here the twin is its averages, batch norm's statistics anew."""
    own = [each.clone() for each in trained]
    norms = [each for each in twin.modules()
             if isinstance(each, torch.nn.BatchNorm2d)]
    for each, average in zip(trained, averages):
        each.copy_(average)
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all minibatches
    yield
    twin.train()
    for norm in norms:
        norm.momentum = 0.1
    for each, value in zip(trained, own):
        each.copy_(value)


def _save(twin, run):
    arrays = dict(arrays_of(twin), bin_means=run.means,
                  bin_shares=bins.prior(np.array(run.counts), 0, 0))
    if run.levels is not None:
        arrays['level_means'] = run.levels
    weights_file.write(os.path.join(run.folder, 'weights.npz'), arrays, {
        'network': run.network_settings, 'training': run.settings})

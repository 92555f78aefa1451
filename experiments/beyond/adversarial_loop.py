"""The loop of ``make train-adversarial``: resumable, as every run is."""

import os
import time

import numpy as np

__all__ = ['BATCH', 'checked', 'compiled', 'train']

#: Photos in a minibatch.
BATCH = 6


def train(paths, folder, start, alone, joint, how, shown):
    """Train a discriminator alone, then both networks.

    Parameters
    ----------
    paths : sequence of str
    folder : str
        Of the run: ``run.json``, ``log.jsonl``, checkpoints, and in the end
        ``weights.npz`` of the generator.
    start : str
        Weights of the generator.
    alone, joint : int
        Epochs of the discriminator, and of both after that.
    how : dict
        'rate' and 'beta1' of Adam, 'judge_rate' of the discriminator's;
        'weight' of its word, without which only the generator learns.
    shown : dict
        Settings of the generator's training that say which photos it
        learnt from and how it was shown them: 'seed', 'side' and more.

    Returns
    -------
    list of str
        The photos that only validate; the same as the generator's, for the
        same paths.
    """
    from colorize.settings import check_run
    from colorize.systems import trained
    from colorize.training import (checkpoints, initial, interrupts,
                                   run_folder)
    frozen = trained.settings_of(start)[0]['freeze_until']
    settings = check_run(*initial.settings_of_start(
        {'freeze_until': frozen},
        {'start': start, 'learning_rate': how['rate'], 'batch_size': BATCH,
         **shown}))
    with run_folder.locked(folder):
        run = run_folder.open_run(folder, paths, *settings)
        functions, state = compiled(trained.load(start), dict(
            how, seed=shown['seed']))
        progress = checkpoints.resume(run, state)
        with interrupts.noticed() as interrupted:
            while progress['epoch'] < alone + joint:
                step = functions['alone' if progress['epoch'] < alone
                                 else 'both']
                _epoch(run, step, state, progress, interrupted)
        _save_weights(run, start, state)
    return run.valid


def compiled(held, how):
    """Compile an update of the discriminator, and one of both networks.

    Parameters
    ----------
    held : colorize.systems.trained.Trained
        Its width is the discriminator's, too.
    how : dict
        See :func:`train`; besides, the 'seed'.

    Returns
    -------
    functions : dict
        'alone' and 'both': functions of a minibatch's inputs, targets,
        lightness and chroma that give the cross-entropy, and the mean scores
        of real and of made photos.
    state : dict
        All shared variables that they change, by name.
    """
    from colorize import backend
    from colorize.backend import lasagne, theano
    from colorize.systems import networks, params
    from colorize.systems.decodings import decode, means_for
    from models.discriminator import build_discriminator
    T = theano.tensor
    backend.seed(how['seed'])
    network = held.network
    judge = build_discriminator(width=network.settings['width'])['real']
    target_var, loss, outputs = networks.loss(network, 'cross_entropy')
    lightness_var, chroma_var = T.tensor3('lightness'), T.tensor4('chroma')
    chroma = decode(outputs, network.settings, 'annealed', means_for(
        'annealed', held), xp=T, lightness=lightness_var)

    def judged(chroma):
        shown = T.concatenate([lightness_var.dimshuffle(0, 'x', 1, 2),
                               chroma], axis=1) / np.float32(100)
        return lasagne.layers.get_output(judge, shown)
    real, made = judged(chroma_var), judged(chroma)
    tells = ((real - 1) ** 2).mean() + (made ** 2).mean()
    fools = loss + np.float32(how['weight']) * ((made - 1) ** 2).mean()
    told = lasagne.layers.get_all_params(judge, trainable=True)
    trained = lasagne.layers.get_all_params(network.outputs, trainable=True)
    alone = lasagne.updates.adam(tells, told, how['judge_rate'],
                                 how['beta1'])
    both = alone.copy() if how['weight'] else {}
    both.update(lasagne.updates.adam(fools, trained, how['rate'],
                                     how['beta1']))
    state = dict(params.get_params(network.outputs))
    state.update(params.get_params(judge))
    known = set(state.values())
    for number, shared in enumerate(each for each in both
                                    if each not in known):
        state[f'optimizer.{number}'] = shared
    variables = [network.input_var, target_var, lightness_var, chroma_var]
    return {name: theano.function(
        variables, [loss, real.mean(), made.mean()], updates=updates)
        for name, updates in (('alone', alone), ('both', both))}, state


def _epoch(run, step, state, progress, interrupted):
    """An epoch from where it was left, its line in the log, a checkpoint."""
    from colorize.progress import progress as shown_progress
    from colorize.training import checkpoints, run_folder
    began, before = time.time(), progress.get('spent', 0.0)
    sums = np.array(progress.get('sums', [0.0] * 3))
    with shown_progress(len(run.train), f"epoch {progress['epoch'] + 1}",
                        done=progress['position']) as advance:
        for batch in _minibatches(run, progress):
            found = checked(run, step(
                batch.inputs, batch.targets, batch.lightness,
                np.moveaxis(batch.chroma, -1, 1)))
            sums += found * len(batch.inputs)
            progress.update(position=progress['position'] + len(batch.inputs),
                            sums=sums.tolist(),
                            spent=before + time.time() - began)
            advance(len(batch.inputs), loss=found[0])
            _stop_or_save(run, state, progress, interrupted)
    loss, real, made = (sums / len(run.train)).tolist()
    run_folder.log(run, {'epoch': progress['epoch'] + 1, 'loss': loss,
                         'real': real, 'made': made,
                         'seconds': round(progress['spent'], 2)})
    progress.update(epoch=progress['epoch'] + 1, position=0, sums=[0.0] * 3,
                    spent=0.0, saved=0.0)
    checkpoints.save(run, state, progress)


def _minibatches(run, progress):
    """Those of an epoch that are still to come."""
    from colorize.training import batches
    epoch = progress['epoch']
    order = batches.shuffled(len(run.train), run.settings['seed'], epoch)
    load = batches.augmenting_loader(run.train, run.network_settings,
                                     run.settings, epoch)
    return batches.minibatches(load, order[progress['position']:], BATCH)


def checked(run, found):
    """Numbers of an update as an array; refuses a network that diverged."""
    from colorize.training.run_folder import TrainingError
    found = np.array(found, 'float64')
    if not np.isfinite(found).all():
        raise TrainingError(f'{run.folder}: the losses are no numbers any '
                            'more; what was saved is intact')
    return found


def _stop_or_save(run, state, progress, interrupted):
    """Save when asked to stop, and from time to time."""
    from colorize.training import checkpoints, interrupts, loop
    late = progress['spent'] - progress.get('saved', 0.0) > loop.SAVE_SECONDS
    if late or interrupted():
        progress['saved'] = progress['spent']
        checkpoints.save(run, state, progress)
    if interrupted():
        raise interrupts.Interrupted(
            f'{run.folder}: interrupted and saved; the same command goes on '
            'from here')


def _save_weights(run, start, state):
    """The generator as any other weights file."""
    from colorize.systems import weights_file
    arrays, settings = weights_file.read(start)
    arrays.update((name, state[name].get_value()) for name in arrays
                  if name in state)
    weights_file.write(os.path.join(run.folder, 'weights.npz'), arrays,
                       settings)

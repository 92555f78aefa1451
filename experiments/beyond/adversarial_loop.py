"""The loop of ``make train-adversarial``: resumable, as every run is."""

import os

import numpy as np

__all__ = ['compiled', 'train']

#: Photos in a minibatch.
_BATCH = 6


def train(paths, folder, start, alone, joint, width, how):
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
    width : float
        Of the discriminator.
    how : dict
        'rate' and 'beta1' of Adam, 'weight' of the discriminator's word,
        'side' and 'seed'.

    Returns
    -------
    list of str
        The photos that only validate; the same as the generator's, for the
        same paths, side and seed.
    """
    from colorize.settings import check_run
    from colorize.systems import trained
    from colorize.training import (checkpoints, initial, interrupts,
                                   run_folder)
    settings = check_run(*initial.settings_of_start({}, {
        'start': start, 'side': how['side'], 'seed': how['seed'],
        'learning_rate': how['rate'], 'batch_size': _BATCH, 'flip': True}))
    with run_folder.locked(folder):
        run = run_folder.open_run(folder, paths, *settings)
        functions, state = compiled(trained.load(start), width, how)
        progress = checkpoints.resume(run, state)
        with interrupts.noticed() as interrupted:
            while progress['epoch'] < alone + joint:
                step = functions['alone' if progress['epoch'] < alone
                                 else 'both']
                _epoch(run, step, state, progress, interrupted)
        _save_weights(run, start, state)
    return run.valid


def compiled(held, width, how):
    """Compile an update of the discriminator, and one of both networks.

    Parameters
    ----------
    held : colorize.systems.trained.Trained
    width : float
    how : dict
        See :func:`train`.

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
    from colorize.systems.decodings import decode
    from models.discriminator import build_discriminator
    T = theano.tensor
    backend.seed(how['seed'])
    judge = build_discriminator(width=width)['real']
    network = held.network
    target_var, loss, outputs = networks.loss(network, 'cross_entropy')
    lightness_var, chroma_var = T.tensor3('lightness'), T.tensor4('chroma')
    chroma = decode(outputs, network.settings, 'annealed', held.means, xp=T)

    def judged(chroma):
        shown = T.concatenate([lightness_var.dimshuffle(0, 'x', 1, 2),
                               chroma], axis=1) / np.float32(100)
        return lasagne.layers.get_output(judge, shown)
    real, made = judged(chroma_var), judged(chroma)
    tells = ((real - 1) ** 2).mean() + (made ** 2).mean()
    fools = loss + np.float32(how['weight']) * ((made - 1) ** 2).mean()
    told = lasagne.layers.get_all_params(judge, trainable=True)
    trained = lasagne.layers.get_all_params(network.outputs, trainable=True)
    alone = lasagne.updates.adam(tells, told, how['rate'], how['beta1'])
    both = alone.copy()
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
    import time
    from colorize.progress import progress as shown_progress
    from colorize.training import batches, checkpoints, interrupts, run_folder
    epoch, began = progress['epoch'], time.time()
    order = batches.shuffled(len(run.train), run.settings['seed'], epoch)
    load = batches.augmenting_loader(run.train, run.network_settings,
                                     run.settings, epoch)
    sums = np.array(progress.get('sums', [0.0] * 3))
    with shown_progress(len(order), f'epoch {epoch + 1}',
                        done=progress['position']) as advance:
        for batch in batches.minibatches(load, order[progress['position']:],
                                         _BATCH):
            found = step(batch.inputs, batch.targets, batch.lightness,
                         np.moveaxis(batch.chroma, -1, 1))
            sums += np.array(found, 'float64') * len(batch.inputs)
            progress.update(position=progress['position'] + len(batch.inputs),
                            sums=sums.tolist())
            advance(len(batch.inputs), loss=float(found[0]))
            if interrupted():
                checkpoints.save(run, state, progress)
                raise interrupts.Interrupted(
                    f'{run.folder}: interrupted and saved; the same command '
                    'goes on from here')
    loss, real, made = (sums / len(order)).tolist()
    progress.update(epoch=epoch + 1, position=0, sums=[0.0] * 3)
    run_folder.log(run, {'epoch': epoch + 1, 'loss': loss, 'real': real,
                         'made': made,
                         'seconds': round(time.time() - began, 2)})
    checkpoints.save(run, state, progress)


def _save_weights(run, start, state):
    """The generator as any other weights file."""
    from colorize.systems import weights_file
    arrays, settings = weights_file.read(start)
    arrays.update((name, state[name].get_value()) for name in arrays
                  if name in state)
    weights_file.write(os.path.join(run.folder, 'weights.npz'), arrays,
                       settings)

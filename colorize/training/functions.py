"""The compiled functions of a run: an update, a validation."""

from collections import namedtuple

from colorize.backend import lasagne, theano
from colorize.color import bins
from colorize.systems import networks, params
from colorize.systems.decodings import decode
from colorize.training import together
from colorize.training.ranks import ALONE
from models.published import VGG16_LAYERS

__all__ = ['Functions', 'compile_functions', 'update_rule']

#: train, validate: Theano functions. learning_rate: shared variable.
#: state: all shared variables that training changes, by name. averages: of
#: them, by trained parameter, its average over the updates; empty without.
#: refresh: moves the averages of batch norm by a minibatch, changes nothing
#: else; None without averages. ranks: who makes the updates.
Functions = namedtuple('Functions', 'train validate learning_rate state '
                       'averages refresh ranks')


def compile_functions(network, settings, counts=None, means=None,
                      ranks=ALONE):
    """Compile the two Theano functions of a run.

    Parameters
    ----------
    network : systems.Network
    settings : dict
        See :data:`colorize.settings.TRAINING`.
    counts : float array, (2, 50), optional
        Training pixels in each bin, for soft bins and rebalancing.
    means : float array, (2, 50), optional
        Per-bin means, for what validation answers.
    ranks : colorize.training.ranks.Alone
        The processes that make the updates together.

    Returns
    -------
    Functions
        ``train(inputs, targets)`` makes an update and gives the loss,
        ``validate(inputs, targets)`` gives loss and chroma, (batch, 2, row,
        column), of the most probable bins, with the running averages of
        batch norm.
    """
    name, threshold = settings['loss'], settings['huber_threshold']
    targets = _soft_targets(settings, counts)
    whole = ranks.size > 1 and settings['sync_batch_norm']
    target_var, loss, _ = networks.loss(
        network, name, threshold, targets,
        **{'over_ranks': together.RankMeans(ranks)} if whole else {})
    rate = theano.shared(lasagne.utils.floatX(settings['learning_rate']),
                         'learning_rate')
    trained = lasagne.layers.get_all_params(network.outputs, trainable=True)
    gradients = theano.grad(loss, trained)
    if ranks.size > 1:
        gradients_fn = theano.function([network.input_var, target_var],
                                       [loss, *gradients])
        gradients = [theano.tensor.TensorType('float32', (False,) * each.ndim)(
            each.name) for each in trained]
    updates = _all_updates(gradients, trained, rate, settings)
    state = _state(network, updates)
    averages = _add_averages(updates, trained, settings['average'], state)
    if ranks.size > 1:
        train_fn = together.Update(
            ranks, gradients_fn, theano.function(gradients, updates=updates),
            [] if whole else together.running_averages(network))
    else:
        train_fn = theano.function([network.input_var, target_var], loss,
                                   updates=updates)
    target_var, loss, found = networks.loss(network, name, threshold, targets,
                                            deterministic=True)
    chroma = decode(found, network.settings, 'argmax', means,
                    xp=theano.tensor)
    val_fn = theano.function([network.input_var, target_var], [loss, chroma])
    return Functions(train_fn, val_fn, rate, state, averages,
                     _refreshing(network) if averages else None, ranks)


def _soft_targets(settings, counts):
    """The targets that the settings ask for; None for the bin alone."""
    if not (settings['soft_bins'] or settings['rebalancing']):
        return None
    return bins.soft_targets(counts, settings['soft_bins'],
                             settings['rebalancing'])


def _all_updates(gradients, trained, rate, settings):
    """Updates of all parameters; VGG16's may have a rate of their own."""
    if settings['vgg_rate'] == 1:
        return update_rule(gradients, trained, rate, settings)
    gradients = dict(zip(trained, gradients))
    vgg = [param for param in trained
           if param.name.partition('.')[0].partition('_bn')[0]
           in VGG16_LAYERS]
    updates = update_rule([gradients[param] for param in vgg], vgg,
                          rate * lasagne.utils.floatX(settings['vgg_rate']),
                          settings) if vgg else {}
    own = [param for param in trained if param not in set(vgg)]
    updates.update(update_rule([gradients[param] for param in own], own,
                               rate, settings))
    return updates


def _add_averages(updates, trained, kept, state):
    """Let updates average what they change; the averages by parameter.

    The first updates weigh more, as they must where there is nothing to
    average yet: after n of them, 1 - (n + 1) / (n + 10) at least is new.
    """
    if not kept:
        return {}
    count = theano.shared(lasagne.utils.floatX(0), 'average.updates')
    stays = theano.tensor.minimum(lasagne.utils.floatX(kept),
                                  (count + 1) / (count + 10))
    averages = {param: theano.shared(param.get_value(),
                                     f'average.{param.name}')
                for param in trained}
    for param, average in averages.items():
        updates[average] = average + (1 - stays) * (updates[param] - average)
    updates[count] = count + 1
    state.update((shared.name, shared)
                 for shared in [count, *averages.values()])
    return averages


def _refreshing(network):
    """Compute outputs in order to move batch norm's averages, nothing else.

    Those are updates which the outputs carry along.
    """
    found = networks.outputs(network)
    return theano.function([network.input_var],
                           [output.sum() for output in found])


def update_rule(loss, trained, rate, settings):
    """How gradients become steps (Section 5.2).

    Parameters
    ----------
    loss : Theano scalar, or list of them
        The loss, or its gradients.
    trained : sequence of Theano shared variable
    rate : Theano shared variable
        The learning rate.
    settings : dict
        'update_rule' and 'beta2'.

    Returns
    -------
    dict
        Theano updates.
    """
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

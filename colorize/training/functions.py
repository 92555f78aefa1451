"""The two compiled functions of a run: an update, and a validation."""

from collections import namedtuple

from colorize.backend import lasagne, theano
from colorize.color import bins
from colorize.systems import networks, params
from colorize.systems.decodings import decode

__all__ = ['Functions', 'compile_functions', 'update_rule']

#: train, validate: Theano functions. learning_rate: shared variable.
#: state: all shared variables that training changes, by name.
Functions = namedtuple('Functions', 'train validate learning_rate state')


def compile_functions(network, settings, counts=None, means=None):
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
    target_var, loss, _ = networks.loss(network, name, threshold, targets)
    rate = theano.shared(lasagne.utils.floatX(settings['learning_rate']),
                         'learning_rate')
    trained = lasagne.layers.get_all_params(network.outputs, trainable=True)
    updates = update_rule(loss, trained, rate, settings)
    train_fn = theano.function([network.input_var, target_var], loss,
                               updates=updates)
    target_var, loss, found = networks.loss(network, name, threshold, targets,
                                            deterministic=True)
    chroma = decode(found, network.settings, 'argmax', means,
                    xp=theano.tensor)
    val_fn = theano.function([network.input_var, target_var], [loss, chroma])
    return Functions(train_fn, val_fn, rate, _state(network, updates))


def _soft_targets(settings, counts):
    """The targets that the settings ask for; None for the bin alone."""
    if not (settings['soft_bins'] or settings['rebalancing']):
        return None
    return bins.soft_targets(counts, settings['soft_bins'],
                             settings['rebalancing'])


def update_rule(loss, trained, rate, settings):
    """How gradients become steps (Section 5.2).

    Parameters
    ----------
    loss : Theano scalar
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

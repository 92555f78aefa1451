"""What several ranks do together: going on, an update."""

import zlib

import numpy as np

from colorize import command
from colorize.backend import lasagne, theano
from colorize.training import checkpoints
from colorize.training.run_folder import TrainingError
from models.layers import BatchNormLayer

__all__ = ['RankMeans', 'Update', 'noted', 'refuse_differences', 'resume',
           'running_averages']


def resume(run, state, ranks):
    """Go on in every rank where rank 0's checkpoint is.

    See :func:`colorize.training.checkpoints.resume`. That the number of
    ranks is another one now is said.
    """
    progress = ranks.first(lambda: checkpoints.resume(run, state))
    before = progress.pop('ranks', 1)
    if (before != ranks.size and not ranks.rank
            and (progress['epoch'] or progress['position'])):
        command.say(f'{run.folder}: {_processes(before)} so far, goes on '
                    f'with {_processes(ranks.size)}')
    progress.update(noted(ranks))
    if ranks.size > 1:
        for name in sorted(state):
            value = np.array(state[name].get_value(), order='C')
            state[name].set_value(ranks.spread(value))
    return progress


def _processes(count):
    return '1 process' if count == 1 else f'{count} ranks'


def noted(ranks):
    """What a checkpoint and the log say of the ranks; of one, nothing."""
    return {'ranks': ranks.size} if ranks.size > 1 else {}


def refuse_differences(run, state, ranks):
    """Stop when the ranks do not hold the same parameters, bit by bit.

    Raises
    ------
    colorize.training.run_folder.TrainingError
    """
    if ranks.size > 1 and not ranks.alike(_checksum(state)):
        raise TrainingError(
            f'{run.folder}: the ranks hold different parameters; what '
            'was saved is intact. Are all processors of one kind?')


class Update:
    """What ``train(inputs, targets)`` is with more than one rank.

    Gradients are computed, averaged over the ranks, all in one buffer with
    the loss and with batch norm's running averages, and then each rank makes
    the same step with them.

    Parameters
    ----------
    ranks : colorize.training.ranks.Ranks
    gradients : Theano function
        Of inputs and targets: the loss, then the gradients. It moves batch
        norm's running averages, too.
    step : Theano function
        Of the gradients.
    averages : list of (shared, shared)
        Mean and inverse deviation of each batch norm whose running averages
        are of this rank's share.
    """

    def __init__(self, ranks, gradients, step, averages):
        self._ranks, self._gradients, self._step = ranks, gradients, step
        self._averages = averages
        self._buffer = None

    def __call__(self, inputs, targets):
        """Make an update; the loss over the whole minibatch."""
        found = self._gradients(inputs, targets)
        count = len(found)
        # As in models/layers.py: the variance is averaged, not its root.
        for mean, inv_std in self._averages:
            found += [mean.get_value(), inv_std.get_value() ** -2]
        parts = self._averaged([np.asarray(array) for array in found])
        self._step(*parts[1:count])
        for number, (mean, inv_std) in enumerate(self._averages):
            mean.set_value(parts[count + 2 * number])
            inv_std.set_value(parts[count + 2 * number + 1] ** -0.5)
        return parts[0]

    @property
    def bytes(self):
        """Of the buffer that an update averages."""
        return 0 if self._buffer is None else self._buffer.nbytes

    def _averaged(self, arrays):
        """Averages of arrays; views of the buffer."""
        ends = np.cumsum([array.size for array in arrays])
        if self._buffer is None:
            self._buffer = np.empty(ends[-1], 'float32')
        parts = [part.reshape(array.shape) for part, array in zip(
            np.split(self._buffer, ends[:-1]), arrays)]
        for part, array in zip(parts, arrays):
            part[...] = array
        self._ranks.mean(self._buffer)
        return parts


def running_averages(network):
    """Mean and inverse deviation of each batch norm of a network."""
    return [(layer.mean, layer.inv_std) for layer
            in lasagne.layers.get_all_layers(network.outputs)
            if isinstance(layer, BatchNormLayer)]


def _checksum(state):
    """A number of all bits of shared variables."""
    number = 0
    for name in sorted(state):
        number = zlib.crc32(np.ascontiguousarray(state[name].get_value()),
                            number)
    return number


class RankMeans:
    """Means over the ranks inside Theano's graphs, with gradients.

    Every rank has to compute them in the same order, so each waits for the
    one before it: those of the network, and then those of the gradients,
    which all depend on the former.

    Parameters
    ----------
    ranks : colorize.training.ranks.Ranks
    """

    def __init__(self, ranks):
        self.ranks = ranks
        self._count, self._last = 0, {False: [], True: []}

    def __call__(self, vector, backward=False):
        """The mean of a vector.

        Parameters
        ----------
        vector : Theano vector
        backward : bool
            Whether it is a gradient.

        Returns
        -------
        Theano vector
        """
        self._count += 1
        mean = _RankMean(self, self._count)(vector, *self._last[backward])
        self._last[backward] = [mean]
        return mean


class _RankMean(theano.Op):
    """Mean of a vector over the ranks; other inputs are waited for.

    Of the ranks' losses the mean is trained on, with the same weights, so
    that the gradient of a mean is the mean of the ranks' gradients.
    """

    __props__ = ('number',)

    def __init__(self, means, number):
        self._means, self.number = means, number

    def make_node(self, vector, *before):
        vector = theano.tensor.as_tensor_variable(vector)
        return theano.Apply(self, [vector, *before], [vector.type()])

    def perform(self, node, inputs, outputs):
        mean = np.array(inputs[0])
        self._means.ranks.mean(mean)
        outputs[0][0] = mean

    def infer_shape(self, node, shapes):
        return shapes[:1]

    def connection_pattern(self, node):
        return [[True]] + [[False] for _ in node.inputs[1:]]

    def grad(self, inputs, grads):
        unknown = theano.gradient.DisconnectedType()
        return ([self._means(grads[0], backward=True)]
                + [unknown() for _ in inputs[1:]])

"""A network compiled for prediction."""

import queue
from collections import deque
from concurrent.futures import ThreadPoolExecutor

from colorize import onednn
from colorize.backend import theano
from colorize.systems import networks

__all__ = ['Lanes', 'compiled']


def compiled(network, outputs=None):
    """A function from photos to what a network computes.

    Its parameters are those of now. On oneDNN all that is left to Theano are
    products of a few of them, which are computed here, in numpy: the first
    photo need not wait until Theano has compiled them, one after the other.

    Parameters
    ----------
    network : colorize.systems.networks.Network
    outputs : list of Theano variables, optional
        Without, :func:`colorize.systems.networks.outputs`.

    Returns
    -------
    callable
        From a float32 array, (batch, 3, row, column), to a list of the
        outputs.
    """
    if outputs is None:
        outputs = networks.outputs(network, deterministic=True)
    if onednn.registered:
        outputs = onednn.settled(outputs, [network.input_var], _mode())
        found = theano.function([network.input_var], outputs, mode=_mode())
        if all(map(_needs_no_compiler, found.maker.fgraph.apply_nodes)):
            return found
    return theano.function([network.input_var], outputs)


def _mode():
    """Every operation as Python has it; sums of products stay apart, as
    Python would compute those number by number."""
    linker = theano.gof.vm.VM_Linker(use_cloop=False, c_thunks=False)
    return theano.compile.mode.Mode(linker, 'fast_run').excluding('fusion')


def _needs_no_compiler(node):
    if isinstance(node.op, theano.tensor.Elemwise):
        return node.op.nfunc is not None
    return (isinstance(node.op, theano.tensor.DimShuffle)
            or type(node.op).__module__.startswith('colorize.onednn'))


class Lanes:
    """Minibatches that pass a network side by side, each on its own cores.

    Cores that share a minibatch wait for each other after every layer.

    Parameters
    ----------
    function : callable
        Of :func:`compiled`.
    """

    def __init__(self, function):
        self._function, self._made = function, 1
        self._idle = queue.SimpleQueue()
        self._idle.put(function)

    def count(self, most):
        """How many there may be, `most` at most."""
        return min(most, onednn.lanes())

    def answers(self, batches, count):
        """What the network answers to each, in order.

        Parameters
        ----------
        batches : iterable of float32 array, (batch, 3, row, column)
        count : int
            Lanes; with one, a minibatch has all cores and starts when it is
            asked for.

        Yields
        ------
        list of float32 array
        """
        if count == 1:
            yield from map(self._answer, batches)
            return
        while self._made < count:  # none of Theano's runs twice at a time
            self._idle.put(self._function.copy())
            self._made += 1
        pool, waiting = ThreadPoolExecutor(
            count, initializer=onednn.use_threads,
            initargs=[max(1, onednn.lanes() // count)]), deque()
        try:
            for batch in batches:
                waiting.append(pool.submit(self._answer, batch))
                if len(waiting) > count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def _answer(self, batch):
        function = self._idle.get()
        try:
            return function(batch)
        finally:
            self._idle.put(function)

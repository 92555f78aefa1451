"""A network compiled for prediction."""

from colorize import onednn
from colorize.backend import theano
from colorize.systems import networks

__all__ = ['compiled']


def compiled(network):
    """A function from photos to what a network computes.

    Its parameters are those of now. On oneDNN all that is left to Theano are
    products of a few of them, which are computed here, in numpy: the first
    photo need not wait until Theano has compiled them, one after the other.

    Parameters
    ----------
    network : colorize.systems.networks.Network

    Returns
    -------
    callable
        From a float32 array, (batch, 3, row, column), to a list of
        :func:`colorize.systems.networks.outputs`.
    """
    outputs = networks.outputs(network, deterministic=True)
    if onednn.registered:
        settled = onednn.settled(outputs, [network.input_var], _mode())
        found = theano.function([network.input_var], settled, mode=_mode())
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

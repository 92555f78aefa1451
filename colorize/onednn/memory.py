"""What spares memory in gradients: their order, and work in place."""

from collections import OrderedDict

from theano.gof import Feature, Optimizer, TopoOptimizer, local_optimizer

from colorize.backend import theano
from colorize.onednn.blocked import InplaceOp
from colorize.onednn.conv import ConvGradInputs, ConvGradWeights
from colorize.onednn.patterns import depends

__all__ = ['register']


def _kernels(node):
    """Gradients of kernels that read what `node`, of the map, reads, too."""
    return [other for other, _ in node.inputs[0].clients
            if other != 'output' and isinstance(other.op, ConvGradWeights)
            and not depends(other.inputs[0], node.outputs[0])]


class _KernelsFirst(Feature):
    """The gradient of kernels comes before that of the map they convolve.

    Theano would leave the kernels' to the end, and until then every map and
    gradient of a map that they need would be kept.
    """

    def orderings(self, fgraph):
        return OrderedDict((node, _kernels(node))
                           for node in fgraph.apply_nodes
                           if isinstance(node.op, ConvGradInputs))


class _Order(Optimizer):
    def add_requirements(self, fgraph):
        fgraph.attach_feature(_KernelsFirst())

    def apply(self, fgraph):
        """Nothing: only the order changes."""


@local_optimizer(None, inplace=True)
def _inplace(node):
    """Gradients overwrite what nobody needs after them."""
    if not isinstance(node.op, InplaceOp) or node.op.inplace:
        return None
    return node.op.in_place()(*node.inputs, return_list=True)


def register():
    """Tell Theano's optimizer; it undoes what would destroy a value."""
    for name, optimizer, place in (
            ('order', _Order(), 60),
            ('inplace', TopoOptimizer(
                _inplace, failure_callback=TopoOptimizer.warn_inplace), 75)):
        theano.compile.optdb.register(f'onednn_{name}', optimizer, place,
                                      'fast_run', 'onednn_memory')

"""Moves the graph of a network to blocked arrays and fused passes.

It works on what a network computes, before Theano derives gradients: our
Ops bring their own gradients along.
"""

from collections import namedtuple

from theano.tensor.nnet.abstract_conv import AbstractConv2d
from theano.tensor.nnet.bn import AbstractBatchNormTrain

from colorize.backend import theano
from colorize.onednn import patterns
from colorize.onednn.blocked import FromBlocked, ToBlocked
from colorize.onednn.conv import Conv
from colorize.onednn.norm import BatchNorm
from colorize.onednn.planes import Add, Affine, MaxPool
from colorize.onednn.upscaled import UpscaledConv

T = theano.tensor

__all__ = ['Graph']

#: A blocked variable and the number of its channels.
Blocked = namedtuple('Blocked', 'variable depth')


class Graph:
    """The rewritten graph of some outputs.

    Every variable of the old graph is rewritten when it is first asked
    for, so only what is used comes into being.

    Parameters
    ----------
    outputs : list of Theano variables
    """

    def __init__(self, outputs):
        self._plain, self._blocked, self._norms = {}, {}, {}
        self._updates = {}
        self.outputs = [self.plain(output) for output in outputs]
        done = set()
        while len(done) < len(self._updates):
            for old in [old for old in self._updates if old not in done]:
                self._updates[old].default_update = self.plain(
                    old.default_update)
                done.add(old)

    def plain(self, variable):
        """The counterpart of a variable of any type."""
        if variable not in self._plain:
            self._plain[variable] = self._make_plain(variable)
        return self._plain[variable]

    def blocked(self, variable):
        """The counterpart of a 4-D variable as Blocked, or None.

        None where nothing is gained by another layout.
        """
        if variable not in self._blocked:
            ours = (variable.owner is not None and variable.ndim == 4
                    and variable.dtype == 'float32')
            self._blocked[variable] = self._make(variable) if ours else None
        return self._blocked[variable]

    def _make_plain(self, variable):
        node = variable.owner
        if node is None:
            return self._with_update(variable)
        found = self.blocked(variable)
        if found is not None:
            return T.patternbroadcast(
                FromBlocked()(found.variable, found.depth),
                variable.broadcastable)
        if isinstance(node.op, AbstractBatchNormTrain):
            found = self._statistic(variable)
            if found is not None:
                return found
        inputs = [self.plain(each) for each in node.inputs]
        if all(new is old for new, old in zip(inputs, node.inputs)):
            return variable
        return node.clone_with_new_inputs(inputs).outputs[variable.index]

    def _with_update(self, variable):
        """A copy of a shared variable whose update must be rewritten."""
        if getattr(variable, 'default_update', None) is None:
            return variable
        copy = theano.clone(variable, share_inputs=False)
        self._updates[variable] = copy
        return copy

    def _statistic(self, variable):
        """Mean or inverse deviation of a batch norm that was rewritten."""
        found = self._norms.get(variable.owner)
        if found is None or variable.index not in (1, 2):
            return None
        return found[variable.index].dimshuffle('x', 0, 'x', 'x')

    def _make(self, variable):
        inner = patterns.rectified(variable)
        makers = [self._conv, self._norm, self._affine]
        if inner is None:
            inner = variable
            makers += [self._pool, self._sum]
        for maker in makers:
            found = maker(inner, inner is not variable)
            if found is not None:
                return found
        return None

    def _packed(self, variable):
        """The blocked counterpart, of whatever there is."""
        found = self.blocked(variable)
        if found is not None:
            return found.variable
        return ToBlocked()(self.plain(variable))

    def _conv(self, variable, relu):
        """Convolution [+ batch norm's averages] [+ bias] [+ ReLU]."""
        inner, scale, shift = (patterns.affine(variable)
                               or (variable, None, None))
        node = inner.owner
        if (node is None or not isinstance(node.op, AbstractConv2d)
                or not patterns.is_ours(node.op, *node.inputs)
                or patterns.depends(scale, inner)):
            return None
        kernels = self.plain(node.inputs[1])
        if scale is not None:
            kernels = kernels * self.plain(scale).dimshuffle(0, 'x', 'x', 'x')
        bias = None if shift is None else self.plain(shift)
        out = self._upscaled_conv(node, kernels, bias, relu)
        if out is None:
            array = self._packed(node.inputs[0])
            out = Conv(relu)(array, kernels, *[] if bias is None else [bias])
        return Blocked(out, node.op.kshp[0])

    def _upscaled_conv(self, node, kernels, bias, relu):
        """A 3 x 3 convolution of upscaled or joined maps, or None."""
        maps = patterns.join(node.inputs[0]) or [node.inputs[0]]
        found = [patterns.upscaled(each) or (each, 1) for each in maps]
        arrays = [self.blocked(each) for each, _ in found]
        if (tuple(node.op.kshp[2:]) != (3, 3) or None in arrays
                or (len(maps) == 1 and found[0][1] == 1)):
            return None
        factors = [factor for _, factor in found]
        depths = [array.depth for array in arrays]
        inputs = [kernels] + [array.variable for array in arrays]
        if bias is None and not relu:
            return UpscaledConv(factors, depths)(*inputs)
        if bias is None:
            bias = T.zeros((node.op.kshp[0],), 'float32')
        if 1 in factors:
            return UpscaledConv(factors, depths, relu)(*inputs + [bias])
        return Affine(relu)(UpscaledConv(factors, depths)(*inputs),
                            T.ones_like(bias), bias)

    def _norm(self, variable, relu, small=None, factor=1):
        """Batch norm of a minibatch [+ upscaled map] [+ ReLU]."""
        inner, updates = patterns.without_updates(variable)
        node = inner.owner
        if node is None or not isinstance(node.op, AbstractBatchNormTrain):
            return None
        array, gamma, beta, epsilon = node.inputs[:4]
        vectors = [patterns.per_channel(each) for each in (gamma, beta)]
        found, epsilon = self.blocked(array), patterns.constant(epsilon)
        if (found is None or None in vectors or epsilon is None
                or tuple(node.op.axes) != (0, 2, 3) or inner.index != 0
                or len(node.inputs) > 5):
            return None
        gamma, beta = map(self.plain, vectors)
        for shared in updates:
            beta = beta + 0 * self.plain(shared)
        outputs = BatchNorm(epsilon, relu, factor)(
            found.variable, gamma, beta, *[] if small is None else [small])
        self._norms[node] = outputs
        return Blocked(outputs[0], found.depth)

    def _affine(self, variable, relu, small=None, factor=1):
        """Batch norm's averages, or a bias, apart from a convolution.

        [+ upscaled map], as :meth:`_norm`; not of a convolution, which takes
        scale and shift into its own.
        """
        parts = patterns.affine(variable)
        found = self.blocked(parts[0]) if parts else None
        if found is None or small is not None and isinstance(
                parts[0].owner.op, AbstractConv2d):
            return None
        _, scale, shift = parts
        scale = (T.ones_like(self.plain(shift)) if scale is None
                 else self.plain(scale))
        shift = (T.zeros_like(scale) if shift is None
                 else self.plain(shift))
        return Blocked(Affine(relu, factor)(
            found.variable, scale, shift, *[] if small is None else [small]),
            found.depth)

    def _pool(self, variable, relu):
        inner = patterns.maximum_pool(variable)
        found = self.blocked(inner) if inner else None
        return found and Blocked(MaxPool()(found.variable), found.depth)

    def _sum(self, variable, relu):
        """Sum of two maps, one of which may be upscaled."""
        parts = patterns.terms(variable)
        if not parts:
            return None
        scaled = [patterns.upscaled(part) for part in parts]
        which = 0 if scaled[0] else 1
        small, factor = scaled[which] or (parts[which], 1)
        small, large = self.blocked(small), parts[1 - which]
        if small is None:
            return None
        for maker in (self._norm, self._affine):
            fused = maker(large, False, small.variable, factor)
            if fused is not None:
                return fused
        large = self.blocked(large)
        return large and Blocked(Add(factor)(large.variable, small.variable),
                                 large.depth)

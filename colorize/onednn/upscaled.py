"""A convolution of upscaled maps, done where the maps are still small.

A tap of a 3 x 3 kernel only shifts the map that a 1 x 1 convolution gives,
and that commutes with repeating pixels. So each of the nine taps is applied
to the small map and the results are added up at the full size: `factor`²
times fewer products, and the upscaled maps never exist.

Where pixels are repeated twice, those of an even row and column see but 2 x 2
small ones, and so do the others: four convolutions, and no results to add up.
AMX does these.
"""

import ctypes

import numpy as np

from colorize.backend import theano
from colorize.onednn.arrays import (block, blocks, call, doubles, empty,
                                    plain)
from colorize.onednn.blocked import BlockedOp, blocked_type
from colorize.onednn.conv import conv_shape
from colorize.onednn.norm import again
from colorize.onednn.planes import ReluGrad
from colorize.onednn.kept import kept_with

T = theano.tensor

__all__ = ['UpscaledConv']


def _taps(kernels):
    """(out, in, 3, 3) to the 1 x 1 kernels (9 * out, in, 1, 1) of the taps.

    `out` is rounded up to whole blocks.
    """
    out, depth = kernels.shape[:2]
    taps = np.zeros((9, blocks(out) * block(), depth, 1, 1), np.float32)
    taps[:, :out, :, 0, 0] = kernels.reshape(out, depth, 9).transpose(2, 0, 1)
    return taps.reshape(-1, depth, 1, 1)


#: Rows of a 3 x 3 kernel that fall on one small row: the two that a pixel of
#: an even row sees, then those of an odd row's.
_FALL = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]], np.float32)


def _doubled(kernels):
    """(out, in, 3, 3) to the 2 x 2 kernels (row, column, out, in, 2, 2)."""
    shape = kernels.shape[:2]
    sums = kernels.reshape(-1, 9) @ np.kron(_FALL, _FALL).T
    return plain(sums.reshape(shape + (2, 2, 2, 2)).transpose(
        2, 4, 0, 1, 3, 5))


def _way(factor):
    """How the kernels of a map that is repeated so often are cut."""
    if factor == 1:
        return plain
    return _doubled if factor == 2 and doubles() else _taps


def _kernels(taps, out):
    """The reverse of :func:`_taps`."""
    depth = taps.shape[1]
    taps = taps.reshape(9, -1, depth)[:, :out]
    return taps.transpose(1, 2, 0).reshape(out, depth, 3, 3)


def _split(kernels, depths):
    """`kernels` cut along their input channels."""
    ends = np.cumsum(depths)
    return [plain(kernels[:, end - depth:end])
            for depth, end in zip(depths, ends)]


class UpscaledConv(BlockedOp):
    """3 x 3 convolution of the concatenation of upscaled maps.

    Parameters
    ----------
    factors : tuple of int
        How often rows and columns of each map are repeated.
    depths : tuple of int
        Channels of each map.
    relu : bool
        Rectify the result; needs a bias.

    Called with kernels (out, sum of depths, 3, 3), the maps and, when one
    of the factors is 1, optionally a bias (out,).
    """

    __props__ = ('factors', 'depths', 'relu')

    def __init__(self, factors, depths, relu=False):
        self.factors = tuple(factors)
        self.depths = tuple(depths)
        self.relu = relu

    def shapes(self, inputs, shapes):
        batch, _, rows, columns, lane = shapes[1]
        factor = self.factors[0]
        return [(batch, blocks(shapes[0][0]), rows * factor,
                 columns * factor, lane)]

    def _parts(self, kernels):
        """Kernels of each map, as its factor wants them."""
        return [_way(factor)(part) for factor, part
                in zip(self.factors, _split(kernels, self.depths))]

    def perform(self, node, inputs, outputs):
        parts = kept_with(inputs[0], self, lambda: self._parts(inputs[0]))
        count = len(self.factors) + 1
        arrays = [plain(array) for array in inputs[1:count]]
        bias = plain(inputs[count]) if len(inputs) > count else None
        shape = full_shape(arrays, self.factors, len(inputs[0]))
        out = empty(shape)
        maps = list(zip(self.factors, parts, arrays))
        by_taps = [each for each in maps if _way(each[0]) is _taps]
        for photo in range(shape[0] if by_taps else 0):
            _spread(by_taps, photo, out)
        direct = sorted((each for each in maps if _way(each[0]) is not _taps),
                        key=lambda each: -each[0])
        for number, each in enumerate(direct if out.size else ()):
            # Only the last knows the whole sum.
            last = number == len(direct) - 1
            _add(*each, bias if last else None, out, last and self.relu,
                 bool(by_taps) or number > 0)
        outputs[0][0] = out

    def L_op(self, inputs, outputs, grads):
        count, grad, sums = len(self.factors) + 1, grads[0], None
        if len(inputs) > count:
            grad, sums = ReluGrad(self.relu)(
                *([outputs[0]] if self.relu else []) + [grad])
        kernels, *arrays = inputs[:count]
        # Maps that are upscaled are small, and not worth it.
        arrays = [again(array, grad) if factor == 1 else array
                  for array, factor in zip(arrays, self.factors)]
        found = _UpscaledConvGrad(self.factors, self.depths)(grad, kernels,
                                                             *arrays)
        return list(found) + [sums[:bias.shape[0]]
                              for bias in inputs[count:]]


def full_shape(arrays, factors, out):
    """Shape of the result, checked: all maps must reach one size."""
    sizes = {(array.shape[0], array.shape[2] * factor,
              array.shape[3] * factor)
             for array, factor in zip(arrays, factors)}
    if len(sizes) != 1:
        raise ValueError('maps of shapes '
                         f'{[array.shape for array in arrays]}, upscaled '
                         f'{factors} times, differ in size')
    batch, rows, columns = sizes.pop()
    return batch, blocks(out), rows, columns, arrays[0].shape[4]


def _add(factor, part, array, bias, out, relu, add):
    """Convolve a map, of its own size or doubled, into out."""
    conv = conv_shape(array.shape, part.shape[-4:-2] + (3, 3))
    if factor == 1:
        call('conv_forward', conv, ctypes.byref(conv), array, part, bias,
             out, int(relu), int(add))
    else:
        call('conv_doubled', conv, ctypes.byref(conv), array, part, out,
             int(add))


def _spread(small, photo, out):
    """Convolve the small maps of one photo into out[photo]."""
    results = []
    for _, taps, array in small:
        one = array[photo:photo + 1]
        conv = conv_shape(one.shape, taps.shape)
        results.append(empty((9 * out.shape[1],) + one.shape[2:]))
        call('conv_forward', conv, ctypes.byref(conv), one, taps, None,
             results[-1], 0, 0)
    pointers = (ctypes.c_void_p * len(small))(
        *[result.ctypes.data for result in results])
    factors = (ctypes.c_int * len(small))(*[each[0] for each in small])
    call('spread_taps', out.shape, *list(out.shape[1:4])
         + [len(small), pointers, factors, out[photo]])


class _UpscaledConvGrad(BlockedOp):
    """Called with the gradient, the kernels and the maps; gives gradients.

    With respect to the kernels and to each map.
    """

    __props__ = ('factors', 'depths')

    def __init__(self, factors, depths):
        self.factors = factors
        self.depths = depths

    def output_types(self, inputs):
        return [T.TensorType('float32', (False,) * 4)()] + [
            blocked_type() for _ in self.factors]

    def shapes(self, inputs, shapes):
        return shapes[1:]

    def perform(self, node, inputs, outputs):
        grad, kernels = plain(inputs[0]), inputs[1]
        arrays = [plain(array) for array in inputs[2:]]
        if grad.shape != full_shape(arrays, self.factors, len(kernels)):
            raise ValueError(f'a gradient of shape {grad.shape} for '
                             f'{kernels.shape} kernels')
        found = []
        for number, part in enumerate(_split(kernels, self.depths)):
            work = _backward if self.factors[number] == 1 else _gather
            part, outputs[number + 1][0] = work(
                grad, part, arrays[number], self.factors[number])
            found.append(part)
        outputs[0][0] = np.concatenate(found, axis=1)


def _backward(grad, part, array, factor, into=None):
    """Gradients of a plain convolution: kernels and map."""
    conv = conv_shape(array.shape, part.shape)
    kernels = np.zeros(part.shape, np.float32)
    out = empty(array.shape) if into is None else into
    if array.size:
        call('conv_grad_weights', conv, ctypes.byref(conv), array, grad,
             kernels)
        call('conv_grad_inputs', conv, ctypes.byref(conv), grad, part, out)
    return kernels, out


def _gather(grad, part, array, factor):
    """Gradients of an upscaled map's convolution: kernels and map."""
    taps, out = _taps(part), empty(array.shape)
    total = np.zeros(taps.shape, np.float32)
    gathered = empty((1, 9 * grad.shape[1]) + array.shape[2:])
    for photo in range(len(array)):
        call('gather_taps', grad.shape, *list(grad.shape[1:4])
             + [factor, grad[photo], gathered])
        kernels, _ = _backward(gathered, taps, array[photo:photo + 1], 1,
                               into=out[photo:photo + 1])
        total += kernels
    return _kernels(total, len(part)), out

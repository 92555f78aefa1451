"""Convolutions of all our ways against plain ones in float64, by numpy."""

import ctypes
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tests.onednn.test_ops import needs_onednn

#: batch, depth in, depth out, rows, columns: tiles cut at the edges, depths
#: that fill no block, a layer of which all threads share the work, maps so
#: small that the direct kernels do them, and one or two maps that come out of
#: small and large ones (narrow.cpp), before as many blocks of more maps. The
#: last three are large enough for tiles of 6 x 6 (six_pays in pieces.h), cut
#: at both edges, at one and, all threads, at none.
SHAPES = [
    (1, 64, 64, 13, 31), (2, 16, 16, 16, 16), (5, 19, 33, 8, 9),
    (1, 50, 24, 17, 23), (2, 64, 2, 29, 21), (3, 3, 64, 12, 20),
    (1, 256, 264, 24, 20), (2, 8, 16, 1, 1), (1, 64, 64, 3, 5),
    (2, 24, 2, 1, 1), (2, 19, 1, 2, 7), (1, 16, 2, 3, 14),
    (1, 16, 7, 3, 14), (1, 64, 19, 41, 65), (3, 16, 64, 54, 47),
    (1, 136, 168, 60, 66)]


def blocked(maps):
    """(batch, channel, row, column) to blocked, in numpy."""
    from colorize.onednn.arrays import block, blocks
    batch, depth, rows, columns = maps.shape
    whole = np.zeros((batch, blocks(depth) * block(), rows, columns), 'f4')
    whole[:, :depth] = maps
    return np.ascontiguousarray(whole.reshape(
        batch, -1, block(), rows, columns).transpose(0, 1, 3, 4, 2))


def unblocked(array, depth):
    """Back, and a check that what lies past the depth is zero."""
    batch, _, rows, columns, _ = array.shape
    maps = array.transpose(0, 1, 4, 2, 3).reshape(batch, -1, rows, columns)
    assert not maps[:, depth:].any()
    return maps[:, :depth]


def windows(maps):
    """(batch, channel, row, column, 3, 3), zeros beyond the edges."""
    padded = np.pad(maps.astype('f8'), ((0, 0), (0, 0), (1, 1), (1, 1)))
    return sliding_window_view(padded, (3, 3), (2, 3))


def correlate(maps, kernels):
    return np.einsum('nchwij,ocij->nohw', windows(maps),
                     kernels.astype('f8'), optimize=True)


class Case:
    """A convolution with random values: what it gives and what is true."""

    def __init__(self, shape, seed=0):
        from colorize.onednn.arrays import ConvShape
        batch, depth_in, depth_out, rows, columns = shape
        rng = np.random.RandomState(seed)
        self.shape = ConvShape(*shape, 3, 3)
        self.maps, self.grad, self.kernels, self.bias = (
            rng.normal(size=size).astype('f4') for size in (
                (batch, depth_in, rows, columns),
                (batch, depth_out, rows, columns),
                (depth_out, depth_in, 3, 3), depth_out))

    def call(self, name, *arguments):
        from colorize.onednn.arrays import call
        call(name, self.shape, ctypes.byref(self.shape), *arguments)

    def forward(self, bias=False, relu=False, total=False):
        """The result; with `total` added to the gradient's values."""
        out = blocked(self.grad)
        self.call('conv_forward', blocked(self.maps), self.kernels,
                  self.bias if bias else None, out, int(relu), int(total))
        return unblocked(out, len(self.bias))

    def forward_truth(self, bias=False, relu=False, total=False):
        truth = correlate(self.maps, self.kernels)
        truth += self.bias[:, None, None] * bias + self.grad * total
        return np.maximum(truth, 0) if relu else truth

    def grads(self):
        """Of the maps and of the kernels."""
        maps, kernels = blocked(self.maps), np.empty_like(self.kernels)
        self.call('conv_grad_weights', maps, blocked(self.grad), kernels)
        self.call('conv_grad_inputs', blocked(self.grad), self.kernels, maps)
        return unblocked(maps, self.kernels.shape[1]), kernels

    def grads_truth(self):
        flipped = self.kernels[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
        return correlate(self.grad, flipped), np.einsum(
            'nchwij,nohw->ocij', windows(self.maps),
            self.grad.astype('f8'), optimize=True)


def agree(found, truth, limit=1e-5):
    apart = abs(found - truth).max()
    assert apart <= limit * abs(truth).max(), (found.shape, apart)


@needs_onednn
def test_forward_with_all_that_is_fused():
    for number, shape in enumerate(SHAPES):
        case = Case(shape, number)
        for how in ({}, {'bias': True, 'relu': True}, {'total': True},
                    {'bias': True, 'relu': True, 'total': True}):
            agree(case.forward(**how), case.forward_truth(**how))


@needs_onednn
def test_both_gradients():
    for number, shape in enumerate(SHAPES):
        case = Case(shape, number)
        for found, truth in zip(case.grads(), case.grads_truth()):
            agree(found, truth)


def check_alone():
    """A photo's values are the same, whatever stands beside it."""
    for side in (8, 12, 16, 24):
        case = Case((4, 64, 64, side, side))
        one = Case((1, 64, 64, side, side))
        one.maps, one.kernels = case.maps[:1], case.kernels
        np.testing.assert_array_equal(one.forward(), case.forward()[:1])


@needs_onednn
def test_a_photo_alone():
    # With AVX2, where the ways are ours.
    run_again('from tests.onednn import test_convolutions as test; '
              'test.check_alone()', DNNL_MAX_CPU_ISA='AVX2')


@needs_onednn
def test_a_deep_layer():
    case = Case((2, 512, 512, 12, 12))
    agree(case.forward(), case.forward_truth())
    for found, truth in zip(case.grads(), case.grads_truth()):
        agree(found, truth)


@needs_onednn
def test_two_threads_at_once():
    cases = [Case(shape) for shape in SHAPES[:2] + SHAPES[6:7] + SHAPES[-3:-1]]
    rights = [(case.forward(), *case.grads()) for case in cases]
    wrong = []

    def work(_):
        for _ in range(10):
            for case, right in zip(cases, rights):
                found = case.forward(), *case.grads()
                for mine, its in zip(found, right):
                    if abs(mine - its).max() > 1e-5 * abs(its).max():
                        wrong.append(case.shape)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    assert not wrong


@needs_onednn
def test_as_many_cores_as_there_are_and_more():
    for threads in '1', '3':
        run_again(OMP_NUM_THREADS=threads)


@needs_onednn
def test_the_ways_of_older_processors():
    # Neither AMX nor, with AVX2, blocks of 16 channels.
    run_again(OMP_NUM_THREADS='2', DNNL_MAX_CPU_ISA='AVX512_CORE')
    for threads in '1', '3':
        run_again(OMP_NUM_THREADS=threads, DNNL_MAX_CPU_ISA='AVX2')


#: The two tests of all shapes.
ALL_SHAPES = ('from tests.onednn import test_convolutions as test; '
              'test.test_forward_with_all_that_is_fused(); '
              'test.test_both_gradients()')


def run_again(code=ALL_SHAPES, **environment):
    """Tests in a process of their own."""
    done = subprocess.run(
        [sys.executable, '-c', code], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, env=dict(os.environ, **environment))
    assert done.returncode == 0, done.stdout.decode()

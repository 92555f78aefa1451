"""Convolutions on oneDNN against Theano's own in float64."""

import os
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from colorize.backend import theano
from colorize import onednn

T = theano.tensor
TOLERANCE = 1e-4

#: depth in, depth out, side of the map, side of the kernel: the layers of
#: both networks.
LAYERS = [
    (3, 64, 224, 3), (64, 64, 224, 3), (64, 128, 112, 3), (128, 128, 112, 3),
    (128, 256, 56, 3), (256, 256, 56, 3), (256, 512, 28, 3),
    (512, 512, 28, 3), (512, 256, 28, 1), (256, 128, 56, 3),
    (128, 64, 112, 3), (512, 128, 224, 3), (128, 64, 224, 3),
    (64, 50, 224, 1), (64, 2, 224, 3)]


def needs_onednn(test):
    """Skip where convolutions do not run on oneDNN."""
    return unittest.skipUnless(onednn.register(), 'needs oneDNN')(test)


def sizes(depth_in, depth_out, batch, rows, columns, kernel):
    """Shapes of input and kernels."""
    return ((batch, depth_in, rows, columns),
            (depth_out, depth_in, kernel, kernel))


def conv_fn(kernel_shape, dtype='float32'):
    """Compiled: output and both gradients of a convolution."""
    kind = T.TensorType(dtype, (False,) * 4)
    array, kernels, grad = kind(), kind(), kind()
    out = T.nnet.conv2d(array, kernels, border_mode='half',
                        filter_flip=False, filter_shape=kernel_shape)
    grads = theano.grad(None, [array, kernels], known_grads={out: grad})
    return theano.function([array, kernels, grad], [out] + grads)


def values(shapes, seed=0):
    """Random input, kernels and gradient of the output."""
    rng = np.random.RandomState(seed)
    array, kernels = (rng.normal(size=shape).astype('float32')
                      for shape in shapes)
    grad = rng.normal(size=(len(array), len(kernels)) + array.shape[2:])
    return array, kernels, grad.astype('float32')


def difference(result, truth):
    """Largest difference relative to the largest value."""
    return abs(result - truth).max() / abs(truth).max()


def check(shapes, seed=0, function=None):
    given = values(shapes, seed)
    function = function or conv_fn(shapes[1])
    truths = conv_fn(shapes[1], 'float64')(
        *[value.astype('float64') for value in given])
    for result, truth in zip(function(*given), truths):
        assert result.shape == truth.shape
        assert difference(result, truth) < TOLERANCE, shapes


@needs_onednn
def test_every_layer_shape():
    for depth_in, depth_out, side, kernel in LAYERS:
        shapes = sizes(depth_in, depth_out, 1, side, side, kernel)
        function = conv_fn(shapes[1])
        names = [str(node.op) for node in function.maker.fgraph.toposort()]
        assert not any('Corr' in name for name in names), names
        check(shapes, function=function)


@needs_onednn
def test_batches_of_1_to_12():
    for batch in range(1, 13):
        check(sizes(16, 32, batch, 12, 20, 3), batch)


@needs_onednn
def test_odd_sizes_and_depths():
    for depth_in, depth_out in ((3, 2), (2, 50), (50, 3), (19, 33)):
        for rows, columns in ((1, 1), (5, 7), (13, 31)):
            for kernel in (1, 3):
                check(sizes(depth_in, depth_out, 2, rows, columns, kernel))


@needs_onednn
def test_an_empty_batch_has_an_empty_output():
    shapes = sizes(16, 16, 0, 4, 4, 3)
    out, wrt_array, wrt_kernels = conv_fn(shapes[1])(*values(shapes))
    assert out.shape == (0, 16, 4, 4) and wrt_array.shape == shapes[0]
    assert not wrt_kernels.any()


@needs_onednn
def test_inputs_that_are_not_contiguous():
    shapes = sizes(20, 20, 2, 9, 11, 3)
    array, kernels, grad = values(shapes)
    function = conv_fn(shapes[1])
    expected = function(array, kernels, grad)
    backwards = grad[:, ::-1].copy()[:, ::-1]
    spaced = np.repeat(grad, 2, axis=3)[..., ::2]
    assert backwards.strides[1] < 0 and not spaced.flags.c_contiguous
    for each in (backwards, spaced):
        results = function(np.asfortranarray(array),
                           np.asfortranarray(kernels), each)
        for result, truth in zip(results, expected):
            assert difference(result, truth) < 1e-6


@needs_onednn
def test_two_functions_keep_their_results_apart():
    first, second = (sizes(16, 16, 1, side, side, 3) for side in (40, 48))
    functions = [conv_fn(shapes[1]) for shapes in (first, second)]
    given = [values(first), values(second)]
    before = [function(*each)[0] for function, each in zip(functions, given)]
    copies = [result.copy() for result in before]
    for function, each in zip(functions, given):
        function(*each)
    for kept, copy in zip(before, copies):
        assert (kept == copy).all()


@needs_onednn
def test_several_threads():
    shapes = sizes(32, 48, 2, 30, 30, 3)
    given = values(shapes)
    functions = [conv_fn(shapes[1]) for _ in range(4)]
    expected, wrong = functions[0](*given), []

    def work(function):
        for _ in range(60):
            for result, truth in zip(function(*given), expected):
                if difference(result, truth) > 1e-5:
                    wrong.append(result)

    with ThreadPoolExecutor(len(functions)) as pool:
        list(pool.map(work, functions))
    assert not wrong


@needs_onednn
def test_errors_name_the_shapes():
    function = conv_fn((8, 16, 3, 3))
    array, kernels, grad = values(sizes(40, 8, 1, 6, 6, 3))
    with unittest.TestCase().assertRaises(ValueError) as caught:
        function(array, kernels[:, :16], grad)
    # Theano adds the shapes of the inputs below.
    assert '(8, 16, 3, 3)' in str(caught.exception).splitlines()[0]


@needs_onednn
def test_no_more_channels_than_there_are():
    from colorize.onednn.blocked import FromBlocked, ToBlocked
    array, depth = T.tensor4(), T.lscalar()
    function = theano.function([array, depth], FromBlocked()(
        ToBlocked()(array), depth))
    with unittest.TestCase().assertRaisesRegex(ValueError, '^40 channels'):
        function(np.zeros((1, 3, 4, 4), 'float32'), 40)


@needs_onednn
def test_the_first_of_several_best_classes():
    from colorize.onednn.blocked import ToBlocked
    from colorize.onednn.classes import BestClass
    scores = np.random.RandomState(0).randint(
        -3, 3, (2, 50, 13, 17)).astype('float32')
    best = theano.function([], BestClass()(ToBlocked()(T.constant(scores)),
                                           T.constant(50)))
    np.testing.assert_array_equal(best(), scores.argmax(axis=1))


@needs_onednn
def test_an_upscaled_map_added_in_batch_norms_pass():
    from colorize.onednn.blocked import FromBlocked, ToBlocked
    from colorize.onednn.planes import Affine
    maps, small, grad = T.tensor4s(3)
    vectors = T.fvectors(2)
    out = FromBlocked()(Affine(factor=2)(
        ToBlocked()(maps), *vectors, ToBlocked()(small)), 19)
    wanted = [maps, *vectors, small]
    found = theano.function([*wanted, grad], [out] + theano.grad(
        None, wanted, known_grads={out: grad}))
    rng = np.random.RandomState(9)
    x, scale, shift, low, slope = (
        rng.normal(size=size).astype('float32') for size in (
            (2, 19, 6, 10), 19, 19, (2, 19, 3, 5), (2, 19, 6, 10)))
    each = (slice(None), None, None)
    truths = (x * scale[each] + shift[each] + np.kron(low, np.ones((2, 2))),
              slope * scale[each], (slope * x).sum((0, 2, 3)),
              slope.sum((0, 2, 3)),
              slope.reshape(2, 19, 3, 2, 5, 2).sum((3, 5)))
    for mine, truth in zip(found(x, scale, shift, low, slope), truths):
        assert difference(mine, truth) < 1e-5


@needs_onednn
def test_out_of_memory_is_a_memory_error():
    from colorize.onednn.arrays import empty
    shape = (1 << 20, 1 << 10, 1 << 10)
    with unittest.TestCase().assertRaises(MemoryError) as caught:
        empty(shape)
    assert str(1 << 20) in str(caught.exception)


@needs_onednn
def test_errors_of_onednn_are_exceptions():
    from colorize.onednn.arrays import ConvShape, call
    import ctypes
    for depth in 16, 2:
        shape = ConvShape(1, 16, depth, -3, 8, 3, 3)
        for name, rest in (('conv_forward', [None] * 4 + [0, 0]),
                           ('conv_grad_inputs', [None] * 3),
                           ('conv_grad_weights', [None] * 3)):
            with unittest.TestCase().assertRaises(
                    onednn.OneDNNError) as caught:
                call(name, shape, ctypes.byref(shape), *rest)
            assert '(1, 16, -3, 8)' in str(caught.exception)


@needs_onednn
def test_where_no_maps_come_out_nothing_is_written():
    import ctypes
    from colorize.onednn.arrays import ConvShape, block, blocks, call
    shape = ConvShape(1, 16, 0, 8, 8, 3, 3)
    maps = np.ones((1, blocks(16), 8, 8, block()), 'f4')
    out = np.full(maps.shape, 7, 'f4')
    try:
        call('conv_forward', shape, ctypes.byref(shape), maps,
             np.zeros((1, 16, 3, 3), 'f4'), None, out, 0, 0)
    except onednn.OneDNNError:
        pass  # is as good an answer
    assert (out == 7).all()


def resident():
    """Resident memory of this process in bytes."""
    with open('/proc/self/statm') as numbers:
        return int(numbers.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


@needs_onednn
def test_no_leak_over_a_thousand_calls():
    shapes = sizes(16, 32, 2, 24, 24, 3)
    function, given = conv_fn(shapes[1]), values(shapes)
    for _ in range(50):
        function(*given)
    before = resident()
    for _ in range(1000):
        function(*given)
    assert resident() - before < 1 << 20


def run(code, **environment):
    """Exit status and output of a Python of our own."""
    done = subprocess.run([sys.executable, '-c', code],
                          env=dict(os.environ, **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


REGISTER = 'from colorize import onednn; print(onednn.register())'


def test_theano_can_be_forced():
    status, text = run(REGISTER, COLORIZE_CONV='theano')
    assert status == 0 and text.strip().endswith('False'), text


def test_an_unknown_choice_is_one_clear_error():
    status, text = run(REGISTER, COLORIZE_CONV='mkl')
    assert status and "COLORIZE_CONV must be 'onednn' or 'theano'" in text


MISSING = ('from colorize.onednn import build; '
           f'build.wheel = lambda: None; {REGISTER}')


def test_forcing_onednn_where_it_is_missing_is_one_clear_error():
    status, text = run(MISSING, COLORIZE_CONV='onednn')
    assert status and 'pip install onednn-devel-cpu-gomp' in text, text


def test_without_onednn_theanos_own_convolution_is_used():
    status, text = run(MISSING, COLORIZE_CONV='')
    assert status == 0 and text == 'False\n', text


@needs_onednn
def test_without_a_working_compiler_there_is_a_warning():
    code = ('from colorize import cplusplus; '
            f'cplusplus.compiler = lambda: "/bin/false"; {REGISTER}')
    status, text = run(code, COLORIZE_CONV='')
    assert status == 0 and text.strip().endswith('False'), text
    assert 'convolutions run on Theano alone' in text, text


@needs_onednn
def test_processors_without_avx512():
    code = ('from tests.onednn import test_ops; from colorize.onednn import '
            'arrays; assert arrays.block() == 8, arrays.block(); '
            'test_ops.test_odd_sizes_and_depths()')
    status, text = run(code, DNNL_MAX_CPU_ISA='AVX2')
    assert status == 0, text

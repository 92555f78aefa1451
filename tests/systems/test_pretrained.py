"""Published VGG16 weights against slow loops in their makers' own layouts."""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np
from scipy.signal import correlate

from colorize.systems.pretrained import load_vgg16
from tests.shared.vgg16_files import (CONVOLUTIONS, MEAN_BGR, TRUNK,
                                      assert_refused, random_arrays,
                                      write_keras, write_npz, write_zoo)


def setUpModule():
    """One full-size file of each format, each of other random values."""
    global folder, oirc, rcio
    folder = tempfile.mkdtemp()
    rng = np.random.default_rng(3)
    oirc, rcio = random_arrays(rng, 'oirc'), random_arrays(rng, 'rcio')
    write_zoo(at('zoo'), oirc)
    write_zoo(at('zoo3'), oirc, python2=False)
    write_keras(at('keras'), rcio)
    write_npz(at('ours'), oirc)


def tearDownModule():
    shutil.rmtree(folder)


def at(name):
    return os.path.join(folder, name)


def photo():
    """A small photo without any symmetry: (row, column, RGB), 0 to 255."""
    return np.random.default_rng(5).integers(0, 256, (5, 4, 3)).astype('f8')


def caffe_output(kernels, biases):
    """conv1_1 as Caffe defines it: blue first, kernels not flipped."""
    rgb, (rows, columns) = photo(), photo().shape[:2]
    padded = np.zeros((3, rows + 2, columns + 2))
    for channel, color in enumerate('bgr'):
        padded[channel, 1:-1, 1:-1] = (rgb[:, :, 'rgb'.index(color)]
                                       - MEAN_BGR[channel])
    output = np.zeros((len(kernels), rows, columns))
    for o, y, x in np.ndindex(output.shape):
        output[o, y, x] = biases[o] + sum(
            kernels[o, i, r, c] * padded[i, y + r, x + c]
            for i, r, c in np.ndindex(3, 3, 3))
    return output


def keras_output(kernels, biases):
    """block1_conv1 as Keras runs it on TensorFlow, channels last."""
    bgr = photo()[:, :, ::-1] - [103.939, 116.779, 123.68]
    rows, columns, depth = bgr.shape[0], bgr.shape[1], kernels.shape[3]
    output = np.zeros((rows, columns, depth)) + biases
    for y, x, r, c in np.ndindex(rows, columns, 3, 3):
        if 0 <= y + r - 1 < rows and 0 <= x + c - 1 < columns:
            output[y, x] += bgr[y + r - 1, x + c - 1] @ kernels[r, c]
    return output.transpose(2, 0, 1)


def our_output(params):
    """conv1_1 as the docstring of load_vgg16 says it is to be used."""
    bgr = (photo()[:, :, ::-1] - MEAN_BGR).transpose(2, 0, 1)
    padded = np.pad(bgr, ((0, 0), (1, 1), (1, 1)))
    return np.array([
        correlate(padded, kernel, 'valid')[0] + bias for kernel, bias
        in zip(params['conv1_1.W'].astype('f8'), params['conv1_1.b'])])


class TestTruth(unittest.TestCase):
    """A flip, a swap of red and blue or of axes changes these numbers."""

    def test_zoo_as_caffe(self):
        np.testing.assert_allclose(our_output(load_vgg16(at('zoo'))),
                                   caffe_output(*oirc['conv1_1']), rtol=1e-6)

    def test_ours_as_caffe(self):
        np.testing.assert_allclose(our_output(load_vgg16(at('ours'))),
                                   caffe_output(*oirc['conv1_1']), rtol=1e-6)

    def test_keras_as_tensorflow(self):
        np.testing.assert_allclose(our_output(load_vgg16(at('keras'))),
                                   keras_output(*rcio['conv1_1']), rtol=1e-6)

    def test_in_the_network(self):
        from colorize.backend import lasagne
        from models.layers import Conv2DLayer
        params = load_vgg16(at('keras'))
        bgr = (photo()[:, :, ::-1] - MEAN_BGR).transpose(2, 0, 1)[None]
        layer = Conv2DLayer(lasagne.layers.InputLayer((1, 3, 5, 4)), 64, 3,
                            W=params['conv1_1.W'], b=params['conv1_1.b'],
                            nonlinearity=None)
        found = layer.get_output_for(
            lasagne.utils.as_theano_expression(bgr.astype('f4'))).eval()
        np.testing.assert_allclose(
            found[0], keras_output(*rcio['conv1_1']), rtol=1e-4, atol=1e-2)


class TestStart(unittest.TestCase):
    def test_layers_that_fit_and_conv4_only_at_its_own_depth(self):
        from colorize.systems import params
        from colorize.training.initial import build_initial
        expected = load_vgg16(at('ours'))
        for depth in (512, 64):
            built = build_initial({'conv4_depth': depth}, at('ours'))
            known = params.get_params(built.outputs)
            for name in ('conv3_3.W', 'conv4_1.b'):
                same = np.array_equal(known[name].get_value(),
                                      expected[name])
                self.assertEqual(same, depth == 512
                                 or name == 'conv3_3.W', name)


class TestEveryLayer(unittest.TestCase):

    def check(self, name, order, arrays):
        params, rng = load_vgg16(at(name)), np.random.default_rng(7)
        self.assertEqual(list(params), [
            layer + kind for layer, _, _ in TRUNK for kind in ('.W', '.b')])
        for layer, inputs, outputs in TRUNK:
            kernels, biases = arrays[layer]
            found = params[f'{layer}.W']
            self.assertEqual(found.shape, (outputs, inputs, 3, 3))
            self.assertTrue(found.flags.c_contiguous)
            for o, i, r, c in rng.integers(0, found.shape, (50, 4)):
                place = {'o': o, 'i': i, 'r': r, 'c': c}
                self.assertEqual(
                    found[o, i, r, c],
                    kernels[tuple(place[axis] for axis in order)])
            np.testing.assert_array_equal(params[f'{layer}.b'], biases)
        self.assertEqual({array.dtype for array in params.values()},
                         {np.dtype('float32')})

    def test_zoo(self):
        self.check('zoo', 'oirc', oirc)

    def test_zoo_pickled_by_python_3(self):
        self.check('zoo3', 'oirc', oirc)

    def test_keras(self):
        self.check('keras', 'rcio', rcio)

    def test_ours(self):
        self.check('ours', 'oirc', oirc)

    def test_later_layers_are_left_out(self):
        path, arrays = at('thirteen'), dict(rcio)
        for layer, inputs, outputs in CONVOLUTIONS[10:]:
            arrays[layer] = (np.zeros((1, 1, inputs, outputs), 'f4'),
                             np.zeros(outputs, 'f4'))
        write_keras(path, arrays)
        self.assertEqual(list(load_vgg16(path)), list(load_vgg16(at('zoo'))))


class TestPart(unittest.TestCase):
    """An .npz may hold some layers; small ones, of conv1_1 alone."""

    def setUp(self):
        self.path = at('part')
        self.W, self.b = oirc['conv1_1']

    def save(self, **arrays):
        with open(self.path, 'wb') as file:
            np.savez(file, **{key.replace('__', '.'): array
                              for key, array in arrays.items()})

    def test_part(self):
        self.save(conv1_1__b=self.b, conv1_1__W=self.W)
        self.assertEqual(list(load_vgg16(self.path)),
                         ['conv1_1.W', 'conv1_1.b'])

    def test_arrays_of_others_are_left_out(self):
        self.save(conv1_1__b=self.b, conv1_1__W=self.W, encoder4__W=self.W)
        self.assertEqual(len(load_vgg16(self.path)), 2)

    def test_half_floats_become_float32(self):
        self.save(conv1_1__b=self.b, conv1_1__W=self.W.astype('f2'))
        found = load_vgg16(self.path)['conv1_1.W']
        self.assertEqual(found.dtype, np.float32)
        np.testing.assert_array_equal(found, self.W.astype('f2'))

    def test_kernels_without_biases(self):
        self.save(conv1_1__W=self.W)
        assert_refused(self.path, 'conv1_1', '.b')

    def test_no_array_of_ours(self):
        self.save(W=self.W, b=self.b)
        assert_refused(self.path, 'vgg16.pkl', '_notop.h5', '.npz')

    def test_shape(self):
        self.save(conv1_1__W=self.W[:32], conv1_1__b=self.b)
        assert_refused(self.path, 'conv1_1.W', '(32, 3, 3, 3)',
                       '(64, 3, 3, 3)')

    def test_type(self):
        self.save(conv1_1__W=self.W.astype('i4'), conv1_1__b=self.b)
        assert_refused(self.path, 'conv1_1.W', 'int32', 'float32')

    def test_objects_are_not_unpickled(self):
        self.save(conv1_1__W=self.W.astype(object), conv1_1__b=self.b)
        assert_refused(self.path, 'pickle')


class TestWrongContent(unittest.TestCase):

    def setUp(self):
        self.path = at('wrong')

    def test_zoo_shape(self):
        kernels, biases = oirc['conv2_1']
        write_zoo(self.path, dict(
            oirc, conv2_1=(kernels.transpose(1, 0, 2, 3), biases)))
        assert_refused(self.path, 'conv2_1.W', '(64, 128, 3, 3)',
                       '(128, 64, 3, 3)')

    def test_zoo_type(self):
        kernels, biases = oirc['conv1_2']
        write_zoo(self.path, dict(
            oirc, conv1_2=(kernels, biases.astype('i8'))))
        assert_refused(self.path, 'conv1_2.b', 'int64')

    def test_zoo_without_its_last_layers(self):
        write_zoo(self.path, {}, **{'param values': list(oirc['conv1_1'])})
        assert_refused(self.path, 'conv1_2.W is missing')

    def test_zoo_in_red_green_blue(self):
        write_zoo(self.path, {}, **{'mean value': MEAN_BGR[::-1]})
        assert_refused(self.path, '123.68', 'blue, green, red')

    def test_zoo_with_a_mean_photo(self):
        write_zoo(self.path, {}, **{'mean value': np.zeros((3, 224, 224))})
        assert_refused(self.path, 'mean value', 'blue, green, red')

    def test_keras_shape(self):
        kernels, biases = rcio['conv3_1']
        write_keras(self.path, dict(
            rcio, conv3_1=(kernels.transpose(0, 1, 3, 2), biases)))
        assert_refused(self.path, 'conv3_1.W', '(3, 3, 256, 128)',
                       '(3, 3, 128, 256)', 'row, column, input, output')

    def test_keras_ordered_for_theano(self):
        write_keras(self.path, oirc)
        assert_refused(self.path, 'conv1_1.W', '(64, 3, 3, 3)',
                       '(3, 3, 3, 64)')

    def test_keras_type(self):
        kernels, biases = rcio['conv1_1']
        write_keras(self.path, dict(
            rcio, conv1_1=(kernels.astype('i2'), biases)))
        assert_refused(self.path, 'conv1_1.W', 'int16')

    def test_keras_without_its_last_layer(self):
        write_keras(self.path, {name: pair for name, pair in rcio.items()
                                if name != 'conv4_3'})
        assert_refused(self.path, 'conv4_3.W is missing')

    def test_keras_flipped_by_theano(self):
        write_keras(self.path, rcio, backend=b'theano')
        assert_refused(self.path, 'flipped')

    def test_keras_vgg19(self):
        write_keras(self.path, dict(rcio, conv3_4=rcio['conv3_3']))
        assert_refused(self.path, 'VGG19')

    def test_other_hdf5(self):
        with h5py.File(self.path, 'w') as file:
            file['photos'] = np.zeros(3)
        assert_refused(self.path, 'vgg16.pkl', '_notop.h5', '.npz')

    def test_other_pickle(self):
        with open(self.path, 'wb') as file:
            pickle.dump([1, 2], file)
        assert_refused(self.path, 'vgg16.pkl', '_notop.h5', '.npz')

    def test_other_files(self):
        for content in (b'', b'P', b'<!DOCTYPE html>', b'\xff\xd8\xff\xe0'):
            with open(self.path, 'wb') as file:
                file.write(content)
            assert_refused(self.path, 'vgg16.pkl', '_notop.h5', '.npz')

    def test_no_file(self):
        with self.assertRaises(FileNotFoundError):
            load_vgg16(at('nothing'))


class TestTruncated(unittest.TestCase):

    def check(self, name):
        size, path = os.path.getsize(at(name)), at('truncated')
        with open(at(name), 'rb') as file:
            content = file.read()
        for kept in (9, 1000, size // 2, size - 1):
            with open(path, 'wb') as file:
                file.write(content[:kept])
            assert_refused(path)

    def test_zoo(self):
        self.check('zoo')

    def test_keras(self):
        self.check('keras')

    def test_ours(self):
        self.check('ours')

    def test_flipped_bits_in_ours(self):
        with open(at('ours'), 'rb') as file:
            content = bytearray(file.read())
        content[len(content) // 2] ^= 255
        with open(at('bits'), 'wb') as file:
            file.write(content)
        assert_refused(at('bits'), 'CRC')


def test_reading_does_not_import_theano():
    code = ('import sys; from colorize.systems.pretrained import load_vgg16; '
            'load_vgg16(sys.argv[1]); assert "theano" not in sys.modules')
    subprocess.run([sys.executable, '-c', code, at('ours')], check=True)

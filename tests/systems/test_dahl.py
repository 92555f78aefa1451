"""Dahl's system: its network, its loss, its colours, from photo to photo."""

import numpy as np
from scipy.ndimage import correlate
from skimage.color import rgb2yuv

from colorize import color
from colorize.backend import lasagne, theano
from colorize.colorizer import Colorizer
from colorize.settings import SettingError, check_network, check_run
from colorize.systems import networks, objectives, weights_file
from colorize.training import loop, run_folder
from tests.predict.test_command import write_weights
from tests.shared.folder import Folder
from tests.shared.photos import photo, write_photos

T = theano.tensor
SMALL = {'system': 'dahl', 'width': 0.05}


class TestNetwork(Folder):
    def test_maps(self):
        network = networks.build({'system': 'dahl', 'width': 0.5})
        shapes = {name: lasagne.layers.get_output_shape(
            network.layers[name], {network.layers['input']: (1, 3, 48, 32)})
            for name in ('encoder4', 'encoder2', 'encoder1', 'sum0',
                         'encoder0', 'output')}
        self.assertEqual(shapes, {
            'encoder4': (1, 128, 6, 4), 'encoder2': (1, 32, 24, 16),
            'encoder1': (1, 3, 48, 32), 'sum0': (1, 3, 48, 32),
            'encoder0': (1, 3, 48, 32), 'output': (1, 2, 48, 32)})

    def test_on_the_fast_library_as_layer_by_layer(self):
        network = networks.build(SMALL)
        for name, each in (('bare', lasagne.layers.get_output(
                network.outputs[0], deterministic=True)),
                           ('fast', networks.outputs(
                               network, deterministic=True)[0])):
            found = theano.function([network.input_var], each)(
                np.random.RandomState(0).uniform(
                    -100, 120, (2, 3, 16, 24)).astype('float32'))
            self.assertLessEqual(np.abs(found).max(), 1)
            self.assertGreater(found.std(), 0.01)
            if name == 'bare':
                expected = found
        np.testing.assert_allclose(found, expected, atol=2e-5)

    def test_settings(self):
        found = check_network({'system': 'dahl'})
        self.assertEqual(found['color_space'], 'yuv')
        for network, settings, words in (
                (dict(SMALL, color_space='luv'), {}, "one of 'yuv'"),
                (dict(SMALL, aggregation='sum'), {}, 'unknown setting'),
                (SMALL, {'soft_bins': 1.0}, 'dahl network has no bins'),
                (SMALL, {'loss': 'l2'}, "one of 'blurred'"),
                ({'color_space': 'yuv'}, {}, "one of 'hsv', 'luv'")):
            with self.assertRaisesRegex(SettingError, words):
                check_run(network, settings)


class TestLoss(Folder):
    def test_against_scipy(self):
        """Both images blurred, as Dahl has it, then their distances."""
        one, two = np.random.RandomState(0).uniform(
            -1, 1, (2, 3, 2, 9, 12)).astype('float32')
        expected = ((one - two) ** 2).sum(axis=1)
        for row in ([1, 2, 1], [1, 4, 6, 4, 1]):
            kernel = np.outer(row, row)[None, None] / sum(row) ** 2
            blurred = [correlate(each, kernel, mode='constant')
                       for each in (one, two)]
            expected = expected + ((blurred[0] - blurred[1]) ** 2).sum(axis=1)
        prediction, target = T.tensor4(), T.tensor4()
        found = theano.function([prediction, target], objectives.blurred(
            prediction, target))(one, two)
        np.testing.assert_allclose(found, expected.mean() / 3, rtol=1e-5)


class TestColors(Folder):
    def test_yuv_is_scikit_images_by_its_largest_values(self):
        rgb = photo()
        lightness, chroma = color.split(rgb, 'yuv')
        np.testing.assert_allclose(np.dstack([lightness, chroma * [
            0.436, 0.615]]), rgb2yuv(rgb), atol=1e-5)
        np.testing.assert_allclose(color.merge(lightness, chroma, 'yuv'),
                                   rgb / 255, atol=1e-4)
        np.testing.assert_allclose(color.lightness_of(rgb, 'yuv'), lightness,
                                   atol=1e-4)
        pure = np.eye(3)[None] * 255
        _, chroma = color.split(pure.astype('uint8'), 'yuv')
        np.testing.assert_allclose(chroma[0, [2, 0], [0, 1]], 1, atol=1e-3)

    def test_what_no_screen_shows_keeps_its_lightness(self):
        lightness = np.full((4, 4), 0.9, 'float32')
        chroma = np.full((4, 4, 2), 0.8, 'float32')
        found = color.merge(lightness, chroma, 'yuv')
        self.assertTrue(0 <= found.min() <= found.max() <= 1)
        np.testing.assert_allclose(color.lightness_of(found, 'yuv'), 0.9,
                                   atol=1e-5)


class TestWhole(Folder):
    def test_trained_and_colouring(self):
        path = self.folder
        record = loop.train(write_photos(path), f'{path}/run', 2, SMALL,
                            side=16, batch_size=2, holdout=0.2,
                            learning_rate=0.003)
        losses = [each['loss'] for each in run_folder.read_log(f'{path}/run')]
        self.assertLess(losses[1], losses[0])
        self.assertGreater(record['val_psnr'], 5)
        _, settings = weights_file.read(f'{path}/run/weights.npz')
        self.assertEqual(settings['training']['loss'], 'blurred')
        write_weights(f'{path}/w.npz', system='dahl')
        colorizer = Colorizer(f'{path}/w.npz')
        found = colorizer(photo())
        self.assertEqual((found.shape, found.dtype), (photo().shape, 'uint8'))
        np.testing.assert_allclose(
            color.lightness_of(found, 'yuv'),
            color.lightness_of(photo(), 'yuv'), atol=2 / 255)
        with self.assertRaisesRegex(SettingError, 'no bins'):
            Colorizer(f'{path}/w.npz', decode='vivid')

    def test_onnx_is_refused(self):
        """Its sigmoid would be written as a ReLU."""
        from colorize.export import onnx_file
        write_weights(f'{self.folder}/w.npz', system='dahl')
        with self.assertRaisesRegex(ValueError, 'output: only ReLU'):
            onnx_file.model(f'{self.folder}/w.npz')

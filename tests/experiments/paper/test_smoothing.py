"""The blur of class scores against a Gaussian that is written out."""

import os
import unittest
from unittest import mock

import numpy as np
from scipy.ndimage import correlate1d

from colorize import color
from colorize.color import bins
from colorize.photos import images
from colorize.systems import params, trained, weights_file
from colorize.training.initial import build_initial
from experiments.paper import smoothing
from experiments.shared import saved
from tests.shared.experiments import Experiment, SIDE, write_run
from tests.shared.photos import write_photos


class TestScores(Experiment):
    """A network of real layers, very small."""

    def write_weights(self, system='classification'):
        settings = write_run(self.folder, system)
        built = build_initial(settings['network'])
        rng = np.random.RandomState(5)
        arrays = {name: shared.get_value() + rng.normal(
            0, 0.3, shared.get_value().shape).astype('float32')
            for name, shared in params.get_params(built.outputs).items()}
        means = bins.bin_centers() + rng.uniform(-2, 2, (2, 50))
        path = self.path(system, 'weights.npz')
        arrays['bin_means'] = means.astype('float32')
        weights_file.write(path, arrays, {'network': built.settings,
                                          'training': {'side': SIDE}})
        return path

    def test_sigma_0_is_the_plain_prediction(self):
        path = self.write_weights()
        predict, side = saved.predictor(path)
        held = trained.load(path)
        scores = smoothing.class_scores(held.network, path)
        os.makedirs(self.path('photos'))
        photo, = write_photos(self.path('photos'), 1)
        lightness = color.split(images.load_square(photo, side))[0]
        classes = scores(lightness)
        self.assertEqual(classes.shape, (2, 50, SIDE, SIDE))
        chroma = bins.from_bins(smoothing.blurred_bins(classes, 0),
                                held.means)
        np.testing.assert_array_equal(chroma, predict(lightness))
        self.assertGreater(len(np.unique(chroma)), 4)
        self.check_main(path, photo)

    def check_main(self, weights, photo):
        arguments = ['--weights', weights, '--photos', self.path('photos'),
                     '--runs', self.path('kept'), '--out', self.folder]
        said = self.run_main(smoothing.main, *arguments)
        found = self.read('smoothing.json')
        self.assertEqual(list(found['sigmas']), ['0', '1', '2', '4'])
        self.assertEqual((found['photos'], found['side']), (1, SIDE))
        for values in found['sigmas'].values():
            self.assertTrue(0 <= values['acc_u'] <= 1)
        self.assertEqual(images.load(self.path('smoothing.png')).ndim, 3)
        # Called again, it takes what it has kept; another photo it has not.
        with mock.patch.object(smoothing, 'measure_photo',
                               side_effect=ZeroDivisionError):
            self.assertEqual(self.run_main(smoothing.main, *arguments), said)
            images.save(photo, images.load(photo)[::-1])
            with self.assertRaises(ZeroDivisionError):
                self.run_main(smoothing.main, *arguments)

    def test_regression_has_no_scores(self):
        network = mock.Mock(settings={'system': 'regression',
                                      'color_space': 'luv'})
        with self.assertRaisesRegex(ValueError, '^w.npz: a regression'):
            smoothing.class_scores(network, 'w.npz')


class TestBlur(unittest.TestCase):
    def test_against_a_written_out_gaussian(self):
        scores = np.random.RandomState(0).normal(size=(2, 50, 12, 9))
        for sigma in (1, 2):
            reach = np.arange(-4 * sigma, 4 * sigma + 1)
            kernel = np.exp(-reach ** 2 / (2 * sigma ** 2))
            kernel /= kernel.sum()
            blurred = correlate1d(correlate1d(
                scores, kernel, 2, mode='nearest'), kernel, 3,
                mode='nearest')
            found = smoothing.blurred_bins(scores, sigma)
            self.assertEqual(found.shape, (12, 9, 2))
            np.testing.assert_array_equal(
                found, blurred.argmax(axis=1).transpose(1, 2, 0))

    def test_noise_and_error_are_told_apart_by_place(self):
        lightness = np.full((40, 40), 20.0)
        lightness[:, 20:] = 80
        lightness[:, 30:] -= 2 * np.arange(10)  # neither edge nor smooth
        actual = np.full((40, 40, 2), 10.0)
        for columns, noisy in ((slice(18, 22), 'edges'),
                               (slice(2, 8), 'smooth'),
                               (slice(34, 38), None)):
            predicted = actual.copy()
            predicted[::2, columns] += 30
            found = smoothing.measure(lightness, predicted, actual)
            for place in ('edges', 'smooth'):
                for name in ('noise', 'error'):
                    self.assertEqual(found[f'{name}_{place}'] > 0,
                                     place == noisy, (name, place, found))
        flat = smoothing.measure(np.full((9, 9), 50.0), actual[:9, :9],
                                 actual[:9, :9])
        self.assertIsNone(flat['noise_edges'])
        self.assertEqual(flat['noise_smooth'], 0)

    def test_means_over_photos_and_what_they_relate_to(self):
        def one(noise):
            return dict(dict.fromkeys((name for name, _, _
                                       in smoothing.METRICS), 0.5),
                        noise_edges=noise, noise_smooth=2.0)
        photos = [{'0': one(4.0), '1': one(noise), '2': one(noise),
                   '4': one(noise), 'original': one(8.0)}
                  for noise in (1.0, 3.0)]
        found = smoothing.summary(photos)['sigmas']
        self.assertEqual(found['1']['noise_edges'], 2)
        self.assertEqual(found['1']['noise_edges_to_sigma_0'], 0.5)
        self.assertEqual(found['1']['noise_edges_to_original'], 0.25)
        flat = dict.fromkeys(photos[0], one(None))
        found = smoothing.summary([flat])['sigmas']
        self.assertIsNone(found['1']['noise_edges_to_sigma_0'])

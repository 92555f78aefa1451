"""Metrics against cases worked out by hand."""

import math
import unittest

import numpy as np

from colorize import color
from colorize.color import metrics


class TestPaper(unittest.TestCase):
    def test_l_reg(self):
        # U is off by 3 and 4, V by 0 and 12: 9 + 16 + 144.
        actual = np.array([[[0., 0.], [10., 20.]]])
        predicted = np.array([[[3., 0.], [14., 8.]]])
        self.assertEqual(metrics.l_reg(predicted, actual), 169)

    def test_accuracy(self):
        # Bins of four units: 0 and 3.9 share one, 3.9 and 4 do not.
        actual = np.array([[[0., 0.], [0., 0.], [0., 150.], [0., 0.]]])
        predicted = np.array([[[3.9, 4.], [4., -1.], [1., 99.], [0., 0.]]])
        self.assertEqual(metrics.accuracy(predicted, actual), (0.75, 0.5))

    def test_saturation_difference(self):
        # Saturations by hand: red 1, (255, 127.5, 127.5) 0.5, grey 0.
        actual = np.array([[[1, 0, 0], [1, .5, .5]]])
        grey = np.full((1, 2, 3), 0.4)
        half = np.array([[[1, .5, .5], [1, .75, .75]]])
        difference = metrics.saturation_difference
        self.assertAlmostEqual(difference(grey, actual), 1)
        self.assertAlmostEqual(difference(half, actual), 0.5, 6)
        self.assertEqual(difference(actual, actual), 0)
        # |sum - sum|: mistakes that cancel do not count.
        self.assertAlmostEqual(difference(actual[:, ::-1], actual), 0)
        # Nor is there anything to divide by where rounding left a trace.
        for trace in (0, 1e-7, 1e-3):
            self.assertTrue(math.isnan(difference(
                actual, grey * [1 + trace, 1, 1])))


class TestField(unittest.TestCase):
    def test_psnr(self):
        black = np.zeros((4, 4, 3), 'uint8')
        self.assertEqual(metrics.psnr(black, black), float('inf'))
        self.assertAlmostEqual(metrics.psnr(black + 255, black), 0)
        # An error of 1 everywhere: 20 log10(255) = 48.1308 dB.
        self.assertAlmostEqual(metrics.psnr(black + 1, black), 48.1308, 4)

    def test_psnr_of_floats_and_bytes(self):
        one, two = np.random.RandomState(0).randint(
            0, 256, (2, 9, 8, 3)).astype('uint8')
        expected = 20 * np.log10(255 / np.sqrt(np.mean(
            (one.astype(float) - two) ** 2)))
        self.assertAlmostEqual(metrics.psnr(one, two), expected, 6)
        self.assertAlmostEqual(metrics.psnr(one / 255, two), expected, 6)

    def test_delta_e(self):
        """Differences that CIE 142-2001 gives: 100 from black to white,
        and of two blues, by Sharma, Wu and Dalal (2005), pair 1, 2.0425."""
        from skimage.color import lab2rgb
        black = np.zeros((2, 2, 3), 'uint8')
        self.assertEqual(metrics.delta_e(black, black), 0)
        self.assertAlmostEqual(metrics.delta_e(black + 255, black), 100, 2)
        # Pair 17 and the like lie outside sRGB; these two do not.
        one, two = (lab2rgb(np.array([[[50., a, b]]])) for a, b in
                    ((2.5, 0.), (0., -2.5)))
        self.assertAlmostEqual(metrics.delta_e(one, two), 4.3065, 2)

    def test_colorfulness(self):
        grey = np.full((2, 2, 3), 77, 'uint8')
        self.assertEqual(metrics.colorfulness(grey), 0)
        # One pure red: rg = 255, yb = 127.5, no spread; 0.3 * 285.0987.
        red = np.zeros((2, 2, 3), 'uint8') + np.array([255, 0, 0], 'uint8')
        self.assertAlmostEqual(metrics.colorfulness(red), 85.5296, 3)
        # Half red, half cyan: rg is 255 or -255, yb 127.5 or -127.5, so
        # the means vanish and the spread is 285.0987.
        both = red.copy()
        both[0] = 255 - both[0]
        self.assertAlmostEqual(metrics.colorfulness(both), 285.0877, 1)


class TestScore(unittest.TestCase):
    def test_a_perfect_prediction(self):
        photo = np.random.RandomState(0).randint(
            60, 180, (8, 8, 3)).astype('uint8')
        lightness, chroma = color.split(photo)
        found = metrics.score(lightness, chroma, chroma)
        self.assertEqual((found['l_reg'], found['acc_u'], found['acc_v'],
                          found['sat_diff'], found['colorfulness_diff']),
                         (0, 1, 1, 0, 0))

    def test_a_grey_prediction(self):
        photo = np.zeros((8, 8, 3), 'uint8') + np.array([200, 40, 40],
                                                        'uint8')
        lightness, chroma = color.split(photo)
        found = metrics.score(lightness, 0 * chroma, chroma)
        self.assertEqual((found['acc_u'], found['acc_v']), (0, 0))
        self.assertAlmostEqual(found['sat_diff'], 1, 2)
        self.assertLess(found['colorfulness_diff'], -40)

    def test_average_passes_over_what_is_not_finite(self):
        nan, inf = float('nan'), float('inf')
        found = metrics.average([{'a': 1., 'b': nan, 'c': inf},
                                 {'a': 3., 'b': 5., 'c': nan}])
        self.assertEqual(found, {'a': 2., 'b': 5., 'c': None})

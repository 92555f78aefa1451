"""Binning against brute force."""

import unittest

import numpy as np

from colorize import bins


def brute_force_bin(value, low=-100.0, width=4.0):
    """Count the upper edges that the value has passed."""
    number = 0
    while number < 49 and value >= low + width * (number + 1):
        number += 1
    return number


class TestBins(unittest.TestCase):
    def test_agrees_with_brute_force(self):
        rng = np.random.RandomState(0)
        values = np.concatenate([rng.uniform(-180, 180, 2000),
                                 np.arange(-104, 105, 1.0)])
        expected = [brute_force_bin(value) for value in values]
        np.testing.assert_array_equal(bins.to_bins(values), expected)

    def test_ends(self):
        values = np.array([-134., -100., -96.0001, -96., 0., 99.9, 100., 175.])
        self.assertEqual(bins.to_bins(values).tolist(),
                         [0, 0, 0, 1, 25, 49, 49, 49])

    def test_hsv_bins_are_a_fiftieth(self):
        values = np.array([0., 0.019, 0.021, 0.99, 1.])
        self.assertEqual(bins.to_bins(values, 'hsv').tolist(),
                         [0, 0, 1, 49, 49])

    def test_centers(self):
        centers = bins.bin_centers()
        self.assertEqual(centers.shape, (2, 50))
        np.testing.assert_allclose(centers[1], np.arange(-98, 100, 4))
        np.testing.assert_array_equal(bins.to_bins(centers[0]),
                                      np.arange(50))

    def test_means_are_those_of_the_pixels(self):
        rng = np.random.RandomState(1)
        photos = [rng.uniform(-60, 90, (5, 7, 2)) for _ in range(3)]
        totals = sum(np.array(bins.bin_totals(photo)) for photo in photos)
        means = bins.bin_means(*totals)
        pixels = np.concatenate([photo.reshape(-1, 2) for photo in photos])
        for channel in (0, 1):
            for number in range(50):
                inside = [value for value in pixels[:, channel]
                          if brute_force_bin(value) == number]
                expected = (np.mean(inside) if inside
                            else -98 + 4 * number)
                self.assertAlmostEqual(means[channel, number], expected, 4)

    def test_unbin_takes_each_channels_own_means(self):
        means = np.stack([np.arange(50), 100 + np.arange(50)])
        chosen = np.array([[[3, 4], [0, 49]]], 'uint8')
        np.testing.assert_array_equal(bins.from_bins(chosen, means),
                                      [[[3, 104], [0, 149]]])

    def test_unbin_of_bin_is_within_half_a_bin(self):
        values = np.random.RandomState(2).uniform(-100, 100, (50, 50, 2))
        back = bins.from_bins(bins.to_bins(values), bins.bin_centers())
        self.assertLessEqual(np.abs(back - values).max(), 2.0001)

"""Binning against brute force."""

import math
import unittest

import numpy as np

from colorize.color import bins


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


class TestAsked(unittest.TestCase):
    """Soft bins and rebalancing against Zhang's formulas, in plain Python."""

    def setUp(self):
        self.counts = np.zeros((2, 50))
        self.counts[0, [3, 24, 25]] = 10, 60, 30
        self.counts[1] = 2

    def test_neither_asks_for_the_bin_alone(self):
        self.counts += 1
        np.testing.assert_allclose(bins.soft_targets(self.counts),
                                   [np.eye(50)] * 2, rtol=1e-6)

    def test_rebalancing_by_hand(self):
        found = bins.soft_targets(self.counts, rebalancing=0.5)
        raw = {number: 1 / (0.5 * share + 0.5 / 50)
               for number, share in ((3, 0.1), (24, 0.6), (25, 0.3))}
        mean = 0.1 * raw[3] + 0.6 * raw[24] + 0.3 * raw[25]
        for number, weight in raw.items():
            self.assertAlmostEqual(found[0, number, number], weight / mean,
                                   5)
        # Where all bins are as frequent, no pixel weighs more than others.
        np.testing.assert_allclose(found[1], np.eye(50), rtol=1e-6)

    def test_a_soft_bin_is_a_gaussian(self):
        found = bins.soft_targets(self.counts, soft_bins=0.8)
        density = [math.exp(-(number - 25) ** 2 / (2 * 0.8 ** 2))
                   for number in range(50)]
        np.testing.assert_allclose(found[0, 25],
                                   np.array(density) / sum(density),
                                   rtol=1e-5, atol=1e-9)
        np.testing.assert_allclose(found[1].sum(axis=1), 1, rtol=1e-5)

    def test_shares_are_what_the_pixels_ask_for(self):
        found = bins.prior(self.counts, 0.8, 0.5)
        asked = bins.soft_targets(self.counts, 0.8, 0.5)
        total = sum(self.counts[0, number] * asked[0, number]
                    for number in range(50))
        np.testing.assert_allclose(found[0], total / 100, rtol=1e-4)
        np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
        np.testing.assert_allclose(bins.prior(self.counts)[0, [3, 24, 25]],
                                   (0.1, 0.6, 0.3), rtol=1e-6)

    def test_both_weigh_what_is_spread(self):
        found = bins.soft_targets(self.counts, 0.8, 0.5)
        alone = bins.soft_targets(self.counts, 0, 0.5)
        np.testing.assert_allclose(found.sum(axis=2), alone.sum(axis=2),
                                   rtol=1e-5)

"""Means of bins by lightness, against slow loops."""

import unittest

import numpy as np

from colorize.color import bins, level_means
from colorize.color.level_means import LEVELS

RNG = np.random.RandomState(0)


class TestTotals(unittest.TestCase):
    def test_against_a_loop(self):
        lightness = RNG.uniform(0, 100, (6, 7))
        lightness[0, :3] = 0, 100, 4.9
        chroma = RNG.uniform(-100, 100, (6, 7, 2)).astype('float32')
        counts, sums = np.zeros((2, LEVELS, 2, 50))
        for light, pixel in zip(lightness.ravel(), chroma.reshape(-1, 2)):
            for channel, value in enumerate(pixel):
                place = round(light / 10), channel, int((value + 100) // 4)
                counts[place] += 1
                sums[place] += value
        found = level_means.level_totals(lightness, chroma)
        np.testing.assert_array_equal(found[0], counts)
        np.testing.assert_allclose(found[1], sums)
        for mine, plain in zip(found, bins.bin_totals(chroma)):
            np.testing.assert_allclose(mine.sum(axis=0), plain)


class TestMeans(unittest.TestCase):
    def test_against_a_loop(self):
        """Each neighbour counts by Gaussians of half a level, half a bin."""
        counts = RNG.randint(0, 99, (LEVELS, 2, 50)).astype('float64')
        counts[:, 0, 49] = 0
        sums = counts * (bins.bin_centers() + RNG.uniform(-1, 1, (2, 50)))
        found = level_means.level_means(counts, sums)
        for level, channel, number in ((0, 0, 0), (5, 1, 20), (10, 0, 49)):
            plain = counts[:, channel, number].sum()
            plain = (sums[:, channel, number].sum() / plain if plain
                     else -98 + 4 * number)
            above, below = 50 * plain, 50
            for other in range(LEVELS):
                for near in range(50):
                    weight = np.exp(-2 * ((other - level) ** 2
                                          + (near - number) ** 2))
                    above += weight * sums[other, channel, near]
                    below += weight * counts[other, channel, near]
            self.assertAlmostEqual(found[level, channel, number],
                                   above / below, 4)

    def test_dark_bins_lie_nearer_to_grey(self):
        """Many pixels on one side of a nearly empty bin pull its mean."""
        counts = np.zeros((LEVELS, 2, 50))
        counts[5] = 1e6
        counts[0, :, 25], counts[0, :, 26] = 1e6, 1
        found = level_means.level_means(counts, counts * bins.bin_centers())
        np.testing.assert_allclose(found[5], bins.bin_centers(), atol=0.5)
        self.assertLess(found[0, 0, 26], bins.bin_centers()[0, 26] - 2)


class TestHats(unittest.TestCase):
    def test_against_a_loop(self):
        values = RNG.normal(size=(LEVELS, 2, 50))
        for light in (-3, 0, 0.01, 10, 14, 99.9, 100, 104):
            hats = level_means.hats(np.float32(light), LEVELS)
            self.assertEqual((hats.shape, hats.dtype), ((LEVELS,), 'float32'))
            below = int(min(max(light, 0), 99.99) // 10)
            share = (min(max(light, 0), 100) - 10 * below) / 10
            expected = ((1 - share) * values[below]
                        + share * values[below + 1])
            np.testing.assert_allclose(np.tensordot(hats, values, 1), expected,
                                       atol=1e-5)
            np.testing.assert_allclose(level_means.at(values, light), expected,
                                       atol=1e-5)

    def test_of_a_picture(self):
        light = RNG.uniform(-5, 105, (3, 4))
        found = level_means.hats(light, 5)
        self.assertEqual(found.shape, (3, 4, 5))
        np.testing.assert_allclose(found.sum(axis=-1), 1, atol=1e-6)
        np.testing.assert_allclose(found @ np.arange(0, 101, 25),
                                   light.clip(0, 100), atol=1e-4)

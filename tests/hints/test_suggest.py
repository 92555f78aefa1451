"""The likeliest colours of a place."""

import unittest

import numpy as np

from colorize import color
from colorize.color import bins
from colorize.hints import suggest


class TestLikeliest(unittest.TestCase):
    def setUp(self):
        """Three peaks of the joint distribution; the rest is even."""
        self.chances = np.full((2, 50), 1e-4)
        self.chances[0, [20, 30]] = 0.7, 0.3
        self.chances[1, [25, 35]] = 0.9, 0.1
        self.chances /= self.chances.sum(axis=1, keepdims=True)
        self.means = bins.bin_centers()

    def found(self, count=5, light=60):
        return suggest.likeliest(self.chances, self.means, light, count)

    def test_peaks(self):
        found = self.found(4)
        self.assertEqual(len(found), 4)
        for (shown, chance), (u, v, expected) in zip(found, (
                (20, 25, 0.63), (30, 25, 0.27), (20, 35, 0.07),
                (30, 35, 0.03))):
            self.assertAlmostEqual(chance, expected, delta=0.02)
            chroma = self._chroma(shown)
            self.assertAlmostEqual(chroma[0], -98 + 4 * u, delta=2)
            self.assertAlmostEqual(chroma[1], -98 + 4 * v, delta=2)

    @staticmethod
    def _chroma(shown):
        values = [int(shown[place:place + 2], 16) for place in (1, 3, 5)]
        light, chroma = color.split(np.array([[values]], 'uint8'))
        assert abs(light[0, 0] - 60) < 1
        return chroma[0, 0]

    def test_distinct_in_order_and_no_more_than_certain(self):
        for light in (2, 60, 99):
            found = self.found(8, light)
            self.assertEqual(len({shown for shown, _ in found}), len(found))
            chances = [chance for _, chance in found]
            self.assertEqual(chances, sorted(chances, reverse=True))
            self.assertLessEqual(sum(chances), 1 + 1e-6)

    def test_neighbours_are_one_colour(self):
        self.chances[:] = 0
        self.chances[0, 20:23] = 1 / 3
        self.chances[1, 25] = 1
        (_, chance), = self.found(5)
        self.assertAlmostEqual(chance, 1)

    def test_black_has_one_colour(self):
        """At L = 0 all colours are black: the search has to end."""
        rng = np.random.RandomState(0)
        scores = rng.normal(0, 30, (2, 50)).astype('float32')
        self.chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        self.chances /= self.chances.sum(axis=1, keepdims=True)
        (shown, chance), = self.found(light=0)
        self.assertEqual(shown, '#000000')
        self.assertAlmostEqual(chance, 1, places=5)

"""How even colours are, against loops."""

import itertools
import unittest

import numpy as np

from experiments.shared import evenness


class TestEvenness(unittest.TestCase):
    def test_variation_against_loops(self):
        chroma = np.random.RandomState(1).normal(size=(5, 6, 2))
        expected = np.zeros((5, 6))
        for row, column in itertools.product(range(5), range(6)):
            for below, right in ((1, 0), (0, 1)):
                if row + below < 5 and column + right < 6:
                    expected[row, column] += ((
                        chroma[row + below, column + right]
                        - chroma[row, column]) ** 2).sum()
        np.testing.assert_allclose(evenness.variation(chroma),
                                   expected ** 0.5)

    def test_edges_may_change_color_and_areas_may_not(self):
        lightness = np.full((40, 40), 30.0)
        lightness[:, 20:] = 70
        halves = np.zeros((40, 40, 2))
        halves[:, 17:] = 50  # near the edge, where L is even again
        spots = np.zeros((40, 40, 2))
        spots[4:12, 4:12] = 50
        self.assertEqual(evenness.inconsistency(lightness, halves), 0)
        self.assertGreater(evenness.inconsistency(lightness, spots), 0.5)
        steep = np.tile(np.arange(40) * 2.5, (40, 1))  # nothing is smooth
        self.assertEqual(evenness.inconsistency(steep, spots), 0)

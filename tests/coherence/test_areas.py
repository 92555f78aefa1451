"""One answer for each smooth area."""

import unittest

import numpy as np
from scipy.special import softmax

from colorize import paint
from colorize.coherence import COHERENCES, areas, regions

RNG = np.random.RandomState(0)


class TestAreas(unittest.TestCase):
    def setUp(self):
        """Two smooth halves and a rough band between them, a dot in one."""
        self.light = np.repeat([[20.] * 20 + [50.] * 8 + [80.] * 20], 40, 0)
        self.light += np.linspace(0, 8, 40)[:, None]
        self.light[:, 20:28] += 40 * RNG.rand(40, 8)
        self.light[30, 35:37] += 40
        self.given = RNG.normal(0, 2, (2, 50, 40, 48)).astype('float32')

    def test_each_takes_the_geometric_mean_of_its_probabilities(self):
        before = self.given.copy()
        found = areas.average(self.given, self.light)
        np.testing.assert_array_equal(self.given, before)
        np.testing.assert_array_equal(found[..., 20:28], before[..., 20:28])
        self.assertGreater(np.abs(found[..., 30, 35]
                                  - found[..., 10, 35]).min(), 0)
        for half in np.s_[:, :18], np.s_[:22, 30:]:
            chances = softmax(found, 1)[:, :, half[0], half[1]]
            self.assertLess(np.ptp(chances, axis=(2, 3)).max(), 1e-6)
        inside = found[0, 0] == found[0, 0, 20, 9]
        self.assertGreater(inside.sum(), 40 * 17)
        logs = np.log(softmax(np.float64(before), 1))[..., inside].mean(-1)
        np.testing.assert_allclose(softmax(found, 1)[..., 20, 9],
                                   softmax(logs, 1), rtol=1e-4)

    def test_nothing_smooth_or_nothing_large_stays(self):
        rough = 100 * RNG.rand(40, 48)
        np.testing.assert_array_equal(areas.average(self.given, rough),
                                      self.given)
        rough[3:8, 3:8] = 50  # nine pixels of it are smooth
        np.testing.assert_array_equal(areas.average(self.given, rough),
                                      self.given)

    def test_in_numpy(self):
        for light in (self.light, self.light[:, :20]):
            given = np.ascontiguousarray(self.given[..., :light.shape[1]])
            np.testing.assert_allclose(
                areas.average(given, light),
                regions.in_numpy(given, *areas.found(light)), atol=1e-5)

    def test_compiled_reads_nothing_beside_its_arrays(self):
        for numbers, count in ((np.ones((40, 47), int), 1),
                               (np.full((40, 48), 2), 1),
                               (np.full((40, 48), -1), 1)):
            with self.assertRaisesRegex(ValueError, 'regions of shape'):
                paint.average(self.given, numbers, count)

    def test_planes_apart(self):
        both = areas.average(list(self.given), self.light)
        np.testing.assert_allclose(
            np.stack(both), areas.average(self.given, self.light), atol=1e-6)

    def test_compiled_and_not(self):
        """The guided filter follows, whatever it is asked for."""
        way, flat = COHERENCES['areas'], np.zeros((2, 50))
        centers = RNG.normal(size=(2, 50))
        chances = softmax(way.scores(self.given, self.light), 1)
        np.testing.assert_allclose(
            way.at_once(self.given, self.light, flat, centers, 1),
            np.einsum('cbxy,cb->cxy', chances, centers), atol=2e-5)

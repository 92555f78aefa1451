"""Means of bins that depend on lightness."""

import numpy as np

from colorize.color import bins
from colorize.systems.decodings import DECODINGS, unbinned
from experiments.beyond import level_means
from tests.shared.experiments import Experiment
from tests.shared.photos import photo, write_photos


class TestLevelMeans(Experiment):
    def test_one_mean_at_all_levels_is_the_plain_way(self):
        rng = np.random.RandomState(0)
        scores = rng.normal(0, 2, (2, 50, 6, 7)).astype('float32')
        light, vivid = 100 * rng.rand(6, 7), DECODINGS['vivid']
        same = np.tile(bins.bin_centers(), (level_means.LEVELS, 1, 1))
        plain = unbinned(scores, vivid, bins.bin_centers())
        np.testing.assert_allclose(
            level_means.unbinned(scores, vivid, same, light), plain,
            atol=1e-4)
        steps = same + np.arange(level_means.LEVELS)[:, None, None]
        np.testing.assert_allclose(
            level_means.unbinned(scores, vivid, steps, light),
            plain + light / 10, atol=1e-3)

    def test_dark_bins_lie_nearer_to_grey(self):
        """Many pixels on one side of a nearly empty bin pull its mean."""
        counts = np.zeros((level_means.LEVELS, 2, 50))
        counts[5] = 1e6
        counts[0, :, 25], counts[0, :, 26] = 1e6, 1
        found = level_means.level_means(counts, counts * bins.bin_centers())
        np.testing.assert_allclose(found[5], bins.bin_centers(), atol=0.5)
        self.assertLess(found[0, 0, 26], bins.bin_centers()[0, 26] - 2)

    def test_of_photos(self):
        path, = write_photos(self.folder, 1, rows=16, columns=16)
        found = level_means.of_photos([path], 16)
        self.assertEqual(found.shape, (level_means.LEVELS, 2, 50))
        self.assertLess(np.abs(found - bins.bin_centers()).max(), 4)
        self.assertEqual(photo(0, 16, 16).shape, (16, 16, 3))

"""Chroma scaled up along edges, against truth that we made or know."""

import unittest

import numpy as np
from scipy.ndimage import gaussian_gradient_magnitude

from colorize import color, guided, images
from tests.photos import photo


def discs(side=256):
    """Discs of random colours over each other: edges without blur."""
    rng, places = np.random.RandomState(0), np.mgrid[:side, :side]
    found = np.empty((side, side, 3))
    found[:] = rng.rand(3)
    for _ in range(12):
        middle = rng.rand(2, 1, 1) * side
        inside = ((places - middle) ** 2).sum(axis=0) < (side / 6) ** 2
        found[inside] = rng.rand(3)
    return found


class TestUpscale(unittest.TestCase):
    def errors(self, rgb, factor):
        """Of bicubic and ours, where the true chroma changes most."""
        lightness, chroma = color.split(rgb)
        size = [length // factor for length in lightness.shape]
        small = images.resize(chroma, *size)
        ours = guided.upscale(guided.guide(small, images.resize(
            lightness, *size)), lightness)
        plain = images.resize(small, *lightness.shape)
        slope = sum(gaussian_gradient_magnitude(chroma[..., channel], 1)
                    for channel in (0, 1))
        edge = slope > np.percentile(slope, 90)
        return [np.sqrt(((found - chroma)[edge] ** 2).mean())
                for found in (plain, ours)]

    def test_bleeds_less_than_bicubic_over_made_edges(self):
        plain, ours = self.errors(discs(), 4)
        self.assertLess(ours, 0.6 * plain)

    def test_bleeds_less_than_bicubic_on_real_photos(self):
        for number in range(3):
            plain, ours = self.errors(photo(number, 48, 64), 4)
            self.assertLess(ours, 0.95 * plain)

    def test_nothing_changes_at_the_networks_own_size(self):
        lightness, chroma = color.split(photo())
        found = guided.upscale(guided.guide(chroma, lightness), lightness)
        np.testing.assert_allclose(found, chroma, atol=1e-4)

    def test_flat_lightness_gives_bicubic(self):
        _, chroma = color.split(photo(rows=16, columns=24))
        found = guided.upscale(guided.guide(chroma, np.full((16, 24), 50.)),
                               np.full((40, 70), 50.))
        np.testing.assert_allclose(found, images.resize(chroma, 40, 70),
                                   atol=1e-4)

    def test_slope_is_that_of_least_squares(self):
        """Against a fit of each window, then their mean, in plain numpy."""
        lightness, chroma = color.split(photo(rows=9, columns=9))
        found = guided.guide(chroma, lightness, 1, 1e-6).slope[4, 4]
        fits = [[np.polyfit(lightness[window].ravel(),
                            chroma[window + (channel,)].ravel(), 1)[0]
                 for window in (np.s_[row:row + 3, column:column + 3]
                                for row in (2, 3, 4) for column in (2, 3, 4))]
                for channel in (0, 1)]
        np.testing.assert_allclose(found, np.mean(fits, axis=1), rtol=1e-2)

    def test_strips_meet_without_a_seam(self):
        lightness, chroma = color.split(photo(rows=61, columns=50))
        found = guided.guide(images.resize(chroma, 16, 8),
                             images.resize(lightness, 16, 8))
        strips = [guided.upscale(found, lightness[first:first + 7], first, 61)
                  for first in range(0, 61, 7)]
        np.testing.assert_allclose(np.concatenate(strips), guided.upscale(
            found, lightness), atol=1e-3)

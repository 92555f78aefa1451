"""Chroma scaled up along edges, against truth that we made or know."""

import json
import os
import unittest

import numpy as np

from colorize import color
from colorize.color import guided_filter
from colorize.color.guided_filter import guide, upscale
from colorize.photos import images
from experiments.measure import bleeding
from experiments.shared import bundled
from tests.shared.folder import ROOT
from tests.shared.photos import photo

OURS = f'guided {guided_filter.RADIUS} {guided_filter.EPSILON}'


class TestUpscale(unittest.TestCase):
    def test_bleeds_less_than_bicubic_over_made_edges(self):
        found = bleeding.errors(images.to_uint8(bleeding.discs(256, 12)), 64)
        self.assertLess(found[OURS], 0.6 * found['bicubic'])

    def test_bleeds_less_than_bicubic_on_real_photos(self):
        for name in ('chelsea.png', 'coffee.png'):
            rgb = images.load(bundled.path(name))
            found = bleeding.errors(rgb, 160)
            self.assertLess(found[OURS], 0.8 * found['bicubic'])

    def test_is_the_best_of_those_that_were_tried(self):
        with open(os.path.join(ROOT, 'experiments', 'results',
                               'bleeding.json')) as file:
            found = json.load(file)
        for photos, share in (('real', 0.85), ('discs', 0.5)):
            each = found[photos]
            self.assertLess(each[OURS], share * each['bicubic'])
        self.assertLess(found['real'][OURS],
                        1.02 * min(found['real'].values()))

    def test_nothing_changes_at_the_networks_own_size(self):
        lightness, chroma = color.split(photo())
        found = upscale(
            guide(chroma, lightness), lightness)
        np.testing.assert_allclose(found, chroma, atol=1e-4)

    def test_flat_lightness_gives_bicubic(self):
        _, chroma = color.split(photo(rows=16, columns=24))
        found = upscale(guide(chroma, np.full((16, 24), 50.)),
                        np.full((40, 70), 50.))
        np.testing.assert_allclose(found, images.resize(chroma, 40, 70),
                                   atol=1e-4)

    def test_slope_is_that_of_least_squares(self):
        """Against a fit of each window, then their mean, in plain numpy."""
        lightness, chroma = color.split(photo(rows=9, columns=9))
        found = guide(chroma, lightness, 1, 1e-6).slope[4, 4]
        fits = [[np.polyfit(lightness[window].ravel(),
                            chroma[window + (channel,)].ravel(), 1)[0]
                 for window in (np.s_[row:row + 3, column:column + 3]
                                for row in (2, 3, 4) for column in (2, 3, 4))]
                for channel in (0, 1)]
        np.testing.assert_allclose(found, np.mean(fits, axis=1), rtol=1e-2)

    def test_strips_meet_without_a_seam(self):
        lightness, chroma = color.split(photo(rows=61, columns=50))
        found = guide(images.resize(chroma, 16, 8),
                      images.resize(lightness, 16, 8))
        strips = [upscale(found, lightness[first:first + 7], first, 61)
                  for first in range(0, 61, 7)]
        np.testing.assert_allclose(np.concatenate(strips), upscale(
            found, lightness), atol=1e-3)

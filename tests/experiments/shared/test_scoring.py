"""Metrics over many photos, against counting by hand."""

import unittest

import numpy as np

from colorize.photos import images
from experiments.shared import scoring
from tests.shared.experiments import Experiment, to_bins, to_luv


class TestMostFrequentBin(Experiment):
    def test_against_counting(self):
        rng = np.random.RandomState(3)
        photos = rng.randint(0, 256, (5, 8, 8, 3)).astype('uint8')
        photos[:, :5] = (200, 120, 40)
        paths = [self.path(f'{number}.png') for number in range(5)]
        for path, photo in zip(paths, photos):
            images.save(path, photo)
        found = scoring.most_frequent_bin(paths, 8)
        values = np.clip(np.concatenate([
            to_luv(photo).reshape(-1, 3)[:, 1:] for photo in photos]),
            -100, 100)
        for channel in (0, 1):
            by_bin = {}
            for value in values[:, channel]:
                by_bin.setdefault(int(to_bins(value)), []).append(value)
            most = max(by_bin.values(), key=len)
            self.assertAlmostEqual(found[channel], np.mean(most), 3)


class TestSummary(unittest.TestCase):
    def test_photos_without_colors_count_for_none(self):
        one = dict.fromkeys(('acc_u', 'acc_v', 'psnr', 'saturation'), 1.0)
        scores = [dict(one, sat_diff=0.5, colorfulness_ratio=2.0,
                       actual_saturation=0.5),
                  dict(one, sat_diff=float('nan'), actual_saturation=0.0,
                       colorfulness_ratio=float('nan'))]
        found = scoring.summary(scores)
        self.assertEqual(found['sat_diff'], 0.5)
        self.assertEqual(found['colorfulness_ratio'], 2)
        self.assertEqual(found['sat_diff_set'], (2 - 0.5) / 0.5)
        found = scoring.summary(scores[1:])
        self.assertIsNone(found['sat_diff'])
        self.assertIsNone(found['sat_diff_set'])

    def test_ratio_needs_a_colorful_original(self):
        lightness, gray = np.full((8, 8), 50.0), np.zeros((8, 8, 2))
        vivid = np.full((8, 8, 2), (50.0, 30.0))
        self.assertTrue(np.isnan(scoring.score(
            lightness, vivid, gray)['colorfulness_ratio']))
        self.assertAlmostEqual(scoring.score(
            lightness, vivid, vivid)['colorfulness_ratio'], 1)

"""Colours that hold: motion, cuts, averages."""

import unittest

import numpy as np

from colorize import color
from colorize.video import extra, motion, steady
from tests.shared import films

extra.require('tests')


def lights(count=20, step=2, rows=48, columns=64):
    """Lightness of a film that pans."""
    return [color.lightness_of(picture) for picture
            in films.pictures(count, rows, columns, step)]


class TestMotion(unittest.TestCase):
    def test_pictures_that_are_too_small_for_it(self):
        """As weights of a side of 32 see strips; OpenCV would crash."""
        for rows, columns in ((8, 128), (128, 8), (8, 8), (15, 256)):
            first, second = np.random.RandomState(0).rand(
                2, rows, columns).astype('float32') * 100
            where, _ = motion.motion(first, second)
            np.testing.assert_array_equal(where[1, 2], [2, 1])
            motion.is_cut(first, second)

    def test_carries_along(self):
        """Columns move by the pan: those of now were further right before."""
        first, second = lights(3, step=3)[:2]
        places = np.tile(np.arange(64, dtype='float32'), (48, 1))[..., None]
        carried = motion.carry(places, first, second)
        moved = carried.values[8:-8, 8:-8, 0] - places[8:-8, 8:-8, 0]
        self.assertAlmostEqual(float(np.median(moved)), 3, delta=0.2)
        self.assertGreater(carried.trust[8:-8, 8:-8].mean(), 0.7)

    def test_does_not_trust_another_picture(self):
        one, other = lights(20)[0], lights(20)[0][::-1, ::-1]
        trust = motion.carry(one[..., None], one, np.ascontiguousarray(
            other)).trust
        self.assertLess(trust.mean(), 0.3)

    def test_trusts_through_a_fade_and_the_brighter_more(self):
        bright = lights(3)[0]
        dark = 0.5 * bright
        out = motion.carry(bright[..., None], bright, dark).trust.mean()
        into = motion.carry(dark[..., None], dark, bright).trust.mean()
        self.assertGreater(out, 0.8)
        self.assertLess(into, 0.3)

    def test_cuts(self):
        pan = lights(20, step=4)
        other = np.ascontiguousarray(pan[0][::-1, ::-1])
        for before, now in zip(pan, pan[1:]):
            self.assertFalse(motion.is_cut(before, now))
        self.assertTrue(motion.is_cut(pan[0], other))
        self.assertTrue(motion.is_cut(0 * pan[0], 0 * pan[0] + 80))
        for light in np.linspace(0, 1, 10):
            self.assertFalse(motion.is_cut(light * pan[0],
                                           (light + 0.1) * pan[0]))


class TestStretches(unittest.TestCase):
    def run_through(self, smalls, firm, answer, **settings):
        return list(steady.stretches(
            enumerate(smalls), answer, lambda scores, small, points: scores,
            firm, **settings))

    def test_every_frame_comes_once_and_in_order(self):
        smalls = lights(21)
        smalls[13:] = [np.ascontiguousarray(small[::-1, ::-1])
                       for small in smalls[13:]]
        found = self.run_through(smalls, 0.5, lambda small: small[..., None])
        self.assertEqual([item for each in found for item in each.items],
                         list(range(21)))
        self.assertEqual([each.items[0] for each in found], [0, 8, 13])
        # Beyond the cut nothing is remembered.
        self.assertIsNotNone(found[0].memory)
        self.assertIsNone(found[1].memory)

    def test_without_steadiness_each_frame_is_its_own(self):
        smalls, asked = lights(6), []

        def answer(small):
            asked.append(len(asked))
            return np.full(small.shape + (1,), len(asked), 'float32')
        found = self.run_through(smalls, 0, answer)
        self.assertEqual(len(asked), 6)
        self.assertEqual([float(each.tints[0].mean()) for each in found],
                         [1, 2, 3, 4, 5, 6])

    def test_answers_that_jump_are_averaged(self):
        """Of a picture that stands still, after 1 the answer is 3."""
        answers = iter([1, 3, 3, 3])

        def answer(small):
            return np.full(small.shape + (1,), next(answers), 'float32')
        found = self.run_through(
            [lights(1)[0].copy() for _ in range(25)], 0.5, answer)
        tints = [float(tint.mean()) for each in found for tint in each.tints]
        self.assertEqual(tints[0], 1)
        self.assertAlmostEqual(tints[8], 2, places=2)
        self.assertAlmostEqual(tints[16], 2.5, places=2)
        self.assertAlmostEqual(tints[4], 1.5, places=2)
        self.assertLess(max(np.diff(tints)), 0.15)

    def test_going_on_is_the_same(self):
        smalls = lights(40)

        def answer(small):
            return np.dstack([small, 100 - small])
        whole = self.run_through(smalls, 0.7, answer)
        rest = self.run_through(smalls[16:], 0.7, answer,
                                memory=whole[1].memory)
        for one, other in zip(whole[2:], rest):
            np.testing.assert_array_equal(one.tints, other.tints)

"""Minibatches: their content, their order, their thread."""

import threading
import time
import unittest
from unittest import mock

import numpy as np

from colorize import color
from colorize.color import bins
from colorize.prefetch import prefetch
from colorize.settings import check_network
from colorize.systems import arrays
from colorize.systems.decodings import decode
from colorize.training import batches
from tests.shared.photos import photo


class TestPrepare(unittest.TestCase):
    def test_input_is_the_gray_photo_three_times_less_the_mean(self):
        grey = np.repeat(np.arange(0, 256, 4, 'uint8').reshape(8, 8, 1), 3,
                         axis=2)
        found = batches.prepare(grey, check_network({})).inputs
        self.assertEqual(found.shape, (1, 3, 8, 8))
        for plane, mean in zip(found[0], (103.939, 116.779, 123.68)):
            np.testing.assert_allclose(plane, grey[..., 0] - mean,
                                       atol=0.01)

    def test_targets_of_both_systems(self):
        rgb = photo()
        chroma = np.clip(color.split(rgb)[1], -100, 100)
        batch = batches.prepare(rgb, check_network({}))
        np.testing.assert_array_equal(
            batch.targets[0], np.moveaxis(bins.to_bins(chroma), -1, 0))
        self.assertEqual(batch.targets.dtype, 'uint8')
        batch = batches.prepare(rgb, check_network(
            {'system': 'regression'}))
        np.testing.assert_allclose(
            batch.targets[0], np.moveaxis(chroma, -1, 0) / 100, rtol=1e-6)
        self.assertEqual(batch.targets.dtype, 'float32')

    def test_decode_undoes_encode(self):
        chroma = np.clip(color.split(photo())[1], -100, 100)
        for system, error in (('classification', 2.001),
                              ('regression', 1e-4)):
            settings = check_network({'system': system})
            answer = arrays.encode(chroma, settings)[None]
            if system == 'classification':  # certain of the right bins
                answer = np.moveaxis(np.eye(50)[answer], -1, 2)[0]
                answer = answer[:, None]
            else:
                answer = [answer]
            back = decode(answer, settings, 'argmax', bins.bin_centers())
            self.assertLessEqual(
                np.abs(np.moveaxis(back[0], 0, -1) - chroma).max(), error)


class TestAugment(unittest.TestCase):
    def test_crops_are_squares_of_the_photo(self):
        rgb = np.arange(20 * 24 * 3).reshape(20, 24, 3)
        seen = set()
        for number in range(60):
            rng = np.random.RandomState(number)
            cut = batches.augment(rgb, 16, True, rng)
            self.assertEqual(cut.shape, (16, 16, 3))
            flipped = cut[0, 0, 0] > cut[0, 1, 0]
            cut = cut[:, ::-1] if flipped else cut
            top, left = divmod(int(cut[0, 0, 0]) // 3, 24)
            np.testing.assert_array_equal(
                cut, rgb[top:top + 16, left:left + 16])
            seen.add((top, left, bool(flipped)))
        self.assertGreater(len(seen), 30)

    def test_none_keeps_the_photo(self):
        rgb = photo()
        self.assertIs(batches.augment(rgb, None, False, None), rgb)

    def test_a_scale_of_almost_nothing_shows_something(self):
        rng = mock.Mock(uniform=lambda least, most: least,
                        randint=np.random.RandomState(0).randint)
        shown = batches.augment(photo(0, 64, 64), 32, True, rng, 0.001)
        self.assertTrue(shown.any())


class TestMinibatches(unittest.TestCase):
    def numbers(self, order, size):
        def load(number):
            return batches.Batch(*[np.array([number])] * 4)
        return [batch.inputs.tolist() for batch in
                batches.minibatches(load, order, size)]

    def test_every_photo_once_and_the_last_short_one_too(self):
        self.assertEqual(self.numbers([4, 1, 3, 0, 2], 2),
                         [[4, 1], [3, 0], [2]])
        self.assertEqual(self.numbers([], 2), [])

    def test_order_depends_on_seed_and_epoch_only(self):
        orders = {key: tuple(batches.shuffled(50, *key))
                  for key in ((0, 0), (0, 1), (1, 0))}
        self.assertEqual(len(set(orders.values())), 3)
        for key, order in orders.items():
            self.assertEqual(sorted(order), list(range(50)))
            self.assertEqual(order, tuple(batches.shuffled(50, *key)))


class TestPrefetch(unittest.TestCase):
    def test_runs_ahead_on_another_thread(self):
        made, threads = [], set()

        def items():
            for number in range(10):
                threads.add(threading.current_thread())
                made.append(number)
                yield number
        ahead = prefetch(items(), depth=3)
        self.assertEqual(next(ahead), 0)
        deadline = time.time() + 5
        while len(made) < 4 and time.time() < deadline:
            time.sleep(0.01)
        self.assertGreaterEqual(len(made), 4)
        self.assertEqual(list(ahead), list(range(1, 10)))
        self.assertNotIn(threading.current_thread(), threads)

    def test_an_error_arrives_where_the_items_are_used(self):
        def items():
            yield 1
            raise ValueError('broken')
        ahead = prefetch(items())
        self.assertEqual(next(ahead), 1)
        with self.assertRaisesRegex(ValueError, 'broken'):
            next(ahead)

    def test_thread_ends_when_nobody_wants_more(self):
        before = threading.active_count()
        ahead = prefetch(iter(range(1000)), depth=2)
        next(ahead)
        ahead.close()
        self.assertEqual(threading.active_count(), before)

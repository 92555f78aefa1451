"""Colours that hold together: each way against a slow, independent one."""

import json
import os
import subprocess
import sys
import unittest
from functools import partial

import numpy as np
from scipy.interpolate import interp1d
from scipy.ndimage import uniform_filter
from scipy.special import log_softmax, softmax
from skimage.restoration import denoise_tv_chambolle

from colorize import color
from colorize.coherence import (COHERENCES, check_coherence, guided,
                                random_field, segments, total_variation)
from colorize.settings import SettingError
from tests.shared.folder import ROOT
from tests.shared.photos import photo
from tests.shared.times import in_softmaxes

RNG = np.random.RandomState(0)


def lightness(rows=40, columns=48):
    return color.lightness_of(photo(0, rows, columns))


def waves(rows, columns):
    """A lightness of any size, with soft and hard edges."""
    row, column = np.mgrid[:rows, :columns]
    return (50 + 20 * np.sin(row / 9) * np.cos(column / 7)
            + 25 * (column > row)).astype('float32')


def scores(rows, columns):
    return RNG.normal(0, 2, (2, 50, rows, columns)).astype('float32')


def show_times():
    """Each way's time beside a log-softmax's, as JSON."""
    light, given = waves(104, 160), scores(104, 160)
    print(json.dumps(in_softmaxes({
        name: (partial(way.scores, given, light) if way.scores
               else partial(way.chroma, given[:, 0], light))
        for name, way in COHERENCES.items()})))


class TestAll(unittest.TestCase):
    def test_what_is_even_stays(self):
        """The same answer everywhere is the answer."""
        light, same = lightness(), scores(1, 1) + np.zeros((1, 1, 40, 48), 'f')
        same[:, 30] += 9
        for name, way in COHERENCES.items():
            if way.scores:
                found = way.scores(same, light)
                best = found.argmax(axis=1)
                np.testing.assert_array_equal(best, same.argmax(axis=1))
                self.assertLess(np.ptp(softmax(found, 1), (2, 3)).max(), 1e-3)
            if way.chroma:
                flat = np.full((2, 40, 48), 7, 'float32')
                np.testing.assert_allclose(way.chroma(flat, light), flat,
                                           rtol=1e-4)

    def test_noise_goes_and_an_edge_stays(self):
        """Two halves, of other lightness and hue, their answers noisy."""
        light = np.full((48, 64), 30, 'float32')
        light[:, 32:] = 70
        light += RNG.normal(0, 0.5, light.shape)
        truth = np.where(light < 50, -40, 40)
        noisy = scores(48, 64)
        bins = np.arange(50)[:, None, None]
        noisy -= 0.02 * (bins - (truth + 100) / 4) ** 2
        rough = self._values(noisy)
        for name, way in COHERENCES.items():
            found = (self._values(way.scores(noisy, light)) if way.scores
                     else way.chroma(rough, light))
            for inside in (np.s_[:, :, 4:30], np.s_[:, :, 34:60]):
                self.assertLess(found[inside].std(), 0.5 * rough[inside].std(),
                                name)
            step = found[:, :, 33:36].mean() - found[:, :, 28:31].mean()
            whole = rough[:, :, 34:].mean() - rough[:, :, :30].mean()
            self.assertGreater(step, 0.8 * whole, name)

    @staticmethod
    def _values(given):
        centers = np.arange(-98, 102, 4)
        return np.einsum('cbxy,b->cxy', softmax(given, 1), centers).astype('f')

    def test_smallest_and_thinnest(self):
        for rows, columns in ((8, 8), (8, 512), (512, 8)):
            for way in COHERENCES.values():
                light = np.zeros((rows, columns), 'float32')
                if way.scores:
                    found = way.scores(scores(rows, columns), light)
                    self.assertTrue(np.isfinite(found).all())
                if way.chroma:
                    found = way.chroma(scores(rows, columns)[:, 0], light)
                    self.assertTrue(np.isfinite(found).all())

    def test_arguments_are_left_alone(self):
        light, given = lightness(), scores(40, 48)
        before = light.copy(), given.copy()
        for way in COHERENCES.values():
            if way.scores:
                way.scores(given, light)
            if way.chroma:
                way.chroma(given[:, 0], light)
        np.testing.assert_array_equal(light, before[0])
        np.testing.assert_array_equal(given, before[1])

    def test_time(self):
        """Under 60 ms on one core at the default size, six log-softmaxes of
        as many scores; here with room for a neighbour's noise, and without
        BLAS's threads, which count as they wait."""
        done = subprocess.run(
            [sys.executable, '-c', 'from tests.coherence import '
             'test_coherence as test; test.show_times()'], cwd=ROOT,
            capture_output=True, text=True,
            env=dict(os.environ, OMP_NUM_THREADS='1',
                     OPENBLAS_NUM_THREADS='1'))
        self.assertEqual(done.returncode, 0, done.stderr)
        took = json.loads(done.stdout)
        self.assertEqual(set(took), set(COHERENCES))
        self.assertLess(max(took.values()), 15, took)

    def test_what_a_network_cannot(self):
        network = {'system': 'classification', 'color_space': 'luv'}
        self.assertEqual(check_coherence('crf', network, 'argmax'), 'crf')
        with self.assertRaisesRegex(SettingError, "got 'best'"):
            check_coherence('best', network, 'argmax')
        with self.assertRaisesRegex(SettingError, 'regression'):
            check_coherence('crf', dict(network, system='regression'),
                            'argmax')
        check_coherence('tv', dict(network, system='regression'), 'argmax')
        with self.assertRaisesRegex(SettingError, 'hsv; .* U and V'):
            check_coherence('tv', dict(network, color_space='hsv'), 'argmax')

    def test_what_goes_with_a_decoding(self):
        network = {'system': 'classification', 'color_space': 'luv'}
        for name, decoding, expected in ((None, 'vivid', 'areas'),
                                         (None, 'argmax', None),
                                         ('none', 'vivid', None),
                                         ('tv', 'vivid', 'tv')):
            self.assertEqual(check_coherence(name, network, decoding),
                             expected)


class TestGuided(unittest.TestCase):
    def test_against_the_full_filter(self):
        """Lines fitted at every fourth pixel, and at all of them."""
        light = lightness(64, 80)
        planes = np.random.RandomState(1).rand(12, 64, 80).astype('f')
        for radius, epsilon in ((8, 16), (8, 100)):
            found = guided.smooth(planes, light, radius, epsilon)
            expected = np.stack([self._full(plane, light, radius, epsilon)
                                 for plane in planes])
            inside = np.s_[:, 17:-17, 17:-17]
            difference = (found - expected)[inside]
            self.assertLess(np.abs(difference).std(),
                            0.2 * expected[inside].std())
            self.assertLess(np.abs(difference.mean()), 1e-3)

    @staticmethod
    def _full(plane, light, radius, epsilon):
        def mean(values):
            return uniform_filter(np.float64(values), 2 * radius + 1)
        variance = mean(light.astype('d') ** 2) - mean(light) ** 2
        slope = (mean(plane * light) - mean(plane) * mean(light)) / (
            variance + epsilon)
        return mean(slope) * light + mean(mean(plane) - slope * mean(light))

    def test_compiled_against_slow_numpy(self):
        for rows, columns in ((40, 48), (8, 8), (8, 104), (101, 15)):
            light, given = waves(rows, columns), scores(rows, columns)
            more, means = RNG.normal(size=(2, 50)), RNG.normal(size=(2, 50))
            for temperature in (0.38, 1):
                found = guided.colors(given, light, more, means, temperature)
                chances = np.maximum(self._at_places(
                    softmax(np.float64(given) + more[..., None, None], 1),
                    np.float64(light)), 1e-6) ** (1 / temperature)
                expected = np.einsum('cbxy,cb->cxy', chances, means)
                np.testing.assert_allclose(
                    found, expected / chances.sum(axis=1), atol=2e-5)

    def test_compiled_reads_nothing_beside_its_arrays(self):
        flat = np.zeros((2, 50))
        for given, light, more in ((scores(8, 8), waves(8, 16), flat),
                                   (scores(8, 8), waves(8, 8), flat[:, 1:])):
            with self.assertRaisesRegex(ValueError, 'scores of shape'):
                guided.colors(given, light, more, flat, 1)

    @staticmethod
    def _at_places(planes, light):
        """Lines at every fourth pixel and the last, by the letter."""
        pixels = [np.arange(length) for length in light.shape]
        places = [np.union1d(each[::guided.STEP], each[-1])
                  for each in pixels]

        def means(values, axes):
            found = np.empty(values.shape[:-2] + tuple(map(len, places)))
            near = [np.abs(np.subtract.outer(*both)) <= guided.RADIUS
                    for both in zip(places, axes)]
            for i, rows in enumerate(near[0]):
                for j, columns in enumerate(near[1]):
                    found[..., i, j] = values[..., rows, :][
                        ..., columns].mean(axis=(-2, -1))
            return found

        def wide(values):
            values = means(values, places)
            for axis in (-2, -1):
                values = interp1d(places[axis], values, axis=axis)(
                    pixels[axis])
            return values
        level, height = means(light, pixels), means(planes, pixels)
        slope = (means(planes * light, pixels) - height * level) / (
            means(light ** 2, pixels) - level ** 2 + guided.EPSILON)
        return wide(slope) * light + wide(height - slope * level)

    def test_probabilities_sum_to_one(self):
        chances = softmax(scores(40, 48), 1).reshape(100, 40, 48)
        found = guided.smooth(chances, lightness()).reshape(2, 50, 40, 48)
        np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-4)


class TestSegments(unittest.TestCase):
    def test_means(self):
        light, planes = lightness(), RNG.rand(3, 40, 48).astype('float32')
        labels = segments.found(light)
        self.assertGreater(labels.max(), 3)
        expected = planes.copy()
        for label in range(labels.max() + 1):
            inside = labels == label
            self.assertGreaterEqual(inside.sum(), segments.SMALLEST)
            for plane in expected:
                plane[inside] = plane[inside].mean()
        np.testing.assert_allclose(segments.average(planes, light), expected,
                                   rtol=1e-4)


class TestTotalVariation(unittest.TestCase):
    def test_against_scikit_image(self):
        """Without the lightness' edges it is the plain total variation."""
        plane = (20 * RNG.rand(30, 40)).astype('float32')
        expected = denoise_tv_chambolle(plane, 5, eps=0, max_num_iter=41)
        found = total_variation.denoise(plane[None], lightness(30, 40), 5,
                                        np.inf, steps=40)
        np.testing.assert_allclose(found[0], expected, atol=1e-3)

    def test_edges_cost_less(self):
        light = np.repeat([[20.] * 16 + [80.] * 16], 24, axis=0)
        planes = np.zeros((2, 24, 32), 'float32')
        planes[:, :, 16:] = 30
        steps = [np.ptp(total_variation.denoise(planes, light, 100, edge)
                        [:, :, 15:17]) for edge in (4, np.inf)]
        self.assertGreater(steps[0], 29)
        self.assertLess(steps[1], 25)


class TestRandomField(unittest.TestCase):
    def test_against_all_pairs(self):
        """The grid's kernel is a product of tents: here pair by pair, and
        with every pixel, which the grid leaves out in between."""
        light = lightness(8, 8) / 4 + 40
        given = scores(8, 8)
        given[...] = given[:, :, ::2, ::2].repeat(2, 2).repeat(2, 3)
        light = light[::2, ::2].repeat(2, 0).repeat(2, 1)
        read, size = random_field.grid(light)
        kernel = np.zeros((64, 64))
        dense = read.toarray()
        beside = [np.eye(n) / 2 + np.eye(n, k=1) / 4 + np.eye(n, k=-1) / 4
                  for n in size]
        blur = np.kron(np.kron(beside[0], beside[1]), beside[2])
        some = np.arange(64).reshape(8, 8)[::2, ::2].ravel()
        kernel = dense @ blur @ dense[some].T
        kernel /= kernel.sum(axis=1, keepdims=True)
        near = np.exp(-0.5 * np.subtract.outer(
            np.arange(50), np.arange(50)) ** 2 / random_field.NEAR ** 2)
        own = random_field.TRUST * given.reshape(2, 50, 64)
        chances = softmax(own[..., some], 1)
        for _ in range(random_field.STEPS):
            said = np.einsum('cbs,ps,bk->ckp', chances, kernel, near)
            changed = own + random_field.WEIGHT * said
            chances = softmax(changed[..., some], 1)
        found = random_field.mean_field(given, light).reshape(2, 50, 64)
        np.testing.assert_allclose(log_softmax(found, 1),
                                   log_softmax(changed, 1), atol=1e-3)

    def test_a_step_away_is_nearly_right(self):
        """Three in ten pixels vote for bin 20 and as many for 21, the others
        for 40: the neighbours win, which Potts' would lose."""
        light, given = np.full((16, 16), 50, 'float32'), np.zeros(
            (2, 50, 16, 16), 'float32')
        vote = np.arange(256).reshape(16, 16) * 7 % 10
        vote = np.searchsorted([2, 5], vote)
        for number, best in enumerate((20, 21, 40)):
            given[:, best, vote == number] = 10
        found = random_field.mean_field(given, light).mean(axis=(2, 3))
        self.assertTrue((found[:, 20] > found[:, 40] + 0.1).all(), found)

    def test_lightness_beyond_black_and_white(self):
        # As a chessboard has that was made small.
        light = np.where(np.indices((16, 24)).sum(axis=0) % 2, -20.0, 120.0)
        read, _ = random_field.grid(light)
        self.assertTrue(0 <= read.data.min() <= read.data.max() <= 1)
        np.testing.assert_allclose(read.sum(axis=1), 1, rtol=1e-6)

    def test_no_weight(self):
        given = scores(16, 24)
        np.testing.assert_allclose(
            random_field.mean_field(given, lightness(16, 24), weight=0),
            random_field.TRUST * given, rtol=1e-5)

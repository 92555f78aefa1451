"""Decoding by means that depend on lightness: every way there is, against a
slow one, pixel by pixel."""

import os

import numpy as np
from scipy.special import softmax

from colorize import color
from colorize.backend import theano
from colorize.coherence import guided
from colorize.color import bins
from colorize.colorizer import Colorizer
from colorize.hints import suggest
from colorize.systems import decodings, weights_file
from tests.predict.test_command import Weights, write_weights
from tests.shared.photos import photo

RNG = np.random.RandomState(0)

#: Nothing like real ones, so that every mix-up is seen.
LEVELS = (bins.bin_centers() + RNG.normal(0, 20, (11, 2, 50))).astype('f')

#: Every level the same: the plain means.
EVEN = np.stack([bins.bin_centers()] * 11)

SETTINGS = {'system': 'classification', 'color_space': 'luv'}


def scores(rows, columns):
    return RNG.normal(0, 2, (2, 50, rows, columns)).astype('float32')


def lightness(rows, columns):
    """A network's size may overshoot 0 and 100."""
    found = RNG.uniform(-4, 104, (rows, columns)).astype('float32')
    found[0, :2] = -4, 104
    return found


def slowly(given, light, temperature, levels):
    """Chroma (2, row, column): in each pixel, means between two levels."""
    chances = softmax(given.astype('float64') / temperature, 1)
    found = np.empty((2,) + light.shape)
    for channel, row, column in np.ndindex(found.shape):
        means = [np.interp(light[row, column], np.arange(0, 101, 10), each)
                 for each in levels[:, channel].T]
        found[channel, row, column] = chances[channel, :, row, column] @ means
    return found


class TestArrays(Weights):
    def test_numpy_and_theano_against_a_loop(self):
        given, light = scores(6, 7), lightness(6, 7)
        outputs = [theano.tensor.tensor4(), theano.tensor.tensor4()]
        symbol = theano.tensor.tensor3()
        for name in ('mean', 'annealed'):
            expected = slowly(given, light, decodings.DECODINGS[name][0],
                              LEVELS)
            np.testing.assert_allclose(decodings.unbinned(
                given, name, LEVELS, light), expected, atol=1e-4)
            np.testing.assert_allclose(decodings.decode(
                given[:, None], SETTINGS, name, LEVELS,
                lightness=light[None])[0], expected, atol=1e-4)
        compiled = theano.function([*outputs, symbol], decodings.decode(
            outputs, SETTINGS, name, LEVELS, None, theano.tensor, symbol))
        found = compiled(*given[:, None], light[None])
        self.assertEqual(found.dtype, 'float32')
        np.testing.assert_allclose(found[0], expected, atol=1e-4)

    def test_compiled_against_a_loop(self):
        """Without a difference in lightness to follow, the filter is a mean
        over windows, and of even scores these."""
        given, light = scores(1, 1), lightness(16, 13)
        more = RNG.normal(0, 1, (2, 50)).astype('float32')
        given = np.repeat(np.repeat(given, 16, 2), 13, 3)
        expected = slowly(given + more[..., None, None], light, 0.38, LEVELS)
        found = guided.colors(given, light, more, LEVELS, 0.38)
        np.testing.assert_allclose(found, expected, atol=2e-3)

    def test_one_mean_at_all_levels_is_the_plain_way(self):
        given, light = scores(8, 24), lightness(8, 24)
        plain = bins.bin_centers()
        for name in ('mean', 'annealed'):
            np.testing.assert_allclose(
                decodings.unbinned(given, name, EVEN, light),
                decodings.unbinned(given, name, plain), 1e-5, 1e-4)
        more = np.zeros((2, 50))
        np.testing.assert_array_equal(
            guided.colors(given, light, more, EVEN, 0.38),
            guided.colors(given, light, more, plain, 0.38))

    def test_plain_means_are_as_they_were(self):
        """To the last bit: files without levels are older than these."""
        given, means = scores(8, 8), bins.bin_centers()
        chances = given.reshape(2, 50, 64) / np.float32(0.38)
        chances -= chances.max(axis=1, keepdims=True)
        sums = np.stack([means, np.ones_like(means)], 1) @ np.exp(chances)
        np.testing.assert_array_equal(
            decodings.unbinned(given, 'vivid', means).reshape(2, 64),
            sums[:, 0] / sums[:, 1])


class TestWeightsFile(Weights):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.arrays, cls.settings = weights_file.read(cls.weights)
        cls.by_level = os.path.join(cls.folder, 'l.npz')
        weights_file.write(cls.by_level, dict(cls.arrays, level_means=LEVELS),
                           cls.settings)
        cls.plain, cls.made = Colorizer(cls.weights), Colorizer(cls.by_level)
        cls.small = cls.made.shrink(photo())
        cls.answer, = cls.made.answer([cls.small])

    def decoded(self, colorizer, *settings):
        return colorizer.like(settings[0], coherence=settings[1]).decode(
            self.answer, self.small)

    def test_what_averages_goes_by_level(self):
        for name, coherence in (('mean', 'none'), ('annealed', 'none'),
                                ('vivid', 'none'), ('vivid', 'guided')):
            given = decodings.weighed(self.answer, name,
                                      self.made.trained.prior)
            if coherence == 'guided':
                chances = softmax(given, 1).reshape(100, *self.small.shape)
                given = np.log(np.maximum(guided.smooth(
                    chances, self.small), 1e-6)).reshape(given.shape)
            expected = slowly(given, self.small, decodings.DECODINGS[name][0],
                              LEVELS)
            np.testing.assert_allclose(
                np.moveaxis(self.decoded(self.made, name, coherence), -1, 0),
                expected, atol=2e-3)
            self.assertGreater(np.abs(self.decoded(
                self.plain, name, coherence) - self.decoded(
                self.made, name, coherence)).max(), 1)

    def test_argmax_keeps_plain_means(self):
        for coherence in ('none', 'guided'):
            np.testing.assert_array_equal(
                self.decoded(self.made, 'argmax', coherence),
                self.decoded(self.plain, 'argmax', coherence))

    def test_suggestions(self):
        picture = photo()
        found = self.made.suggest(picture, 3, 5, 2, self.answer)
        light = color.lightness_of(picture)[3, 5]
        rows, columns = self.small.shape
        given = self.answer[..., int(3 / picture.shape[0] * rows),
                            int(5 / picture.shape[1] * columns)]
        means = [[np.interp(light, np.arange(0, 101, 10), each)
                  for each in LEVELS[:, channel].T] for channel in (0, 1)]
        truth = suggest.likeliest(softmax(given, 1), np.float32(means), light,
                                  2)
        self.assertEqual([shown for shown, _ in found],
                         [shown for shown, _ in truth])
        self.assertNotEqual(found, self.plain.suggest(picture, 3, 5, 2,
                                                      self.answer))

    def test_what_is_no_such_array(self):
        path = os.path.join(self.folder, 'wrong.npz')
        for wrong, words in (
                (LEVELS[:3], r'level_means has shape \(3, 2, 50\), the network'
                 r' needs \(11, 2, 50\)'),
                (LEVELS[0], r'level_means has shape \(2, 50\)'),
                (LEVELS * np.nan, 'level_means holds values that are no')):
            weights_file.write(path, dict(self.arrays, level_means=wrong),
                               self.settings)
            self.refuse(path, words)
        write_weights(path, system='regression')
        arrays, settings = weights_file.read(path)
        weights_file.write(path, dict(arrays, level_means=LEVELS), settings)
        self.refuse(path, 'has level_means, which the network has not')

    def refuse(self, path, words):
        with self.assertRaisesRegex(weights_file.WeightsError,
                                    words) as caught:
            Colorizer(path)
        self.assertIn(path, str(caught.exception))
        self.assertNotIn('\n', str(caught.exception))

"""From arrays to arrays: the Python API."""

import os
from unittest import mock

import numpy as np

from colorize import color
from colorize.color import bins, rounding
from colorize.systems import networks, weights_file
from colorize.backend import theano
from colorize.coherence import COHERENCES
from colorize.colorizer import Colorizer
from colorize.hints import places, suggest
from colorize.settings import SettingError
from colorize.systems.decodings import DECODINGS, decode
from tests.shared.photos import photo
from tests.predict.test_command import Weights, write_weights


class TestArrays(Weights):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colorizer = Colorizer(cls.weights)

    def test_type_and_size_stay(self):
        for made in (photo(), photo().astype('uint16') * 257,
                     photo() / 255, (photo() / 255).astype('float32')):
            for given in (made, made[..., 1]):
                found = self.colorizer(given)
                self.assertEqual((found.shape, found.dtype),
                                 (photo().shape, given.dtype))
                self.assertGreater(color.saturation(found).mean(), 0.02)

    def test_types_agree(self):
        grey = photo()[..., 1]
        expected = self.colorizer(grey) / 255
        for given, most in ((grey.astype('uint16') * 257, 65535),
                            (grey / 255, 1)):
            np.testing.assert_allclose(self.colorizer(given) / most,
                                       expected, atol=4 / 255)

    def test_either_order_of_bytes(self):
        hints = [{'row': 9, 'column': 9, 'color': '#a03020', 'radius': 3}]
        for kind in ('uint16', 'float32', 'float64'):
            unit = (65535 if kind == 'uint16' else 1) / 255
            made = (photo()[..., 1] * unit).astype(kind)
            swapped = made.astype(made.dtype.newbyteorder())
            found = self.colorizer(swapped, hints)
            self.assertEqual(found.dtype, swapped.dtype)
            np.testing.assert_allclose(found / unit, self.colorizer(
                made, hints) / unit, atol=1)
            self.colorizer.suggest(swapped, 9, 9)

    def test_grey_stays_to_the_last_bit(self):
        rng = np.random.RandomState(0)
        for grey in (photo()[..., 1], rng.randint(
                0, 65536, (50, 60)).astype('uint16')):
            np.testing.assert_array_equal(
                rounding.grays(self.colorizer(grey)), grey)
        np.testing.assert_array_equal(
            rounding.grays(self.colorizer(photo())), rounding.grays(photo()))
        bright = color.lightness_of(self.colorizer(photo()[..., 1] / 255))
        np.testing.assert_allclose(
            bright, color.lightness_of(photo()[..., 1] / 255), atol=1e-3)

    def test_several_in_one_pass(self):
        photos = [photo(0), photo(1)[..., 0], photo(2, 60, 20), photo(0)]
        for size in (1, 3):
            for given, found in zip(photos,
                                    self.colorizer.many(photos, size)):
                alone = self.colorizer(given).astype(int)
                # A batch may round otherwise and tip a bin.
                self.assertLess((np.abs(alone - found) > 8).mean(), 0.02)

    def test_what_is_no_photo(self):
        for wrong, words in (
                (np.zeros((3, 4, 4), 'uint8'), r'\(3, 4, 4\)'),
                (np.zeros(9, 'uint8'), r'\(9,\)'),
                (np.zeros((0, 4), 'uint8'), r'\(0, 4\)'),
                (np.zeros((4, 4), 'int64'), 'int64'),
                (np.zeros((4, 4), bool), 'bool'),
                (np.full((4, 4), 1.5), '1.5'),
                (np.full((4, 4), np.nan), 'nan'),
                ([[1, 2]], 'list')):
            with self.assertRaisesRegex(ValueError, words):
                self.colorizer(wrong)

    def test_what_is_no_batch_size(self):
        for wrong in (0, -1, 1.5):
            with self.assertRaisesRegex(ValueError, f'1 or more, got {wrong}'):
                self.colorizer.predict([np.full((16, 16), 50.0)], wrong)

    def test_the_network_alone(self):
        found = self.colorizer.chroma(color.split(photo())[0])
        self.assertEqual((found.dtype, found.ndim), ('float32', 3))


class TestAnswers(Weights):
    """What is made of the network's answer, again and again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colorizer = Colorizer(cls.weights)

    def test_answer_and_decode_are_predict(self):
        smalls = [self.colorizer.shrink(photo(number, *size)) for number, size
                  in enumerate([(40, 48), (48, 40), (40, 48)])]
        for way in (self.colorizer, self.colorizer.like('argmax', 1.5, 'crf'),
                    self.colorizer.like('mean', coherence='tv')):
            answers = way.answer(smalls)
            for small, answer, found in zip(smalls, answers,
                                            way.predict(smalls)):
                self.assertEqual((answer.shape, answer.dtype),
                                 ((2, 50) + small.shape, 'float32'))
                np.testing.assert_allclose(way.decode(answer, small), found,
                                           atol=1e-3)

    def test_a_page_of_one_grey_stays_grey(self):
        noise = np.random.RandomState(0).normal(0, 0.6, (64, 64))
        for page in (np.full((64, 64), 128, 'uint8'),
                     np.rint(245 + noise).astype('uint8')):
            painted = self.colorizer(page)
            np.testing.assert_array_equal(painted, np.dstack([page] * 3))

    def test_every_decoding_is_the_compiled_one(self):
        small = self.colorizer.shrink(photo())
        answer, = self.colorizer.answer([small])
        held = self.colorizer.trained
        for name in DECODINGS:
            expected = decode(answer[:, None], held.network.settings, name,
                              held.means, held.prior)[0]
            found = self.colorizer.like(name, coherence='none').decode(
                answer, small)
            np.testing.assert_allclose(np.moveaxis(found, -1, 0), expected,
                                       atol=1e-3)

    def test_coherence_without_a_compiler(self):
        small = self.colorizer.shrink(photo())
        answer, = self.colorizer.answer([small])
        for name in ('vivid', 'mean', 'argmax'):
            way = self.colorizer.like(name, coherence='guided')
            found = way.decode(answer, small)
            with mock.patch('colorize.paint.decode', return_value=None):
                np.testing.assert_allclose(way.decode(answer, small), found,
                                           atol=2e-3)

    def test_like_leaves_the_first_alone(self):
        before = self.colorizer(photo())
        other = self.colorizer.like('mean', 0, 'guided')
        self.assertEqual((other.decoding, other.saturation, other.coherence),
                         ('mean', 0, 'guided'))
        self.assertEqual(color.saturation(other(photo())).max(), 0)
        np.testing.assert_array_equal(self.colorizer(photo()), before)
        with self.assertRaisesRegex(SettingError, 'coherence'):
            self.colorizer.like(coherence='best')

    def test_each_coherence_changes_colours_only(self):
        grey = photo()[..., 1]
        plain = self.colorizer.like(coherence='none')(grey)
        for name in COHERENCES:
            found = self.colorizer.like(coherence=name)(grey)
            np.testing.assert_array_equal(rounding.grays(found), grey)
            self.assertGreater(np.abs(found.astype(int) - plain).max(), 2)

    def test_regression(self):
        path = os.path.join(self.folder, 'r.npz')
        write_weights(path, system='regression')
        made = Colorizer(path)
        answer, = made.answer([made.shrink(photo())])
        self.assertEqual(answer.shape, (2,) + made.shrink(photo()).shape)
        for name in ('segments', 'tv', 'guided', 'areas'):
            self.assertGreater(np.ptp(made.like(coherence=name)(
                photo(), [RED]).astype(int), axis=-1).max(), 5)
        with self.assertRaisesRegex(SettingError, 'no probabilities'):
            made.suggest(photo(), 1, 1)


#: A colour that a screen shows at the lightness of its place.
RED = {'row': 20, 'column': 29, 'color': '#c8a098', 'radius': 3}


class TestHints(Weights):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colorizer = Colorizer(cls.weights)

    def test_a_hint_holds_in_the_photo(self):
        """Its U and V, whatever saturation and coherence are; L stays."""
        found = places.placed([RED], photo().shape[:2])
        where = found.rows, found.columns
        for given, within in ((photo()[..., 1], 2.5), (photo(), 2.5),
                              (photo()[..., 1] / 255, 1e-2)):
            light = color.lightness_of(given)
            self.assertEqual(places.unshowable(found, given), 0)
            for made in (self.colorizer, self.colorizer.like(
                    saturation=0, coherence='segments')):
                painted = made(given, [RED])
                held = color.split(painted[where])[1]
                self.assertLess(np.abs(held - found.chroma).max(), within)
                np.testing.assert_allclose(color.lightness_of(painted), light,
                                           atol=0.5)
        np.testing.assert_array_equal(rounding.grays(self.colorizer(
            photo(), [RED])), rounding.grays(photo()))

    def test_it_spreads_and_no_hint_changes_nothing(self):
        plain = self.colorizer(photo())
        for none in ([], [dict(RED, certainty=0)]):
            np.testing.assert_array_equal(self.colorizer(photo(), none), plain)
        changed = (self.colorizer(photo(), [RED]) != plain).any(axis=-1)
        found = places.placed([RED], photo().shape[:2])
        self.assertGreater(changed.sum(), 3 * len(found.rows))

    def test_what_cannot_be(self):
        with self.assertRaisesRegex(places.HintError, 'row must be 0 to 39'):
            self.colorizer(photo(), [dict(RED, row=40)])
        path = os.path.join(self.folder, 'h.npz')
        write_weights(path, color_space='hsv')
        with self.assertRaisesRegex(SettingError, 'hints.*hsv'):
            Colorizer(path)(photo(), [RED])

    def test_suggestions(self):
        """The most probable bins at the pixel that the network saw."""
        made, held = self.colorizer, self.colorizer.trained
        small = made.shrink(photo(2, 60, 20))
        answer, = made.answer([small])
        found = made.suggest(photo(2, 60, 20), 59, 0, 4)
        self.assertEqual(found, made.suggest(photo(2, 60, 20), 59, 0, 4,
                                             answer))
        self.assertEqual(len(found), 4)
        scores = answer[..., small.shape[0] - 1, 0].astype('float64')
        chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        truth = suggest.likeliest(
            chances.astype('float32'), held.means,
            color.lightness_of(photo(2, 60, 20))[59, 0], 4)
        self.assertEqual([one for one, _ in found], [one for one, _ in truth])
        np.testing.assert_allclose([chance for _, chance in found],
                                   [chance for _, chance in truth], 1e-5)
        for row, column in ((60, 0), (0, -1), (0.5, 0)):
            with self.assertRaises(places.HintError):
                made.suggest(photo(2, 60, 20), row, column)


class TestSettings(Weights):
    def test_saturation(self):
        colorizer, found = Colorizer(self.weights, saturation=0), []
        for colorizer.saturation in (0, 0.5, 1, 2):
            found.append(color.saturation(colorizer(photo())).mean())
        self.assertEqual(found[0], 0)
        self.assertEqual(found, sorted(found))
        self.assertLess(found[1], 0.9 * found[2])
        for wrong in (-1, 11, float('nan'), '2', True):
            with self.assertRaisesRegex(SettingError, 'saturation'):
                Colorizer(self.weights, saturation=wrong)

    def test_decodings_against_numpy(self):
        """The means of softmax at a temperature, from the bare scores; as
        they are compiled, and from arrays."""
        plain = Colorizer(self.weights)
        network, means = plain.trained.network, plain.trained.means
        means = means + np.random.RandomState(0).uniform(-1, 1, means.shape)
        scores = theano.function([network.input_var], networks.outputs(
            network, deterministic=True))
        shown = np.random.RandomState(1).uniform(
            -100, 100, (2, 3, 16, 24)).astype('float32')
        prior = np.random.RandomState(2).uniform(0, 0.2, (2, 50))
        prior[0, 7] = 0
        zhang = 1 / (0.7 / 50 + 0.3 * prior)
        for name, temperature, weights in (
                ('argmax', 1e-3, 1 + 0 * prior), ('vivid', 0.38, zhang),
                ('mean', 1, 1 + 0 * prior), ('annealed', 0.38, 1 + 0 * prior)):
            found = theano.function([network.input_var], networks.chroma(
                network, name, means, prior, deterministic=True))(shown)
            self.assertEqual((found.shape, found.dtype),
                             ((2, 2, 16, 24), 'float32'))
            again = decode(scores(shown), network.settings, name, means,
                           prior)
            self.assertEqual(again.dtype, 'float32')
            np.testing.assert_allclose(again, found, rtol=1e-4, atol=1e-4)
            for channel, values in enumerate(scores(shown)):
                # A tie between bins, as good as, is nobody's error.
                clear = np.diff(np.sort(values, axis=1)[:, -2:],
                                axis=1)[:, 0] > 0.02
                values = values.astype('float64') + np.log(
                    weights[channel])[:, None, None]
                power = np.exp((values - values.max(axis=1, keepdims=True))
                               / temperature)
                expected = (power * means[channel][:, None, None]).sum(
                    axis=1) / power.sum(axis=1)
                np.testing.assert_allclose(
                    found[:, channel][clear], expected[clear],
                    rtol=1e-3, atol=1e-3)
                self.assertGreater(clear.mean(), 0.5)

    def test_shares_of_the_weights_file(self):
        arrays, settings = weights_file.read(self.weights)
        path = os.path.join(self.folder, 's.npz')
        found = []
        for share in (None, 0 * bins.bin_centers() + 0.02,
                      np.repeat([[0.04, 0]] * 2, 25, axis=1)):
            held = dict(arrays, **{} if share is None
                        else {'bin_shares': share})
            weights_file.write(path, held, settings)
            found.append(Colorizer(path, 'vivid')(photo()))
        np.testing.assert_array_equal(*found[:2])
        self.assertGreater(np.abs(found[2] - found[1].astype(int)).max(), 3)
        for wrong in (np.full((2, 50), -0.1), np.full((2, 50), 1.5),
                      np.zeros((50, 2))):
            weights_file.write(path, dict(arrays, bin_shares=wrong), settings)
            with self.assertRaisesRegex(weights_file.WeightsError,
                                        'bin_shares'):
                Colorizer(path)

    def test_decodings_differ(self):
        found = [Colorizer(self.weights, name)(photo()).astype(int)
                 for name in ('argmax', 'annealed')]
        self.assertGreater(np.abs(found[0] - found[1]).mean(), 0.1)

    def test_what_a_network_cannot(self):
        path = os.path.join(self.folder, 'r.npz')
        write_weights(path, system='regression')
        with self.assertRaisesRegex(SettingError, 'regression .* no bins'):
            Colorizer(path, decode='argmax')
        Colorizer(path)
        write_weights(path, color_space='hsv')
        with self.assertRaisesRegex(SettingError, 'hue is an angle'):
            Colorizer(path, decode='mean')
        self.assertEqual(Colorizer(path).decoding, 'argmax')
        with self.assertRaisesRegex(SettingError, "got 'best'"):
            Colorizer(self.weights, decode='best')

    def test_hsv_keeps_its_own_lightness(self):
        path = os.path.join(self.folder, 'h.npz')
        write_weights(path, color_space='hsv')
        grey = photo()[..., 1]
        found = Colorizer(path)(grey)
        np.testing.assert_array_equal(found.max(axis=-1), grey)

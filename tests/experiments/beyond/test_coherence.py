"""make coherence, at its smallest size."""

import json
import os
import unittest

import numpy as np

from colorize import color
from colorize.coherence import COHERENCES
from colorize.color import metrics
from colorize.colorizer import Colorizer
from colorize.settings import SettingError
from experiments.beyond import averaging, coherence
from experiments.shared import evenness, held_out
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment
from tests.shared.photos import photo, write_photos


class TestCoherence(Experiment):
    def test_every_way_under_every_decoding(self):
        write_weights(self.path('w.npz'))
        write_photos(self.folder, 2)
        shown = self.run_main(
            coherence.main, '--photos', self.folder, '--weights',
            self.path('w.npz'), '--quick', '--out', self.path('out'))
        found = self.read('out', 'coherence.json')
        self.assertEqual((found['photos'], found['side']), (2, 32))
        self.assertEqual(set(found['scores']), set(coherence.tried()))
        for both in found['scores'].values():
            self.assertEqual(set(both), {'none', 'tv, no edges', *COHERENCES})
        self.assertGreater(found['original']['spread'], 1)
        for name in ('coherence.png', 'coherence.txt'):
            self.assertTrue(os.path.exists(self.path('out', name)))
        self.assertIn('vivid 0.5', shown)
        for way in ('none', *COHERENCES):
            self._as_predicted(found['scores']['vivid'][way], way)

    def test_networks_without_bins_of_u_and_v(self):
        write_photos(self.folder, 1)
        for settings in {'system': 'regression'}, {'color_space': 'hsv'}:
            write_weights(self.path('w.npz'), **settings)
            for each in coherence, averaging:
                with self.assertRaisesRegex(
                        SettingError, 'needs the classification network in'):
                    self.run_main(each.main, '--photos', self.folder,
                                  '--weights', self.path('w.npz'), '--out',
                                  self.path('out'))

    def _as_predicted(self, scores, way):
        """The PSNR is that of the colorizer's own photos."""
        made, expected = Colorizer(self.path('w.npz'), coherence=way), []
        for number in range(2):
            lightness, chroma = color.split(square(photo(number)))
            expected.append(metrics.psnr(
                color.merge(lightness, made.chroma(lightness)),
                color.merge(lightness, chroma)))
        self.assertAlmostEqual(scores['psnr'], np.mean(expected), places=3)


def square(picture):
    from PIL import Image
    return np.asarray(Image.fromarray(picture).resize((32, 32),
                                                      Image.BICUBIC))


class TestSpread(unittest.TestCase):
    def test_against_a_loop(self):
        rng = np.random.RandomState(0)
        chroma, labels = rng.rand(5, 6, 2), rng.randint(0, 3, (5, 6))
        squares = [np.square(chroma[labels == label] - chroma[
            labels == label].mean(axis=0)).sum() for label in range(3)]
        self.assertAlmostEqual(evenness.spread(chroma, labels),
                               np.sqrt(sum(squares) / 30))
        self.assertEqual(evenness.spread(chroma * 0 + 7, labels), 0)


class TestHeldOut(Experiment):
    def given(self, *arguments):
        return held_out.parser('beyond.hints', 'title', 3).parse_args(
            arguments)

    def test_photos_of_a_run_in_a_folder(self):
        for folder in 'ab':
            os.mkdir(self.path(folder))
        paths = write_photos(self.path('a'), 3) + write_photos(
            self.path('b'), 2)
        with open(self.path('run.json'), 'w') as file:
            json.dump({'network': {}, 'training': {}, 'learn': paths[:1],
                       'hold': paths[1:]}, file)
        run = '--run', self.folder
        self.assertEqual(held_out.photos(self.given(*run, '--photos',
                                                    self.path('a'))),
                         paths[1:3])
        drawn = held_out.photos(self.given(*run))
        self.assertEqual(len(drawn), 3)
        self.assertTrue(set(drawn) <= set(paths[1:]))
        self.assertEqual(drawn, held_out.photos(self.given(*run)))
        with self.assertRaisesRegex(ValueError, 'no photos'):
            held_out.photos(self.given(*run, '--photos', self.path('c')))

    def test_names_say_nothing_of_folders(self):
        for arguments, name in (
                (('--photos', '/x/y', '/z/w/'), 'y, w'),
                (('--run', '/x'), 'held out'),
                (('--run', '/x', '--photos', '/y'), 'held out of y')):
            self.assertEqual(held_out.name_of(self.given(*arguments)), name)

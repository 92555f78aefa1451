"""Weights judged on photos that a run held out."""

import json
import os
from unittest import mock

import numpy as np
from PIL import Image

from colorize.color import metrics
from colorize.colorizer import Colorizer
from colorize.photos import images
from experiments.measure import judge
from experiments.shared import judge_folder
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment, SIDE, to_bins, to_luv
from tests.shared.photos import write_photos


class TestJudge(Experiment):
    def setUp(self):
        super().setUp()
        self.paths = write_photos(self.folder, 5)
        with open(self.path('run.json'), 'w') as file:
            json.dump({'network': {}, 'training': {},
                       'learn': self.paths[:3], 'hold': self.paths[3:]},
                      file)

    def test_every_decoding_and_the_trivial_ones(self):
        made = mock.Mock(side_effect=lambda weights, decode: mock.Mock(
            decoding=decode, side=SIDE, chroma=lambda lightness: np.stack(
                [lightness / 2] * 2, axis=-1)))
        with mock.patch('colorize.colorizer.Colorizer', made):
            self.run_main(judge.main, '--run', self.folder, '--out',
                          self.path('out'))
        found = self.read('out', 'judge.json')
        self.assertEqual((found['photos'], found['side']), (2, SIDE))
        self.assertEqual(set(found['scores']), {
            'argmax', 'mean', 'annealed', 'vivid', 'most_frequent_bin',
            'grey'})
        accuracies = []
        for path in self.paths[3:]:
            luv = to_luv(images.load_square(path, SIDE))
            accuracies.append((to_bins(luv[..., 0] / 2)
                               == to_bins(luv[..., 2])).mean())
        self.assertAlmostEqual(found['scores']['mean']['acc_v'],
                               np.mean(accuracies), places=6)
        self.assertAlmostEqual(found['scores']['grey']['sat_diff'], 1, 2)

    def test_a_run_that_held_out_none_is_refused(self):
        for text, words in (('{"network": {}, "training": {}, "learn": [], '
                             '"hold": []}', 'held out no'),
                            ('[]', 'torn or altered')):
            with open(self.path('run.json'), 'w') as file:
                file.write(text)
            with self.assertRaisesRegex(ValueError, words):
                judge.judge(self.folder)

    def test_no_run_at_all_says_what_to_name(self):
        with self.assertRaisesRegex(
                ValueError, 'no run .*make RUN=DIR .* PHOTOS=DIR for any'):
            judge.judge(self.path('nix'))


class TestFolder(Experiment):
    """As the field reports it, with the colorizer that is a user's."""

    def test_numbers_are_those_of_the_painted_photos(self):
        weights = self.path('w.npz')
        write_weights(weights)
        os.makedirs(self.path('photos'))
        paths = write_photos(self.path('photos'), 3, rows=40, columns=60)
        grey = np.repeat(images.load(paths[0])[..., :1], 3, axis=2)
        Image.fromarray(grey).save(self.path('photos', 'grey.png'))
        self.run_main(judge.main, '--photos', self.path('photos'),
                      '--weights', weights, '--out', self.path('out'))
        found = self.read('out', 'judge-photos.json')
        self.assertEqual((found['photos'], found['left_out']), (3, 1))
        self.assertEqual(set(found['scores']), {
            'argmax', 'mean', 'annealed', 'vivid', 'most_frequent_bin',
            'grey'})
        colorizer, errors, off = Colorizer(weights, 'annealed'), [], []
        for path in paths:
            photo = Image.open(path)
            # 60 x 40 is 384 x 256, and its middle the columns 64 to 320.
            square = np.asarray(photo.resize(
                (256, 256), Image.BICUBIC, (10, 0, 50, 40)))
            painted = colorizer(square).astype(float)
            errors.append(10 * np.log10(255 ** 2 / np.mean(
                (painted - square) ** 2)))
            off.append(metrics.colorfulness(painted / 255)
                       - metrics.colorfulness(square))
        scores = found['scores']['annealed']
        self.assertAlmostEqual(scores['psnr'], np.mean(errors), 1)
        self.assertAlmostEqual(scores['delta_cf_means'], abs(np.mean(off)), 0)
        self.assertAlmostEqual(scores['delta_cf_absolute'],
                               np.mean(np.abs(off)), 0)
        self.assertEqual(found['scores']['grey']['nearly_grey'], 1)
        self.assertAlmostEqual(found['scores']['grey']['delta_cf_means'],
                               found['colorfulness'], 2)

    def test_what_makes_the_two_conventions_differ(self):
        scores = [{'colorfulness': 30., 'colorfulness_diff': 8.},
                  {'colorfulness': 5., 'colorfulness_diff': -10.}]
        found = judge_folder.summary(scores)
        self.assertEqual((found['delta_cf_means'],
                          found['delta_cf_absolute'],
                          found['nearly_grey']), (1, 9, 0.5))

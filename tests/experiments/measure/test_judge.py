"""Weights judged on photos that a run held out."""

import json
from unittest import mock

import numpy as np

from colorize.photos import images
from experiments.measure import judge
from tests.shared.experiments import Experiment, SIDE, to_bins, to_luv
from tests.shared.photos import write_photos


class TestJudge(Experiment):
    def setUp(self):
        super().setUp()
        self.paths = write_photos(self.folder, 5)
        with open(self.path('run.json'), 'w') as file:
            json.dump({'learn': self.paths[:3], 'hold': self.paths[3:]},
                      file)

    def test_every_decoding_and_the_trivial_ones(self):
        made = mock.Mock(side_effect=lambda weights, decode: mock.Mock(
            decode=decode, side=SIDE, chroma=lambda lightness: np.stack(
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
        for text, words in (('{"learn": [], "hold": []}', 'held out no'),
                            ('[]', 'no description')):
            with open(self.path('run.json'), 'w') as file:
                file.write(text)
            with self.assertRaisesRegex(ValueError, words):
                judge.judge(self.folder)

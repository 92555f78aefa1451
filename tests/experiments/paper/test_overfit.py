"""Overfitting at its smallest size."""

import json
from argparse import Namespace
from contextlib import redirect_stderr
from io import StringIO

from colorize.photos import images
from colorize.training import run_folder
from experiments.paper import overfit
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


class TestOverfit(Experiment):
    def test_writes_numbers_and_picture(self):
        self.run_main(overfit.main, '--count', '3', '--width', '0.05',
                      '--epochs', '2', '--side', '32', '--out', self.folder,
                      '--runs', self.path('runs'))
        with open(self.path('overfit.json')) as file:
            found = json.load(file)
        for name in ('acc_u', 'acc_v'):
            self.assertTrue(0 <= found[name] <= 1)
        self.assertEqual(found['settings']['count'], 3)
        self.assertEqual(found['settings']['seed'], 0)
        self.assertGreater(found['seconds'], 0)
        self.assertIn('theano', found['machine'])
        self.assertIn('--width 0.05', found['command'])
        self.assertEqual(images.load(self.path('overfit.png')).ndim, 3)

    def test_a_run_of_another_count_is_refused(self):
        def learn(count):
            self.run_main(overfit.main, '--count', count, '--width', '0.05',
                          '--epochs', '1', '--side', '16', '--out',
                          self.folder, '--runs', self.path('runs'))
        learn('3')
        with self.assertRaisesRegex(
                run_folder.TrainingError, "runs: the run was started with "
                "other photos; take another folder: make's RUNS=DIR"):
            learn('4')
        self.assertEqual(self.read('overfit.json')['settings']['count'], 3)

    def test_networks_of_other_spaces_are_refused(self):
        for given in ('--color-space', 'hsv'), ('--system', 'dahl'):
            with redirect_stderr(StringIO()) as said, \
                    self.assertRaises(SystemExit):
                overfit.main(given)
            self.assertIn('unrecognized arguments', said.getvalue())

    def test_a_random_subset_of_a_folder(self):
        paths = write_photos(self.folder, 7)
        size = dict(count=4, side=32)
        drawn = [overfit.choose(Namespace(photos=self.folder, seed=seed),
                                size) for seed in (0, 0, 1)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        self.assertTrue(set(drawn[0]) < set(paths))
        self.assertEqual(len(drawn[0]), 4)

"""Overfitting at its smallest size."""

import json
from argparse import Namespace

from colorize.color import metrics
from colorize.photos import images
from colorize.settings import check_run
from colorize.systems import trained
from colorize.training import functions, validation
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

    def test_a_network_in_hsv_is_scored_in_its_own_space(self):
        paths = write_photos(self.folder, 3)
        self.run_main(overfit.main, '--photos', self.folder, '--count', '3',
                      '--width', '0.05', '--epochs', '1', '--side', '32',
                      '--out', self.path('out'), '--runs', self.path('runs'),
                      '--color-space', 'hsv')
        found = trained.load(self.path('runs/weights.npz'))
        network = found.network
        validate = functions.compile_functions(
            network, check_run(network.settings, {})[1],
            means=found.means).validate
        _, scores = validation.evaluate(network, validate, paths, 32)
        with open(self.path('out/overfit.json')) as file:
            ours = json.load(file)
        # Colours that no screen can show become paler on one way only.
        strength = metrics.average(scores)['colorfulness']
        self.assertTrue(0.5 < ours['colorfulness'] / strength < 1.1)

    def test_a_random_subset_of_a_folder(self):
        paths = write_photos(self.folder, 7)
        size = dict(count=4, side=32)
        drawn = [overfit.choose(Namespace(photos=self.folder, seed=seed),
                                size) for seed in (0, 0, 1)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        self.assertTrue(set(drawn[0]) < set(paths))
        self.assertEqual(len(drawn[0]), 4)

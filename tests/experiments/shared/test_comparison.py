"""Variants side by side, at the smallest size."""

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from colorize.photos import images
from colorize.settings import check_network, check_training
from experiments.beyond import rebalancing
from experiments.paper import (aggregation, batch_sizes, colorspace, head,
                               lr_sweep, residual, update_rules)
from experiments.shared import comparison
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


class TestComparison(Experiment):
    def test_every_variant_is_one_that_can_be_trained(self):
        for module in (aggregation, batch_sizes, colorspace, head, lr_sweep,
                       rebalancing, residual, update_rules):
            for network, training in module.VARIANTS.values():
                self.assertEqual(check_network(network)['system'],
                                 'classification')
                check_training(training)

    def test_writes_numbers_of_each_variant_and_a_plot(self):
        photos = self.path('photos')
        os.mkdir(photos)
        write_photos(photos, 5)
        small = dict(comparison.QUICK, width=0.05, side=16, epochs=2)
        with mock.patch.object(comparison, 'QUICK', small), \
                mock.patch.object(comparison, 'train_apart', self.here), \
                redirect_stderr(io.StringIO()), \
                redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(aggregation.main(
                ['--quick', '--photos', photos, '--out', self.folder,
                 '--runs', self.path('runs')]), 0)
        with open(self.path('aggregation.json')) as file:
            found = json.load(file)
        self.assertEqual(set(found['variants']), {'concat', 'sum'})
        self.assertNotIn(photos, found['photos'])
        self.assertEqual(found['variants']['sum']['epochs'], 2)
        self.assertIn('concat', printed.getvalue())
        self.assertEqual(images.load(self.path('aggregation.png')).ndim, 3)

    def test_several_seeds(self):
        photos = self.path('photos')
        os.mkdir(photos)
        write_photos(photos, 5)
        small = dict(comparison.QUICK, side=16, epochs=1)
        with mock.patch.object(comparison, 'QUICK', small), \
                mock.patch.object(comparison, 'train_apart', self.here), \
                redirect_stderr(io.StringIO()), \
                redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(aggregation.main(
                ['--quick', '--photos', photos, '--out', self.folder,
                 '--runs', self.path('runs'), '--seed', '3', '--seeds', '2',
                 '--width', '0.05', '--beta2', '0.9']), 0)
        found = self.read('aggregation.json')
        self.assertEqual(found['seeds'], [3, 4])
        one, other = (each['val_loss'] for each in found['by_seed']['sum'])
        self.assertNotEqual(one, other)
        self.assertAlmostEqual(found['variants']['sum']['val_loss'],
                               (one + other) / 2)
        self.assertEqual(found['claim']['best'], 'concat')
        self.assertEqual(set(found['claim']['against']), {'sum'})
        self.assertIn('concat is best (val_loss):', printed.getvalue())
        self.assertEqual(sorted(os.listdir(self.path('runs'))), [
            f'{name}-seed{seed}' for name in ('concat', 'sum')
            for seed in (3, 4)])
        run = self.read('runs', 'sum-seed4', 'run.json')
        self.assertEqual((run['network']['width'], run['training']['beta2']),
                         (0.05, 0.9))

    def here(self, module, arguments):
        """What a process of its own would do."""
        return aggregation.main(arguments)

    def test_what_cannot_be_compared_is_not_trained(self):
        for given, words in ((['--count', '2'], 'hold no photo out'),
                             (['--holdout', '0'], 'hold no photo out'),
                             (['--patience', '2'], 'unrecognized')):
            with mock.patch.object(comparison, 'train_apart') as trained, \
                    redirect_stderr(io.StringIO()) as said, \
                    self.assertRaises(SystemExit):
                head.main(['--quick', '--runs', self.folder, *given])
            self.assertIn(words, said.getvalue())
            trained.assert_not_called()

    def test_a_variant_that_fails_ends_the_experiment(self):
        with mock.patch.object(comparison, 'train_apart',
                               return_value=3), \
                redirect_stderr(io.StringIO()):
            self.assertEqual(head.main(['--quick', '--runs', self.folder]),
                             3)

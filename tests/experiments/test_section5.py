"""The experiments of Section 5 at their smallest size."""

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from unittest import mock

from colorize.photos import images
from colorize.systems import networks, params
from colorize.settings import check_training
from experiments.paper import (aggregation, batch_sizes, colorspace, head,
                               lr_sweep, rebalancing, residual, train,
                               update_rules)
from experiments.shared import comparison, curves
from tests.shared.photos import write_photos
from tests.experiments.test_experiments import Experiment


class TestTrain(Experiment):
    def test_both_systems_on_a_folder_then_nothing_is_left_to_do(self):
        photos = self.path('photos')
        os.mkdir(photos)
        write_photos(photos, 8)
        small = {'width': 0.05, 'side': 32, 'epochs': 1}
        for _ in range(2):
            with mock.patch.object(train, 'QUICK', small), \
                    redirect_stderr(io.StringIO()) as said:
                self.assertEqual(train.main(
                    ['folder', '--quick', '--photos', photos, '--test', '2',
                     '--runs', self.path('runs'), '--out', self.folder]), 0)
        with open(self.path('train-runs.json')) as file:
            found = json.load(file)
        self.assertEqual(found['photos'], {'train': 6, 'test': 2})
        self.assertEqual(found['regression']['epochs'], 1)
        self.assertEqual(found['regression']['losses'], [
            [found['regression'][name] for name in ('loss', 'val_loss')]])
        self.assertEqual(images.load(self.path('train-runs.png')).ndim, 3)
        self.assertIn('6 training and 2 test photos', said.getvalue())
        for system in train.SYSTEMS:
            _, settings = params.read(self.path('runs', system,
                                                'weights.npz'))
            self.assertEqual(settings['network']['system'], system)
            self.assertEqual(settings['training']['learning_rate'], 0.0003)
            self.assertEqual(settings['training']['batch_size'], 6)
            with open(self.path('runs', system, 'run.json')) as file:
                run = json.load(file)
            learnt = run['learn'] + run['hold']
            self.assertEqual(len(learnt), 6)
            self.assertTrue(all('::train/' in name for name in learnt))


class TestComparison(Experiment):
    def test_every_variant_is_one_that_can_be_trained(self):
        for module in (aggregation, batch_sizes, colorspace, head, lr_sweep,
                       rebalancing, residual, update_rules):
            for network, training in module.VARIANTS.values():
                self.assertEqual(networks.complete(network)['system'],
                                 'classification')
                check_training(training)

    def test_writes_numbers_of_each_variant_and_a_plot(self):
        photos = self.path('photos')
        os.mkdir(photos)
        write_photos(photos, 5)
        small = dict(comparison.QUICK, width=0.05, side=16, epochs=2)
        with mock.patch.object(comparison, 'QUICK', small), \
                mock.patch.object(comparison, '_train_apart', self.here), \
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

    def here(self, module, arguments):
        """What a process of its own would do."""
        return aggregation.main(arguments)

    def test_summary_by_hand(self):
        curve = [{'epoch': number, 'loss': loss, 'val_loss': held,
                  'val_acc_u': held / 10, 'seconds': 4.0, 'photos': 8,
                  'peak_memory_mib': 100 + number}
                 for number, loss, held in ((1, 5.0, 5.5), (2, 3.5, 4.5),
                                            (3, 4.0, 4.75))]
        found = curves.summary(curve)
        self.assertEqual(found, {
            'loss': 3.5, 'val_loss': 4.5, 'val_acc_u': 0.45, 'epochs': 3,
            'best_epoch': 2, 'decrease': 0.5, 'seconds_per_photo': 0.5,
            'peak_memory_mib': 103})

    def test_a_variant_that_fails_ends_the_experiment(self):
        with mock.patch.object(comparison, '_train_apart',
                               return_value=3), \
                redirect_stderr(io.StringIO()):
            self.assertEqual(head.main(['--quick', '--runs', self.folder]),
                             3)

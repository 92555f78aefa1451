"""Each experiment's main at its smallest size."""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest
from unittest import mock

from colorize import images, params
from colorize.colorizer import default_weights
from experiments import bundled, demo, overfit, train_default
from tests.photos import write_photos


class Experiment(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='colorize-test-')
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run_main(self, main, *arguments):
        with mock.patch.object(sys, 'argv', ['main'] + list(arguments)), \
                contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(main(), 0)


class TestOverfit(Experiment):
    def test_writes_numbers_and_picture(self):
        self.run_main(overfit.main, '--count', '3', '--width', '0.05',
                      '--epochs', '2', '--side', '32', '--out', self.folder)
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

    def test_a_random_subset_of_a_folder(self):
        paths = write_photos(self.folder, 7)
        size = dict(count=4, side=32)
        drawn = [overfit.choose(self.folder, size, seed, None)
                 for seed in (0, 0, 1)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        self.assertTrue(set(drawn[0]) < set(paths))
        self.assertEqual(len(drawn[0]), 4)


class TestDemo(Experiment):
    def test_every_photo_and_an_overview(self):
        self.run_main(demo.main, '--out', self.folder)
        names = [os.path.splitext(name)[0] + '-color.png' for name
                 in bundled.COLOR_PHOTOS + bundled.GRAY_PHOTOS]
        self.assertEqual(sorted(os.listdir(self.folder)),
                         sorted(names + ['overview.png']))
        found = images.load(self.path('astronaut-color.png'))
        self.assertEqual(found.shape, (512, 512, 3))


class TestTrainDefault(Experiment):
    def test_recipe_ends_in_a_small_file(self):
        write_photos(self.folder, 4)
        small = dict(train_default.TRAINING, side=32, crop=16)
        with mock.patch.object(train_default, 'TRAINING', small), \
                mock.patch.object(train_default, 'NETWORK',
                                  {'width': 0.05}), \
                mock.patch.object(train_default, 'EPOCHS', 1):
            self.run_main(train_default.main, self.folder, '--run',
                          self.path('run'), '--out', self.path('w.npz'))
        arrays, settings = params.read(self.path('w.npz'))
        self.assertEqual(settings['network']['width'], 0.05)
        self.assertLess(os.path.getsize(self.path('w.npz')), os.path.getsize(
            self.path('run', 'weights.npz')))
        with open(self.path('w.jsonl')) as file:
            self.assertEqual(json.loads(file.read())['epoch'], 1)

    def test_the_shipped_weights_are_of_this_recipe(self):
        _, settings = params.read(default_weights())
        for group, recipe in (('network', train_default.NETWORK),
                              ('training', train_default.TRAINING)):
            for name, value in recipe.items():
                self.assertEqual(settings[group][name], value, name)

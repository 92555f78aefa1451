"""The recipe of the weights that ship, at its smallest size."""

import json
import os
from unittest import mock

from colorize.colorizer import default_weights
from colorize.systems import weights_file
from experiments.beyond import train_default
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


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
        arrays, settings = weights_file.read(self.path('w.npz'))
        self.assertEqual(settings['network']['width'], 0.05)
        self.assertLess(os.path.getsize(self.path('w.npz')), os.path.getsize(
            self.path('run', 'weights.npz')))
        with open(self.path('w.jsonl')) as file:
            self.assertEqual(json.loads(file.read())['epoch'], 1)

    def test_the_shipped_weights_are_of_this_recipe(self):
        _, settings = weights_file.read(default_weights())
        for group, recipe in (('network', train_default.NETWORK),
                              ('training', train_default.TRAINING)):
            for name, value in recipe.items():
                self.assertEqual(settings[group][name], value, name)

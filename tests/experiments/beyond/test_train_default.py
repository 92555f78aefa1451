"""The recipe of the weights that ship, at its smallest size."""

import json
import os
from unittest import mock

import numpy as np

from colorize.colorizer import default_weights
from colorize.settings import check_run
from colorize.systems import weights_file
from colorize.training import run_folder
from experiments.beyond import train_default
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


class TestTrainDefault(Experiment):
    def test_a_later_leg_learns_no_photo_that_was_held_out(self):
        leg = train_default.LEGS[0]
        run_folder.open_run(self.folder, write_photos(self.folder, 4),
                            *check_run(leg.network, leg.training), leg.epochs)
        open(self.path('checkpoint.npz'), 'w').close()
        write_photos(self.folder, 5)
        with self.assertRaisesRegex(
                run_folder.OtherPhotosError,
                'with other photos; take another folder: --run DIR$'):
            self.run_main(train_default.main, self.folder, '--run',
                          self.folder, '--out', self.path('out'))

    def test_recipe_ends_in_a_small_file(self):
        write_photos(self.folder, 4)
        small = dict(train_default.LEGS[0].training, side=32, crop=16)
        legs = (train_default.Leg(1, {'width': 0.05}, small),
                train_default.Leg(1, {'freeze_until': 'conv2_2'},
                                  dict(small, learning_rate=0.0001)))
        with mock.patch.object(train_default, 'LEGS', legs):
            self.run_main(train_default.main, self.folder, '--run',
                          self.path('run'), '--out', self.path('out'))
        arrays, settings = weights_file.read(
            self.path('out', 'light.npz'))
        self.assertEqual(settings['network']['width'], 0.05)
        self.assertEqual(settings['network']['freeze_until'], 'conv2_2')
        first, _ = weights_file.read(self.path('run', 'weights.npz'))
        np.testing.assert_array_equal(
            arrays['conv2_2.W'], first['conv2_2.W'].astype('float16'))
        self.assertGreater(np.abs(arrays['conv3_1.W'] - first['conv3_1.W'])
                           .max(), 0)
        self.assertLess(*(os.path.getsize(self.path(*path)) for path in (
            ('out', 'light.npz'), ('run', 'leg-2', 'weights.npz'))))
        with open(self.path('out', 'light.jsonl')) as file:
            self.assertEqual([json.loads(line)['learning_rate']
                              for line in file],
                             [np.float32(0.001), np.float32(0.0001)])

    def test_the_shipped_weights_are_of_this_recipe(self):
        _, settings = weights_file.read(default_weights())
        network, training = (
            {name: value for leg in train_default.LEGS
             for name, value in getattr(leg, part).items()}
            for part in ('network', 'training'))
        for group, recipe in (('network', network), ('training', training)):
            for name, value in recipe.items():
                self.assertEqual(settings[group][name], value, name)

"""make dark, at its smallest size."""

import json
import os
from contextlib import redirect_stderr
from io import StringIO
from unittest import mock

import numpy as np

from colorize import color
from colorize.color import metrics
from colorize.systems import weights_file
from experiments.beyond import dark
from tests.experiments.beyond.test_coherence import square
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment
from tests.shared.photos import photo, write_photos


class TestDark(Experiment):
    def test_grey_against_the_metrics(self):
        write_weights(self.path('w.npz'))
        paths = write_photos(self.folder, 3)
        os.makedirs(self.path('run'))
        with open(self.path('run', 'run.json'), 'w') as file:
            json.dump({'network': {}, 'training': {}, 'learn': paths[2:],
                       'hold': paths[:2]}, file)
        shown = self.run_main(
            dark.main, '--run', self.path('run'), '--weights',
            self.path('w.npz'), '--out', self.path('out'))
        found = self.read('out', 'dark.json')['below']
        self.assertIn('original', shown)
        lightness, chroma = color.split(np.concatenate(
            [square(photo(number)) for number in range(2)]))
        self.assertEqual(found['all']['pixels'], lightness.size)
        self.assertEqual(found['30']['pixels'], (lightness < 30).sum())
        self.assertAlmostEqual(found['all']['grey']['psnr'], metrics.psnr(
            color.merge(lightness, 0 * chroma),
            color.merge(lightness, chroma)), places=2)
        self.assertEqual(found['all']['grey']['chroma'], 0)
        strength = np.hypot(chroma[..., 0], chroma[..., 1])
        self.assertAlmostEqual(found['all']['original'], strength.mean(),
                               places=2)
        self.assertAlmostEqual(found['30']['original'],
                               strength[lightness < 30].mean(), places=2)

    def test_levels_are_those_of_the_file(self):
        write_photos(self.folder, 1)
        weights = self.path('w.npz')
        write_weights(weights)
        given = ['--photos', self.folder, '--weights', weights]
        with self.assertRaises(SystemExit), redirect_stderr(StringIO()) as say:
            dark.main(given)
        self.assertIn('no means by level; --run names', say.getvalue())
        arrays, settings = weights_file.read(weights)
        levels = np.random.RandomState(0).rand(11, 2, 50).astype('float32')
        weights_file.write(weights, dict(arrays, level_means=levels),
                           settings)
        with mock.patch.object(dark, 'measure', side_effect=KeyError) as tried:
            with self.assertRaises(KeyError):
                dark.main(given)
        np.testing.assert_array_equal(tried.call_args.args[1].levels, levels)

"""Saved runs: every way in which they cannot be compared."""

import json
import os
from unittest import mock

import numpy as np
from skimage.color import rgb2luv, yuv2rgb

from colorize.photos.find import find_photos
from colorize.systems import weights_file
from colorize.training.survey import given
from experiments.shared import saved
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment, write_cache, write_run


class TestSavedRuns(Experiment):
    def refused(self, pattern):
        with self.assertRaisesRegex(saved.RunError, pattern) as caught:
            saved.open_runs(self.folder)
        self.assertNotIn('\n', str(caught.exception))

    def test_missing_torn_or_of_another_kind(self):
        self.refused('classification: no saved run .*run.json is missing')
        write_run(self.folder, 'classification')
        self.refused('regression: no saved run')
        write_run(self.folder, 'regression', system='classification')
        self.refused('regression: holds a classification network in luv')
        write_run(self.folder, 'regression', color_space='hsv')
        self.refused('regression: holds a regression network in hsv')
        write_run(self.folder, 'regression', epochs=0)
        self.refused('regression: no epoch has ended yet')
        write_run(self.folder, 'regression')
        with open(self.path('regression', 'log.jsonl'), 'a') as file:
            file.write('{"epoch": 4, "lo')
        self.refused('regression: run.json or log.jsonl is torn')
        os.remove(self.path('regression', 'log.jsonl'))
        self.refused('log.jsonl is missing')

    def test_two_sizes_cannot_be_compared(self):
        for system in ('classification', 'regression'):
            write_run(self.folder, system)
        sides = iter((32, 64))
        with mock.patch.object(saved, 'predictor',
                               lambda path: (None, next(sides))):
            self.refused('at different sizes, 32 and 64')

    def test_dahls_chroma_becomes_that_of_cieluv(self):
        path = self.path('dahl.npz')
        write_weights(path, system='dahl')
        arrays, settings = weights_file.read(path)
        arrays['output.W'][:] = 0
        arrays['output.b'][:] = 2 * np.arctanh([0.2, -0.1])
        weights_file.write(path, arrays, settings)
        predict, _ = saved.predictor(path)
        gray = np.linspace(0.3, 0.7, 64).reshape(8, 8)
        lightness = rgb2luv(np.repeat(gray[..., None], 3, axis=2))[..., 0]
        expected = rgb2luv(yuv2rgb(np.dstack([
            gray, 0 * gray + 0.2 * 0.436, 0 * gray - 0.1 * 0.615])))
        np.testing.assert_allclose(predict(lightness), expected[..., 1:],
                                   atol=0.1)


class TestPhotos(Experiment):
    def test_of_a_cache_that_holds_others_now(self):
        write_cache(self.folder, 6)
        found = write_run(self.folder, 'regression')
        found['hold'] = find_photos([saved.photo_cache(self.folder, 'train')])
        found['given'] = given(found['hold'])
        self.assertEqual(self.photos_of(found), [[], found['hold']])
        found['given']['caches'] = dict.fromkeys(found['given']['caches'], '')
        with self.assertRaisesRegex(saved.RunError, 'train holds now'):
            self.photos_of(found)

    def photos_of(self, found):
        with open(self.path('regression', 'run.json'), 'w') as file:
            json.dump(found, file)
        return saved.photos_of(self.path('regression'))

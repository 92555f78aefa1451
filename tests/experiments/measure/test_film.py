"""How colours of films hold, films' memory and speed, at small sizes."""

import json
import os
import unittest
from unittest import mock

import numpy as np
from scipy.spatial.distance import jensenshannon

from colorize import colorizer
from experiments.measure import film, film_memory, film_speed, flicker
from experiments.shared import scenes
from experiments.shared.stand_in import Uncompiled
from tests.shared import films
from tests.shared.experiments import Experiment
from tests.shared.photos import photo


class TestFilm(Experiment):
    def found(self, main, name, *arguments):
        with mock.patch.object(colorizer, 'Colorizer', Uncompiled):
            self.run_main(main, '--out', self.folder, *arguments)
        with open(self.path(name)) as file:
            return json.load(file)

    def test_film(self):
        found = self.found(film.main, 'film.json', '--frames', '8')
        self.assertEqual(set(found['films']), set(scenes.SCENES))
        for ways in found['films'].values():
            # In grey both ways are the same, and less than the truth.
            self.assertEqual(ways['steady'], ways['frame by frame'])
            self.assertLess(ways['steady']['colorfulness'], 2)
            self.assertGreater(ways['truth']['colorfulness'], 20)
        self.assertTrue(os.path.exists(self.path('film.png')))

    def test_memory_is_flat(self):
        found = self.found(film_memory.main, 'film-memory.json', '--frames',
                           '400')
        self.assertLess(found['peak_at_end_mib'],
                        found['peak_at_half_mib'] + 4)

    def test_speed(self):
        found = self.found(film_speed.main, 'film-speed.json', '--frames',
                           '10', '--size', '64', '48')
        self.assertAlmostEqual(sum(found['parts'].values()),
                               found['cpu_ms'], delta=1)
        self.assertGreater(found['parts']['painting'], 0)


class TestFlicker(unittest.TestCase):
    def test_consistency_against_scipy(self):
        rng = np.random.RandomState(0)
        frames = [rng.randint(0, 40 + 10 * number, (8, 9, 3)).astype('u1')
                  for number in range(6)]

        def histogram(frame, channel):
            return np.histogram(frame[..., channel], 256, (0, 256))[0] / 72
        expected = np.mean([np.mean([
            jensenshannon(histogram(one, channel),
                          histogram(other, channel)) ** 2
            for one, other in zip(frames, frames[apart:])
            for channel in range(3)]) for apart in (1, 2, 4)])
        self.assertAlmostEqual(flicker.consistency(frames), expected)

    def test_warping_error(self):
        pan = films.pictures(6, 96, 128)
        steady = flicker.warping_error(pan, pan)
        flashing = [np.clip(frame.astype(int) + 20 * (number % 2), 0,
                            255).astype('u1')
                    for number, frame in enumerate(pan)]
        self.assertLess(steady, 6)
        self.assertGreater(flicker.warping_error(flashing, pan),
                           steady + 8)


class TestScenes(unittest.TestCase):
    def test_films(self):
        photos = [photo(number) for number in range(2)]
        for scene in scenes.SCENES:
            found = scenes.film(scene, photos, 8, (64, 36))
            self.assertEqual({frame.shape for frame in found}, {(36, 64, 3)})
            self.assertFalse((found[0] == found[-1]).all())
        self.assertEqual(scenes.film('fade', photos, 8, (64, 36))[0].max(), 0)

"""Figures of runs whose networks are made up."""

from unittest import mock

import numpy as np

from colorize.photos import images
from experiments.paper import figures
from experiments.shared import evenness, saved
from tests.shared.experiments import FakeRuns, SIDE, to_luv


class TestFigures(FakeRuns):
    def test_photos_of_each_figure(self):
        measures = [{'inconsistency': uneven, 'colorfulness_ratio': ratio}
                    for uneven, ratio in ((1, 0.5), (9, 0.9), (4, None),
                                          (2, 0.1), (3, 0.2))]
        self.assertEqual(figures.choose(measures), {
            'figure5': [0, 1], 'figure6': [2, 3, 4], 'figure7': [1, 2],
            'figure8': [3, 4]})
        self.assertEqual(figures.choose(measures[:1])['figure6'], [0])

    def test_finds_the_uneven_and_the_colorless(self):
        levels = [to_luv(photo)[..., 0].mean() for photo in self.test]
        uneven, pale = np.argmax(levels), np.argmin(levels)

        def predict(lightness):
            chroma = np.full(lightness.shape + (2,), 60, 'float32')
            number = np.argmin(abs(np.array(levels) - lightness.mean()))
            chroma[::2] *= -1 if number == uneven else 1
            return chroma * (0.01 if number == pale else 1)
        with mock.patch.object(saved, 'predictor',
                               lambda path: (predict, SIDE)), \
                mock.patch.object(evenness, 'SMOOTH', 20):
            said = self.run_main(figures.main, '--runs', self.folder,
                                 '--out', self.path('out'))
        found = self.read('out', 'figures.json')
        first = {name: found[name]['photos'][0]['photo']
                 for name in ('figure5', 'figure7', 'figure8')}
        self.assertEqual(first, {'figure5': 0, 'figure7': uneven,
                                 'figure8': pale})
        self.assertNotEqual(uneven, pale)
        shapes = {name: images.load(self.path('out', f'{name}.png')).shape
                  for name in ('figure5', 'figure6', 'figure7')}
        self.assertEqual(shapes['figure5'], (22 + 2 * 230, 6 + 3 * 230, 3))
        self.assertEqual(shapes['figure6'], (22 + 230, 6 + 4 * 230, 3))
        self.assertEqual(shapes['figure7'], (22 + 2 * 230, 6 + 2 * 230, 3))
        self.assertIn('learning-curve.png', said)
        self.assertEqual(images.load(
            self.path('out', 'learning-curve.png')).ndim, 3)

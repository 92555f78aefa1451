"""make hints, at its smallest size."""

import os

import numpy as np

from colorize import color
from colorize.color import metrics
from experiments.beyond import hints
from tests.experiments.beyond.test_coherence import square
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment
from tests.shared.photos import photo, write_photos


class TestHints(Experiment):
    def test_curves(self):
        write_weights(self.path('w.npz'))
        write_photos(self.folder, 2)
        self.run_main(hints.main, '--photos', self.folder, '--weights',
                      self.path('w.npz'), '--out', self.path('out'))
        found = self.read('out', 'hints.json')
        self.assertTrue(os.path.exists(self.path('out', 'hints.png')))
        self.assertEqual(found['photos'], 2)
        # Without a hint Levin's photo is grey; with enough, both are right.
        grey = []
        for number in range(2):
            lightness, chroma = color.split(square(photo(number)))
            grey.append(metrics.psnr(
                color.merge(lightness, 0 * chroma),
                color.merge(lightness, chroma)))
        self.assertAlmostEqual(found['levin'][0], np.mean(grey), places=4)
        for curve in (found['levin'], found['network']):
            self.assertEqual(len(curve), len(hints.NUMBERS))
            self.assertGreater(curve[-1], curve[0] + 2)

    def test_patches(self):
        chroma = np.random.RandomState(0).rand(20, 24, 2).astype('float32')
        found = hints.told(chroma, [(3, 5), (13, 17)])
        self.assertEqual(len(found.rows), 98)
        first = (found.rows < 10) & (found.columns < 12)
        np.testing.assert_allclose(
            found.chroma[first],
            np.tile(chroma[3:10, 5:12].mean(axis=(0, 1)), (49, 1)), rtol=1e-5)
        self.assertEqual(len(hints.told(chroma, []).rows), 0)

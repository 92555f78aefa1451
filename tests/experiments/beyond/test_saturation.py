"""make saturation, at its smallest size."""

import os

import numpy as np
from PIL import Image

from experiments.beyond import saturation
from experiments.shared import judge_folder
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos

FOUND = {'colorfulness': 40.,
         'curves': {'mean': {'colorfulness': [20., 30., 38.],
                             'psnr': [24., 23., 22.]}}}


class TestSaturation(Experiment):
    def setUp(self):
        super().setUp()
        write_weights(self.path('w.npz'))

    def run_on(self, *more, status=0):
        return self.run_main(
            saturation.main, '--photos', self.folder, '--weights',
            self.path('w.npz'), '--out', self.path('out'), *more,
            status=status)

    def test_as_the_judge_says(self):
        paths = write_photos(self.folder, 2)
        Image.new('RGB', (300, 300), (90, 90, 90)).save(self.path('grey.png'))
        self.run_on()
        found = self.read('out', 'saturation.json')
        judged = judge_folder.judge_folder(paths, self.path('w.npz'))
        self.assertEqual(found['photos'], 2)
        self.assertAlmostEqual(found['colorfulness'], judged['colorfulness'],
                               places=4)
        as_is = saturation.FACTORS.index(1)
        for name, curve in found['curves'].items():
            for key in ('psnr', 'colorfulness'):
                # The judge compares chroma under one lightness.
                self.assertAlmostEqual(curve[key][as_is],
                                       judged['scores'][name][key], delta=.3)
            self.assertTrue((np.diff(curve['colorfulness']) > 0).all())
        for end in ('txt', 'png'):
            self.assertTrue(os.path.exists(self.path('out',
                                                     f'saturation.{end}')))

    def test_only_grey(self):
        Image.new('RGB', (300, 300), (90, 90, 90)).save(self.path('grey.png'))
        with self.assertRaisesRegex(ValueError, 'no photo with colours'):
            self.run_on()


class TestAt(Experiment):
    def test_between_two_factors(self):
        self.assertEqual(saturation.at(FOUND, 'mean', 15), 23.5)
        self.assertEqual(saturation.at(FOUND, 'mean', 2), 22)

    def test_where_no_factor_leads(self):
        for off in (21, 1):
            self.assertIsNone(saturation.at(FOUND, 'mean', off))

"""make splits, at its smallest size."""

import os
from unittest import mock

import numpy as np

from experiments.paper import splits
from experiments.shared import saved
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


class TestSplits(Experiment):
    def test_all_that_were_held_out_count_the_same(self):
        write_photos(self.folder, 8)
        # One row is trained as the other.
        with mock.patch.object(saved, 'NEEDED', ('regression',)):
            self.run_main(
                splits.main, '--photos', self.folder, '--runs',
                self.path('runs'), '--out', self.path('out'), '--width',
                '0.02', '--side', '16', '--epochs', '1', '--seeds', '2')
        found = self.read('out', os.path.basename(self.folder), 'splits.json')
        held = [saved.photos_of(self.path('runs', f'regression-seed-{seed}'))
                for seed in (0, 1)]
        self.assertNotEqual(held[0][1], held[1][1])
        self.assertEqual([split['photos'] for split in found['splits']],
                         [len(hold) for _, hold in held])
        for row in ('regression', 'most_frequent_bin', 'grey'):
            each = [split[row]['psnr'] for split in found['splits']]
            self.assertAlmostEqual(found[row]['psnr'], np.mean(each))

"""A run goes on, or ends with a line, where files of it are gone."""

import os

from colorize.systems import weights_file
from colorize.training import run_folder
from tests.training.test_checkpoints import Shared


class TestPhotos(Shared):
    def test_the_epoch_is_kept_where_a_held_out_one_is_gone(self):
        self.train(1)
        gone = run_folder.read_description(self.run_folder)['hold'][0]
        os.rename(gone, f'{gone}.away')
        with self.assertRaisesRegex(
                run_folder.TrainingError,
                f'{gone}: .*; saved, the same command goes on from here once'):
            self.train(2)
        _, found = weights_file.read(self.path('checkpoint.npz'))
        found = found['progress']
        self.assertEqual((found['epoch'], found['position']), (1, 6))
        os.rename(f'{gone}.away', gone)
        self.train(2)
        self.assertEqual(len(self.log()), 2)

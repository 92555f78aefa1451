"""A run goes on, or ends with a line, where files of it are gone."""

import os
import shutil

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


class TestStart(Shared):
    def start(self, *given):
        self.asked = given
        return super().start(*given)

    def test_a_run_goes_on_where_its_start_is_gone(self):
        self.train(1)
        start = os.path.join(self.folder, 'w0.npz')
        os.rename(self.path('weights.npz'), start)
        shutil.rmtree(self.run_folder)
        self.train(1, start=start)
        self.assertEqual(self.asked[3], start)
        os.unlink(start)
        self.train(2, start=start)
        self.assertIsNone(self.asked[3])
        self.assertEqual(len(self.log()), 2)
        for name in ('checkpoint.npz', 'checkpoint-before.npz'):
            os.unlink(self.path(name))
        with self.assertRaisesRegex(ValueError, 'w0.npz: '):
            self.train(3, start=start)


class TestFiles(Shared):
    def test_each_file_of_a_run_that_is_gone_is_named(self):
        self.train(1)
        for name in ('weights.npz', 'log.jsonl'):
            os.rename(self.path(name), self.path('away'))
            self.refuse(f'{name}: gone or empty')
            with open(self.path(name), 'w'):
                pass
            self.refuse(f'{name}: gone or empty')
            os.rename(self.path('away'), self.path(name))
        self.train(1)
        os.unlink(self.path('run.json'))
        self.refuse('run.json: gone; it says what the checkpoint')
        self.assertFalse(os.path.exists(self.path('run.json')))

    def refuse(self, words):
        before = os.listdir(self.run_folder)
        for epochs in (1, 2):
            with self.assertRaisesRegex(run_folder.TrainingError, words):
                self.train(epochs)
        self.assertEqual(os.listdir(self.run_folder), before)

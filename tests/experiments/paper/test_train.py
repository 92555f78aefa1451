"""Both systems on a dataset, at the smallest size."""

import io
import json
import os
from contextlib import redirect_stderr
from unittest import mock

from colorize.photos import images
from colorize.systems import weights_file
from experiments.paper import train
from experiments.shared import options, report, saved
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


class TestTrain(Experiment):
    def train(self, photos, *arguments):
        with redirect_stderr(io.StringIO()) as said:
            self.assertEqual(train.main(
                ['folder', '--photos', photos, '--runs', self.path('runs'),
                 '--out', self.folder, '--side', '16', '--epochs', '1',
                 '--width', '0.05', '--only', 'regression', *arguments]), 0)
        return said.getvalue()

    def test_test_photos_are_never_those_that_were_learnt(self):
        names = self.path('one', 'ph'), self.path('other', 'ph')
        for number, folder in enumerate(names):
            os.makedirs(folder)
            write_photos(folder, 8, rows=40 + number)
        self.train(names[0], '--test', '2')
        with open(saved.photo_cache(self.path('runs')), 'rb') as file:
            before = file.read()
        for arguments in ((names[0], '--test', '3'), (names[1], '--test',
                                                      '2')):
            with self.assertRaisesRegex(
                    ValueError, 'photos.h5: is of other photos.* have '
                                "learnt from it; take .* make's RUNS=DIR"):
                self.train(*arguments)
        with open(saved.photo_cache(self.path('runs')), 'rb') as file:
            self.assertEqual(file.read(), before)

    def test_both_systems_on_a_folder_then_nothing_is_left_to_do(self):
        photos = self.path('photos')
        os.mkdir(photos)
        write_photos(photos, 8)
        small = {'width': 0.05, 'side': 32, 'epochs': 7}
        for _ in range(2):
            with mock.patch.object(train, 'QUICK', small), \
                    redirect_stderr(io.StringIO()) as said:
                self.assertEqual(train.main(
                    ['folder', '--quick', '--photos', photos, '--test', '2',
                     '--runs', self.path('runs'), '--out', self.folder,
                     '--side', '16', '--epochs', '1',
                     '--only', *saved.NEEDED]), 0)
        with open(self.path('train.json')) as file:
            found = json.load(file)
        self.assertEqual(found['photos'], {'train': 6, 'test': 2})
        self.assertEqual(found['regression']['epochs'], 1)
        self.assertEqual(found['regression']['losses'], [
            [found['regression'][name] for name in ('loss', 'val_loss')]])
        self.assertEqual(images.load(self.path('train.png')).ndim, 3)
        self.assertIn('6 training and 2 test photos', said.getvalue())
        for system in saved.NEEDED:
            _, settings = weights_file.read(
                self.path('runs', system, 'weights.npz'))
            self.assertEqual(settings['network']['system'], system)
            self.assertEqual(settings['training']['learning_rate'], 0.0003)
            self.assertEqual(settings['training']['batch_size'], 6)
            with open(self.path('runs', system, 'run.json')) as file:
                run = json.load(file)
            learnt = run['learn'] + run['hold']
            self.assertEqual(len(learnt), 6)
            self.assertTrue(all('::train/' in name for name in learnt))

    def test_quick_trains_only_what_is_not_there(self):
        def ask(*arguments):
            given = options.parse_saved('paper.table2', '', [
                '--runs', self.folder, *arguments])
            train.small_runs(given)
            return given
        with mock.patch.object(train, 'main') as main:
            ask()
            self.assertFalse(main.called)
            given = ask('--quick', '--photos', 'p')
            main.assert_called_once_with(
                ['folder', '--quick', '--runs', self.folder, '--photos',
                 'p'])
            self.assertEqual(given.runs, self.folder)
            self.assertEqual(given.out, os.path.join(
                report.RESULTS, os.path.basename(self.folder)))
            main.reset_mock()
            for system in ('classification', 'regression'):
                os.makedirs(self.path(system))
                open(self.path(system, 'weights.npz'), 'w').close()
            ask('--quick')
            self.assertFalse(main.called)

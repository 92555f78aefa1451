"""A run that is begun again: other settings, nothing saved, nothing to do."""

import fcntl
import json
import os
from contextlib import redirect_stderr
from io import StringIO
from unittest import mock

import numpy as np

from colorize import datasets
from colorize.photos.cached import CacheError
from colorize.photos.find import find_photos
from colorize.settings import SettingError, check_run
from colorize.systems.weights_file import WeightsError
from colorize.training import __main__ as training
from colorize.training import initial, loop, run_folder
from colorize.training.run_folder import TrainingError
from models.published import VGG16_LAYERS
from tests.shared.folder import Folder
from tests.shared.photos import write_photos


class Begun(Folder):
    def setUp(self):
        super().setUp()
        self.photos = write_photos(self.folder)

    def open(self, photos=None, epochs=3, alone=True, network=None,
             exactly=False, **settings):
        return run_folder.open_run(
            self.path('run'), photos or self.photos,
            *check_run(network or {}, dict({'side': 16}, **settings)),
            epochs, alone, exactly)

    def described(self):
        with open(self.path('run', 'run.json')) as file:
            return json.load(file)

    def leave(self, name):
        with open(self.path('run', name), 'wb'):
            pass


class TestNothingSaved(Begun):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path('run'))
        self.leave('.lock')
        self.open(learning_rate=1e9)

    def test_other_settings_take_the_place(self):
        run = self.open(learning_rate=1e-3, network={'width': 0.25})
        self.assertEqual(run.settings['learning_rate'], 1e-3)
        found = self.described()
        self.assertEqual((found['training']['learning_rate'],
                          found['network']['width']), (1e-3, 0.25))

    def test_so_do_other_photos_and_epochs(self):
        others = write_photos(self.path('run'), 3)
        self.assertEqual(len(self.open(others).train), 3)
        self.open(schedule='cosine', epochs=3)
        self.open(schedule='cosine', epochs=4)
        self.assertEqual(self.described()['epochs'], 4)

    def test_a_torn_description_is_written_anew(self):
        self.leave('run.json')
        self.open()
        self.assertEqual(self.described()['epochs'], 3)

    def test_so_do_others_where_a_cache_is_gone(self):
        with redirect_stderr(StringIO()):
            datasets.build('folder', self.folder, self.path('c.h5'), 16)
        photos = find_photos([f"{self.path('c.h5')}::train"])
        self.open(self.photos + photos, learning_rate=1)
        os.unlink(self.path('c.h5'))
        run = self.open(learning_rate=1)
        self.assertEqual(sorted(run.train + run.valid), self.photos)

    def test_the_same_settings_look_at_no_photo_again(self):
        with mock.patch.object(run_folder, 'survey', side_effect=KeyError):
            self.open(learning_rate=1e9)

    def test_whatever_was_saved_is_kept(self):
        before = self.described()
        for name in ('checkpoint.npz', 'checkpoint-before.npz',
                     'checkpoint.npz.damaged', 'weights.npz', 'log.jsonl'):
            self.leave(name)
            with self.assertRaisesRegex(TrainingError, 'learning_rate = 1000'):
                self.open()
            os.remove(self.path('run', name))
        self.assertEqual(self.described(), before)

    def test_not_where_another_process_may_be_training(self):
        before = self.described()
        with self.assertRaisesRegex(TrainingError, 'learning_rate = 1000'):
            self.open(alone=False)
        with mock.patch.object(fcntl, 'flock', side_effect=OSError(38, '')), \
                self.assertRaisesRegex(TrainingError, 'learning_rate = 1000'):
            loop.train(self.photos, self.path('run'), 3, side=16)
        with open(self.path('run', '.lock')) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with self.assertRaisesRegex(TrainingError, 'another process'):
                loop.train(self.photos, self.path('run'), 3, side=16)
        self.assertEqual(self.described(), before)


class TestTwice(Begun):
    def test_a_photo_that_is_named_twice_counts_once(self):
        os.symlink(self.folder, self.path('link'))
        os.makedirs(self.path('run'))
        names = [os.path.basename(path) for path in self.photos]
        run = self.open(self.photos + [self.path('link', name)
                                       for name in names] + self.photos,
                        holdout=0.4)
        self.assertEqual(sorted(run.train + run.valid), self.photos)
        self.assertEqual(len(run.valid), 3)


class TestPhotos(Begun):
    """A run that has saved something keeps its photos."""

    def begin(self, photos):
        os.makedirs(self.path('run'))
        self.open(photos)
        self.leave('checkpoint.npz')

    def cached(self, name, first):
        """Photos of a cache that is made of some of them."""
        os.mkdir(self.path(name))
        for number, path in enumerate(self.photos[first:first + 6]):
            os.link(path, self.path(name, f'{number}.png'))
        with redirect_stderr(StringIO()):
            datasets.build('folder', self.path(name), self.path('c.h5'), 16)
        return find_photos([f"{self.path('c.h5')}::train"])

    def test_a_cache_that_holds_others_now_is_refused(self):
        photos = self.cached('a', 0)
        self.begin(photos)
        self.open(photos[:2])
        self.cached('copies', 0)
        self.open(photos)
        self.assertEqual(self.cached('b', 1), photos)
        with self.assertRaisesRegex(
                TrainingError, 'run: the run was started with other photos '
                               'than .*c.h5::train holds now; take another'):
            self.open(photos)

    def test_so_is_one_of_which_only_others_are_given_now(self):
        photos = self.cached('a', 0)
        self.begin(photos + self.photos)
        self.cached('b', 1)
        with self.assertRaisesRegex(TrainingError, 'c.h5::train holds now'):
            self.open(self.photos)

    def test_one_that_is_gone_is_named(self):
        photos = self.cached('a', 0)
        self.begin(photos)
        os.unlink(self.path('c.h5'))
        with self.assertRaisesRegex(CacheError, 'c.h5: No such file'):
            self.open(photos)

    def older(self):
        """A run that is older than what it notes of its photos."""
        found = self.described()
        del found['given']
        with open(self.path('run', 'run.json'), 'w') as file:
            json.dump(found, file)

    def test_one_older_than_digests_goes_on(self):
        photos = self.cached('a', 0)
        self.begin(photos)
        self.older()
        self.cached('b', 1)
        self.open(photos, exactly=True)

    def test_nor_may_those_of_such_a_run_lack(self):
        self.begin(self.photos[:5])
        self.older()
        self.open(self.photos[:5] * 2, exactly=True)
        self.open(self.photos[:4])
        with self.assertRaisesRegex(TrainingError, 'with other photos;'):
            self.open(self.photos[:4], exactly=True)

    def test_all_of_them_where_they_have_to_be_the_same(self):
        self.begin(self.photos[:5] + self.photos[:2])
        self.open(self.photos[4::-1] + self.photos[:5], exactly=True)
        self.open()
        for others in (self.photos, self.photos[:4]):
            with self.assertRaisesRegex(TrainingError, 'with other photos;'):
                self.open(others, exactly=True)


class TestWords(Begun):
    def test_a_start_is_named_before_what_it_decides(self):
        self.open(start='a.npz', network={'vgg_batch_norm': False})
        with self.assertRaisesRegex(TrainingError,
                                    "with start = 'a.npz', not None"):
            self.open(alone=False)

    def test_patience_did_nothing_where_none_was_held_out(self):
        os.makedirs(self.path('run'))
        self.open(holdout=0)
        found = self.described()
        found['training']['patience'] = 15
        with open(self.path('run', 'run.json'), 'w') as file:
            json.dump(found, file)
        self.open(holdout=0, alone=False)

    def test_epochs_may_be_a_number_of_numpy(self):
        with mock.patch.object(run_folder, 'open_run',
                               side_effect=KeyError) as opened, \
                self.assertRaises(KeyError):
            loop.train(self.photos, self.path('run'), np.int64(1), side=16)
        self.assertIs(type(opened.call_args[0][4]), int)

    def test_too_many_held_out(self):
        with self.assertRaisesRegex(
                TrainingError, 'holdout = 0.99 holds out all 7 readable .*: '
                               'none is left to train on'):
            self.open(holdout=0.99)

    def test_vgg16_is_looked_at_before_the_photos(self):
        path = self.path('vgg16.npz')
        with mock.patch.object(run_folder, 'survey', side_effect=KeyError):
            with self.assertRaisesRegex(OSError, 'vgg16.npz'):
                loop.train(self.photos, self.path('run'), 1, vgg16=path)
            with open(path, 'w') as file:
                file.write('none')
            with self.assertRaisesRegex(ValueError, 'vgg16.npz: not a file'):
                loop.train(self.photos, self.path('run'), 1, vgg16=path)

    def test_vgg16_needs_its_width(self):
        path = self.path('vgg16.npz')
        depth = VGG16_LAYERS['conv1_1']
        np.savez(path, **{
            'conv1_1.W': np.zeros((depth, 3, 3, 3), 'float32'),
            'conv1_1.b': np.zeros(depth, 'float32')})
        network, _ = check_run({'width': 0.05, 'vgg_batch_norm': False}, {})
        with self.assertRaisesRegex(WeightsError,
                                    'vgg16.npz: .*add --width 1'):
            initial.build_initial(network, path)


class TestSettings(Begun):
    def refuse(self, words, *options):
        with self.assertRaisesRegex(SettingError, words):
            training.main([self.folder, '--run', self.path('run'), *options])
        self.assertFalse(os.path.exists(self.path('run')))

    def test_patience_needs_photos_that_are_held_out(self):
        self.refuse('patience 2: only photos that are held out can tell',
                    '--patience', '2', '--holdout', '0')

    def test_random_layers_are_not_kept(self):
        self.refuse('freeze_until conv4_3: .* --vgg16 or --start',
                    '--freeze-until', 'conv4_3')

    def test_but_where_a_run_was_begun_so(self):
        os.makedirs(self.path('run'))
        self.leave('checkpoint.npz')
        with mock.patch.object(loop, 'train', return_value={'epoch': 10}), \
                redirect_stderr(StringIO()) as said:
            training.main([self.folder, '--run', self.path('run'),
                           '--freeze-until', 'conv4_3'])
        self.assertIn('all 10 epochs are done', said.getvalue())


class TestTrained(Begun):
    """One network of almost nothing."""

    def train(self, *options):
        with redirect_stderr(StringIO()) as said:
            training.main([
                self.folder, '--run', self.path('run'), '--side', '16',
                '--width', '0.05', '--system', 'regression', '--batch-size',
                '2', '--update-rule', 'sgd', *options])
        return said.getvalue().splitlines()

    def test_what_diverged_and_what_is_done(self):
        with self.assertRaisesRegex(TrainingError, 'nothing was saved yet; '
                                    'start again with a lower'):
            self.train('--learning-rate', '1e30')
        for _ in range(2):
            line, = self.train('--epochs', '1')
            self.assertIn(
                'the one epoch is done; weights: '
                f"{self.path('run', 'weights.npz')}; more need a larger "
                '--epochs', line)
        line, = self.train('--epochs', '2')
        self.assertIn('all 2 epochs are done; weights: ', line)
        nothing = mock.Mock(return_value=(np.nan, [{}]))
        with mock.patch.object(loop.validation, 'evaluate', nothing), \
                self.assertRaisesRegex(
                    TrainingError, 'checkpoint is intact; start again in '
                                   'another folder with a lower'):
            self.train('--epochs', '3')

    def test_patience(self):
        with mock.patch.object(loop, 'train', return_value={'epoch': 4}):
            line, = self.train('--epochs', '9', '--patience', '2')
        self.assertIn('4 of 9 epochs are done, then it was no better for 2',
                      line)

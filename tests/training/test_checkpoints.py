"""A run survives: kills, damaged checkpoints, full disks, a second run."""

import contextlib
import fcntl
import io
import json
import os
import resource
import shutil
import tempfile
import threading
from contextlib import redirect_stderr
from unittest import mock

import numpy as np

from colorize.disk import whole
from colorize.photos import images
from colorize.settings import check_run
from colorize.systems import weights_file
from colorize.training import (checkpoints, functions, initial, interrupts,
                               loop, run_folder)
from colorize.backend import theano
from tests.shared.folder import Folder
from tests.shared.photos import write_photos

SETTINGS = dict(side=16, batch_size=2, seed=3, holdout=0.2)


class Shared(Folder):
    """One compiled network for all trainings of this file."""

    @classmethod
    def setUpClass(cls):
        network, settings = check_run({'width': 0.05}, SETTINGS)
        cls.network = initial.build_initial(network)
        cls.functions = functions.compile_functions(cls.network, settings)
        cls.initial = {name: shared.get_value() for name, shared
                       in cls.functions.state.items()}

    def setUp(self):
        super().setUp()
        self.run_folder = os.path.join(self.folder, 'run')
        self.photos = write_photos(self.folder)
        for module, name, ours in (
                (initial, 'build_initial', self.start),
                (functions, 'compile_functions', self.compile_functions)):
            patch = mock.patch.object(module, name, ours)
            patch.start()
            self.addCleanup(patch.stop)

    def start(self, *_):
        for name, value in self.initial.items():
            self.functions.state[name].set_value(value)
        return self.network

    def compile_functions(self, *_):
        return self.functions

    def train(self, epochs, **settings):
        return loop.train(self.photos, self.run_folder, epochs,
                          {'width': 0.05}, **dict(SETTINGS, **settings))

    def path(self, name):
        return os.path.join(self.run_folder, name)

    def parameters(self):
        return weights_file.read(self.path('checkpoint.npz'))[0]

    def log(self):
        with open(self.path('log.jsonl')) as file:
            return [json.loads(line)['loss'] for line in file]

    def said(self, function, *args):
        """What it says on stderr."""
        with redirect_stderr(io.StringIO()) as shown:
            function(*args)
        return shown.getvalue().splitlines()

    def assert_same(self, one, other):
        self.assertEqual(set(one), set(other))
        for name in one:
            self.assertEqual(one[name].tobytes(), other[name].tobytes(),
                             name)


class TestDamaged(Shared):
    def test_the_one_before_is_used_and_nothing_is_different(self):
        self.train(3)
        whole, log = self.parameters(), self.log()
        for damage in (self.tear, self.alter, self.empty):
            shutil.rmtree(self.run_folder)
            self.train(2)
            damage(self.path('checkpoint.npz'))
            lines = self.said(self.train, 3)
            self.assertEqual(len(lines), 1, lines)
            self.assertRegex(lines[0], r'checkpoint\.npz: torn.*\.damaged')
            self.assert_same(self.parameters(), whole)
            self.assertEqual(self.log(), log)
            self.assertTrue(os.path.exists(
                self.path('checkpoint.npz.damaged')))

    def tear(self, path):
        os.truncate(path, os.path.getsize(path) * 2 // 3)

    def empty(self, path):
        os.truncate(path, 0)

    def alter(self, path):
        """In the archive's directory, which no CRC covers."""
        with open(path, 'r+b') as file:
            content = file.read()
            place = content.rindex(b'conv1_1.W.npy')
            file.seek(place)
            file.write(b'conv1_1.X')

    def test_all_damaged_is_said_and_nothing_is_touched(self):
        self.train(2)
        for name in ('checkpoint.npz', 'checkpoint-before.npz'):
            self.tear(self.path(name))
        before = sorted(os.listdir(self.run_folder))
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    'no other is left'):
            self.train(3)
        self.assertEqual(sorted(os.listdir(self.run_folder)), before)

    def test_a_checkpoint_of_other_settings_is_refused_by_name(self):
        self.train(1)
        with open(self.path('run.json')) as file:
            found = json.load(file)
        found['training']['seed'] = 7
        with open(self.path('run.json'), 'w') as file:
            json.dump(found, file)
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    'checkpoint.npz.*seed = 3, not 7'):
            self.train(2, seed=7)

    def test_a_run_that_is_older_than_a_setting_goes_on(self):
        self.train(1)
        with open(self.path('run.json')) as file:
            found = json.load(file)
        del found['training']['patience'], found['network']['conv4_depth']
        del found['level_means']
        with open(self.path('run.json'), 'w') as file:
            json.dump(found, file)
        self.assertEqual(self.train(2)['epoch'], 2)
        arrays, _ = weights_file.read(self.path('weights.npz'))
        self.assertNotIn('level_means', arrays)
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    'patience = None, not 3'):
            self.train(3, patience=3)

    def test_killed_between_two_renames(self):
        self.train(3)
        whole = self.parameters()
        shutil.rmtree(self.run_folder)
        self.train(2)
        os.unlink(self.path('checkpoint.npz'))
        self.train(3)
        self.assert_same(self.parameters(), whole)

    def test_a_checkpoint_of_another_version_is_named(self):
        self.train(1)
        arrays, found = weights_file.read(self.path('checkpoint.npz'))
        weights_file.write(self.path('checkpoint.npz'), arrays,
                           found['progress'])
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    'checkpoint.npz: no checkpoint of this'):
            self.train(2)

    def test_killed_before_its_first_checkpoint(self):
        """The log has a line of an epoch that is done again."""
        with mock.patch.object(checkpoints, 'save', side_effect=KeyError):
            with self.assertRaises(KeyError):
                self.train(1)
        self.train(2)
        self.assertEqual(len(self.log()), 2)

    def test_description_torn_or_altered(self):
        self.train(1)
        for content in ('{"network"', '[]', '{}', '{"network": {}, '
                        '"training": {}}'):
            with open(self.path('run.json'), 'w') as file:
                file.write(content)
            with self.assertRaises(run_folder.TrainingError) as caught:
                self.train(2)
            self.assertIn(self.run_folder, str(caught.exception))


class TestRefused(Shared):
    def test_a_second_run_into_the_folder(self):
        self.train(1)
        with open(self.path('.lock')) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with self.assertRaisesRegex(
                    run_folder.TrainingError,
                    f'run: another process .* is {os.getpid()}'):
                self.train(2)
        self.train(2)

    def test_a_killed_process_holds_no_lock_and_leaves_no_litter(self):
        os.makedirs(self.run_folder)
        with open(self.path('.writing-abc'), 'w'):
            pass
        self.train(1)
        self.assertEqual(sorted(os.listdir(self.run_folder)), [
            '.lock', 'checkpoint.npz', 'log.jsonl', 'run.json',
            'weights.npz'])

    def test_a_file_system_without_locks(self):
        with mock.patch.object(fcntl, 'flock',
                               side_effect=OSError(38, 'not implemented')):
            self.train(1)

    def test_epochs(self):
        for epochs in (0, -1, 1.5, 'all', True):
            with self.assertRaisesRegex(ValueError, 'epochs must be'):
                self.train(epochs)


class TestTrouble(Shared):
    def check_last_good_one(self, before):
        self.assert_same(self.parameters(), before)
        left = [name for name in os.listdir(self.run_folder)
                if name.startswith('.writing-')]
        self.assertEqual(left, [])

    def test_full_disk(self):
        self.train(1)
        before = self.parameters()
        with limited(20000):
            with self.assertRaises(OSError) as caught:
                self.train(2)
        self.assertRegex(str(caught.exception), r'File too large.*\.npz')
        self.check_last_good_one(before)
        self.train(2)

    def test_folder_that_is_not_writable(self):
        self.train(1)
        before = self.parameters()
        refused = PermissionError(13, 'Permission denied',
                                  self.path('.writing-abc'))
        with mock.patch.object(whole.uuid, 'uuid4',
                               side_effect=refused):
            with self.assertRaises(PermissionError) as caught:
                self.train(2)
        self.assertRegex(caught.exception.filename, r'(npz|jsonl)$')
        self.check_last_good_one(before)

    def test_a_photo_vanishes(self):
        self.train(1)
        with open(self.path('run.json')) as file:
            gone = json.load(file)['learn'][-1]
        os.rename(gone, f'{gone}.elsewhere')
        with self.assertRaises(run_folder.TrainingError) as caught:
            self.train(3)
        self.assertTrue(str(caught.exception).startswith(
            f'{gone}: No such file'), caught.exception)
        os.rename(f'{gone}.elsewhere', gone)
        self.train(3)
        resumed = self.parameters()
        shutil.rmtree(self.run_folder)
        self.train(3)
        self.assert_same(self.parameters(), resumed)

    def test_the_last_update_spoils_the_parameters(self):
        self.train(1)
        before, update, done = self.parameters(), self.functions.train, []

        def train(*batch):
            done.append(update(*batch))
            if len(done) == 3:
                spoilt = self.network.outputs[0].b
                spoilt.set_value(spoilt.get_value() * np.float32('nan'))
            return done[-1]
        with mock.patch.object(self, 'functions',
                               self.functions._replace(train=train)), \
                self.assertRaisesRegex(
                    run_folder.TrainingError, 'run: parameters are no '
                    r'numbers in epoch 2 after . photos \(learning rate '):
            self.train(2)
        self.check_last_good_one(before)
        self.assertTrue(all(map(np.isfinite, self.log())))

    def test_validation_is_no_number(self):
        nothing = mock.Mock(return_value=(np.nan, np.zeros((2, 2, 16, 16))))
        with mock.patch.object(self, 'functions', self.functions._replace(
                validate=nothing)), self.assertRaisesRegex(
                    run_folder.TrainingError, 'validation loss is nan in ep'):
            self.train(1)

    def test_interrupted_while_validating(self):
        self.train(2)
        whole = self.parameters()
        shutil.rmtree(self.run_folder)
        # Two minibatches in the epoch's three are asked before, then one
        # of the validation.
        answers = iter([False] * 3 + [True])
        with mock.patch.object(interrupts, 'noticed', lambda: (
                contextlib.nullcontext(lambda: next(answers, True)))):
            with self.assertRaisesRegex(interrupts.Interrupted, 'goes on'):
                self.train(2)
        self.assertEqual(self.log() if os.path.exists(
            self.path('log.jsonl')) else [], [])
        self.train(2)
        self.assert_same(self.parameters(), whole)

    def test_threads_and_files_end(self):
        self.train(1)
        threads, opened = threading.active_count(), open_files()
        for epochs in (2, 3, 4):
            self.train(epochs)
        gone = self.photos[0]
        os.unlink(gone)
        with self.assertRaises((run_folder.TrainingError, images.ImageError)):
            self.train(5)
        self.assertEqual((threading.active_count(), open_files()),
                         (threads, opened))


def open_files():
    return len(os.listdir('/proc/self/fd'))


@contextlib.contextmanager
def limited(size):
    """Files of this process cannot grow beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_checkpoint_is_a_float32_archive_with_a_checksum():
    with tempfile.TemporaryDirectory() as folder:
        run = mock.Mock(checkpoint=os.path.join(folder, 'checkpoint.npz'),
                        network_settings={'width': 1.0},
                        settings={'seed': 4})
        state = {'w': theano.shared(np.float32([1, 2]))}
        for number in (1, 2, 3):
            checkpoints.save(run, state, {'epoch': number})
        kept = {name: weights_file.read(os.path.join(folder, name))[1]
                for name in os.listdir(folder)}
    assert kept['checkpoint.npz']['network'] == {'width': 1.0}
    assert kept['checkpoint.npz']['training'] == {'seed': 4}
    found = {name: each['progress']['epoch'] for name, each in kept.items()}
    assert found == {'checkpoint.npz': 3, 'checkpoint-before.npz': 2}

"""What makes a recipe: start, schedule, frozen layers, average, scales."""

import io
import json
import os
import shutil
from contextlib import nullcontext, redirect_stderr
from unittest import mock

import numpy as np
from PIL import Image

from colorize import color, progress
from colorize.color import tones
from colorize.settings import (SettingError, check_network, check_run,
                               check_training)
from colorize.systems import networks, params, trained, weights_file
from colorize.training import (averaging, batches, functions, interrupts,
                               loop, run_folder, schedule)
from colorize.training.initial import build_initial
from models.published import VGG16_LAYERS
from tests.shared.folder import Folder
from tests.shared.photos import photo, write_photos

NETWORK = {'system': 'regression', 'width': 0.05}
EVERYTHING = dict(
    side=16, crop=8, scale=0.6, flip=True, batch_size=2, holdout=0.2,
    schedule='cosine', average=0.9, vgg_rate=0.1, seed=3)


class Recipe(Folder):
    def setUp(self):
        super().setUp()
        self.run_folder = os.path.join(self.folder, 'run')
        self.photos = write_photos(self.folder)

    def train(self, epochs, network=NETWORK, **settings):
        return loop.train(self.photos, self.run_folder, epochs, network,
                          **settings)

    def arrays(self, name='checkpoint.npz'):
        return weights_file.read(os.path.join(self.run_folder, name))[0]

    def log(self):
        return [(record['loss'], record['val_loss'], record['learning_rate'])
                for record in run_folder.read_log(self.run_folder)]


class TestResume(Recipe):
    def test_everything_at_once_ends_as_if_never_stopped(self):
        """Stopped in an epoch and while validating averaged weights."""
        network = dict(NETWORK, freeze_until='conv1_2', vgg_batch_norm=False)
        self.train(2, network, **EVERYTHING)
        whole, log, best = self.arrays(), self.log(), self.arrays(
            'weights.npz')
        first = build_initial(check_network(network), seed=3)
        for name, shared in params.get_params(first.outputs).items():
            if name.partition('.')[0] in ('conv1_1', 'conv1_2'):
                np.testing.assert_array_equal(whole[name],
                                              shared.get_value(), name)
        self.assertGreater(np.abs(whole['conv2_1.W'] - best['conv2_1.W'])
                           .max(), 0)
        shutil.rmtree(self.run_folder)
        # Three minibatches in an epoch, then one of the validation.
        for answers in ((False, True), (False, True)):
            asked = iter(answers)
            with mock.patch.object(interrupts, 'noticed', lambda: nullcontext(
                    lambda: next(asked, True))):
                with self.assertRaises(interrupts.Interrupted):
                    self.train(2, network, **EVERYTHING)
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    'epochs = 2, not 3'):
            self.train(3, network, **EVERYTHING)
        self.train(2, network, **EVERYTHING)
        self.assertEqual(self.log(), log)
        for name, values in self.arrays().items():
            np.testing.assert_array_equal(values, whole[name], name)
        for name, values in self.arrays('weights.npz').items():
            np.testing.assert_array_equal(values, best[name], name)


class TestStart(Recipe):
    def test_a_start_is_where_it_was(self):
        """A step size of almost nothing leaves the weights as they were."""
        self.train(1, side=16, batch_size=2, holdout=0.2)
        start = os.path.join(self.folder, 'start.npz')
        shutil.move(os.path.join(self.run_folder, 'weights.npz'), start)
        shutil.rmtree(self.run_folder)
        self.train(1, {'freeze_until': 'conv4_3'}, start=start,
                   batch_size=2, holdout=0.2, learning_rate=1e-12)
        before, _ = weights_file.read(start)
        network, side = trained.settings_of(
            os.path.join(self.run_folder, 'weights.npz'))
        self.assertEqual((network['system'], network['width'], side,
                          network['freeze_until'],
                          network['vgg_batch_norm']),
                         ('regression', 0.05, 16, 'conv4_3', True))
        after = self.arrays('weights.npz')
        for name, values in before.items():
            if name.endswith(('.W', '.b', '.gamma', '.beta')):
                np.testing.assert_allclose(after[name], values, atol=1e-9,
                                           err_msg=name)
        for network, settings, words in (
                ({'width': 0.1}, {}, r'width 0.1: .*start.npz holds a '
                 r'regression network with width 0.05'),
                ({}, {'vgg16': 'some.npz'}, 'start and vgg16 exclude')):
            with self.assertRaisesRegex(SettingError, words):
                self.train(1, network, start=start, **settings)

    def test_old_files_say_freeze_vgg(self):
        for frozen, until in ((True, 'conv4_3'), (False, None)):
            found = check_network({'freeze_vgg': frozen})
            self.assertEqual(found['freeze_until'], until)
            self.assertNotIn('freeze_vgg', found)

    def test_what_is_frozen(self):
        for until, expected in ((None, 0), ('conv1_1', 1), ('conv3_1', 5),
                                ('conv4_3', 10)):
            network = networks.build(dict(NETWORK, freeze_until=until))
            from colorize.backend import lasagne
            kept = {param.name for param in lasagne.layers.get_all_params(
                network.outputs, trainable=True)}
            frozen = [name for name in VGG16_LAYERS
                      if f'{name}.W' not in kept]
            self.assertEqual(frozen, list(VGG16_LAYERS)[:expected])


class TestRates(Recipe):
    def test_schedules_against_published_forms(self):
        settings = check_training({'learning_rate': 2.0, 'batch_size': 4,
                                   'schedule': 'cosine'})
        # 101 photos are 26 updates, so 260 in all and 5 on the way up.
        rates = [schedule.learning_rate(settings, epoch, position, 101, 10)
                 for epoch in range(10) for position in range(0, 101, 4)]
        np.testing.assert_allclose(rates[:6], [0.4, 0.8, 1.2, 1.6, 2, 2])
        np.testing.assert_allclose(
            rates[5:], 1 + np.cos(np.pi * np.arange(255) / 255))
        settings = check_training({'learning_rate_decay': 0.5})
        self.assertEqual(schedule.learning_rate(settings, 3, 50, 101, 10),
                         0.0003 / 8)

    def test_vggs_layers_have_a_rate_of_their_own(self):
        """By plain SGD a step is the rate times the gradient."""
        changes = []
        for factor in (1.0, 0.25):
            network = build_initial(dict(NETWORK, vgg_batch_norm=True))
            known = params.get_params(network.outputs)
            before = {name: each.get_value() for name, each in known.items()}
            compiled = functions.compile_functions(network, check_training({
                'loss': 'l2', 'update_rule': 'sgd', 'vgg_rate': factor,
                'learning_rate': 0.01}))
            batch = batches.prepare(photo()[:16, :16], network.settings)
            compiled.train(batch.inputs, batch.targets)
            changes.append({name: each.get_value() - before[name]
                            for name, each in known.items()})
        for name, change in changes[0].items():
            if name.endswith(('.mean', '.inv_std')):
                continue
            of_vgg = name.startswith('conv')
            np.testing.assert_allclose(
                changes[1][name], change * (0.25 if of_vgg else 1),
                rtol=1e-3, atol=1e-6, err_msg=name)
        self.assertGreater(np.abs(changes[0]['conv1_1_bn.beta']).max(), 1e-5)


class TestAverage(Recipe):
    def test_of_the_updates_with_statistics_taken_anew(self):
        network = build_initial(NETWORK)
        compiled = functions.compile_functions(network, check_training({
            'loss': 'l2', 'average': 0.5, 'update_rule': 'sgd',
            'learning_rate': 0.1}))
        known = params.get_params(network.outputs)
        weight, mean = known['output.W'], known['encoder1_bn.mean']
        expected = weight.get_value().astype('float64')
        batch = batches.prepare(photo()[:16, :16], network.settings)
        for update in range(8):
            compiled.train(batch.inputs, batch.targets)
            stays = min(0.5, (update + 1) / (update + 10))
            expected = stays * expected + (1 - stays) * weight.get_value()
        kept = weight.get_value(), mean.get_value()
        with averaging.averaged(network, compiled, [batch] * 200):
            np.testing.assert_allclose(weight.get_value(), expected,
                                       rtol=1e-5, atol=1e-7)
            moved = mean.get_value()
            compiled.refresh(batch.inputs)
            # Nothing moves on: they are this minibatch's by now.
            np.testing.assert_allclose(mean.get_value(), moved, rtol=1e-4,
                                       atol=1e-6)
            self.assertGreater(np.abs(moved - kept[1]).max(), 1e-4)
        np.testing.assert_array_equal(weight.get_value(), kept[0])
        np.testing.assert_array_equal(mean.get_value(), kept[1])


class TestScale(Recipe):
    def test_windows_of_all_sizes_scaled_to_one(self):
        ramp = np.repeat(np.arange(100, dtype='uint8')[None, :, None] * 2, 100,
                         axis=0).repeat(3, axis=2)
        spans = []
        for number in range(60):
            cut = batches.augment(ramp, 40, False,
                                  np.random.RandomState(number), 0.5)
            self.assertEqual(cut.shape, (40, 40, 3))
            spans.append(int(cut[0, -1, 0]) - int(cut[0, 0, 0]))
        # From 50 to 100 columns of 2 levels each.
        self.assertGreater(min(spans), 95)
        self.assertLess(max(spans), 200)
        self.assertGreater(np.ptp(spans), 60)
        whole = batches.augment(ramp, None, False, np.random.RandomState(0),
                                0.5)
        self.assertEqual(whole.shape, ramp.shape)


class TestGray(Recipe):
    def write(self, name, rgb):
        path = os.path.join(self.folder, name)
        Image.fromarray(rgb.astype('uint8')).save(path)
        return path

    def test_grey_and_sepia_are_counted_said_and_left_out(self):
        grey = np.repeat(photo()[..., 1:2], 3, axis=2)
        sepia = np.clip(grey * [1.07, 0.74, 0.43] + [12, 6, 0], 0, 255)
        gray = [self.write('grey.png', grey), self.write('sepia.png', sepia)]
        for keep, left in ((False, 2), (True, 0)):
            with redirect_stderr(io.StringIO()) as said:
                run = run_folder.open_run(
                    f'{self.run_folder}{keep}', self.photos + gray,
                    *check_run({}, {'side': 16, 'keep_gray': keep}))
            paths = run.train + run.valid
            self.assertEqual(len(paths), len(self.photos) + 2 - left)
            self.assertEqual('2 of 9 photos left out: grey or in one tone'
                             in said.getvalue(), not keep)
            with open(f'{self.run_folder}{keep}/run.json') as file:
                self.assertEqual(json.load(file)['gray'], left)

    def test_spread_against_loops(self):
        lightness, chroma = color.split(photo())
        total, free = 0, 0
        level = np.minimum(lightness * np.float32(0.64) // 1, 63)
        for number in np.unique(level):
            own = chroma[level == number]
            total += ((own - own.mean(axis=0)) ** 2).sum()
            free += len(own) - 1
        self.assertAlmostEqual(tones.spread(lightness, chroma),
                               np.sqrt(total / free), 3)


class TestProgress(Folder):
    def test_a_line_now_and_then(self):
        clock = iter(range(0, 10000, 100))
        with mock.patch.object(progress.time, 'monotonic',
                               lambda: next(clock)), \
                redirect_stderr(io.StringIO()) as said:
            with progress.progress(50, 'epoch 2', done=10) as advance:
                for number in range(7):
                    advance(2, loss=5.25 + number)
        lines = said.getvalue().splitlines()
        self.assertEqual(len(lines), 3, lines)
        self.assertRegex(lines[0], r': epoch 2: 14 of 50 photos, loss 6.25, '
                         r'0.02 photos/s, 30 min left$')
        with redirect_stderr(io.StringIO()) as said:
            with progress.progress(50, 'read') as advance:
                advance()
        self.assertEqual(said.getvalue(), '')

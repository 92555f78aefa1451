"""Training: updates, resuming, logs, and stopping with a clear line."""

import json
import os
import shutil
import signal
import tempfile
import unittest
from unittest import mock

import numpy as np

from colorize import color
from colorize.color import bins
from colorize.color.level_means import level_means
from colorize.photos import images
from colorize.systems import networks, params, weights_file
from colorize.training import __main__ as training
from colorize.training import (batches, functions, interrupts, loop,
                               run_folder, validation)
from colorize.training.initial import build_initial
from colorize.backend import lasagne, theano
from colorize.settings import (TRAINING, check_network, check_run,
                               check_training)
from tests.shared.folder import Folder
from tests.shared.photos import write_photos

SMALL = {'width': 0.05}


class Training(Folder):
    def setUp(self):
        super().setUp()
        self.run_folder = os.path.join(self.folder, 'run')

    def train(self, epochs, **settings):
        settings = dict(dict(side=16, batch_size=2, seed=3), **settings)
        paths = write_photos(self.folder)
        network = dict(SMALL, **settings.pop('network', {}))
        return loop.train(paths, self.run_folder, epochs, network,
                          **settings)

    def described(self):
        with open(os.path.join(self.run_folder, 'run.json')) as file:
            return json.load(file)

    def lines(self):
        with open(os.path.join(self.run_folder, 'log.jsonl')) as file:
            return [json.loads(line) for line in file]

    def checkpoint(self):
        arrays, found = weights_file.read(
            os.path.join(self.run_folder, 'checkpoint.npz'))
        return arrays, found['progress']


class TestTrain(Training):
    def test_log_weights_and_held_out_photos(self):
        self.train(2)
        lines = self.lines()
        self.assertEqual([line['epoch'] for line in lines], [1, 2])
        for name in ('loss', 'val_loss', 'val_acc_u', 'val_acc_v', 'seconds',
                     'val_sat_diff', 'learning_rate', 'peak_memory_mib'):
            self.assertGreaterEqual(lines[0][name], 0, name)
        run = self.described()
        self.assertEqual((len(run['learn']), len(run['hold'])), (6, 1))
        self.assertFalse(set(run['learn']) & set(run['hold']))
        self.assertEqual(lines[0]['photos'], 6)
        arrays, settings = weights_file.read(
            os.path.join(self.run_folder, 'weights.npz'))
        self.assertEqual(settings['network']['width'], 0.05)
        self.assertTrue(settings['network']['vgg_batch_norm'])
        self.assertEqual(set(settings['training']), set(TRAINING))
        self.assertEqual(arrays['bin_means'].shape, (2, 50))
        np.testing.assert_allclose(arrays['bin_shares'].sum(axis=1), 1,
                                   rtol=1e-5)
        self.refuse_other_settings()

    def refuse_other_settings(self):
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    'seed = 3, not 4'):
            self.train(3, seed=4)

    def test_stopped_and_resumed_ends_as_if_never_stopped(self):
        """Also in the middle of an epoch, and with optimiser state."""
        settings = dict(crop=8, flip=True, holdout=0,
                        learning_rate_decay=0.5)
        self.train(3, **settings)
        whole, _ = self.checkpoint()
        log = [line['loss'] for line in self.lines()]
        shutil.rmtree(self.run_folder)
        calls = []

        def stop_after_five():
            calls.append(1)
            return len(calls) == 5
        original = interrupts.noticed
        try:
            interrupts.noticed = lambda: _Always(stop_after_five)
            with self.assertRaisesRegex(interrupts.Interrupted, 'goes on'):
                self.train(3, **settings)
        finally:
            interrupts.noticed = original
        self.assertEqual(self.checkpoint()[1]['position'], 2)
        self.train(3, **settings)
        resumed, _ = self.checkpoint()
        self.assertEqual([line['loss'] for line in self.lines()], log)
        self.assertEqual(set(whole), set(resumed))
        for name in whole:
            np.testing.assert_array_equal(whole[name], resumed[name], name)

    def test_patience_stops_and_stays_stopped(self):
        losses = iter([3.0, 2.0, 2.5, 2.6, 1.0])
        with mock.patch.object(validation, 'evaluate',
                               lambda *args: (next(losses), [{}])):
            for _ in range(2):
                self.train(9, patience=2)
        self.assertEqual([line['val_loss'] for line in self.lines()],
                         [3.0, 2.0, 2.5, 2.6])
        self.assertEqual(self.checkpoint()[1]['worse'], 2)

    def test_a_folder_with_a_run_of_other_photos_is_refused(self):
        self.train(1)
        with self.assertRaisesRegex(run_folder.TrainingError, 'other photos'):
            loop.train(write_photos(tempfile.mkdtemp(dir=self.folder)),
                       self.run_folder, 2, SMALL, side=16, batch_size=2,
                       seed=3)

    def test_loss_falls_in_the_regression_network(self):
        """Started as users start it."""
        write_photos(self.folder)
        training.main([
            self.folder, '--run', self.run_folder, '--epochs', '12',
            '--system', 'regression', '--width', '0.05', '--side', '16',
            '--batch-size', '2', '--holdout', '0', '--learning-rate',
            '0.003', '--loss', 'huber'])
        losses = [line['loss'] for line in self.lines()]
        self.assertLess(losses[-1], 0.6 * losses[0])
        self.assertNotIn('level_means', self.described())

    def test_a_loss_that_is_no_number_stops_with_a_line(self):
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    'loss is (nan|inf).*rate 1e'):
            self.train(3, network={'system': 'regression'},
                       update_rule='sgd', learning_rate=1e30)

    def test_unreadable_photos_are_passed_over(self):
        bad = os.path.join(self.folder, 'bad.png')
        with open(bad, 'wb') as file:
            file.write(b'no photo')
        run = run_folder.open_run(
            self.run_folder, write_photos(self.folder) + [bad],
            *check_run(SMALL, {'side': 16}))
        self.assertNotIn(bad, run.train + run.valid)
        self.assertEqual(len(run.train + run.valid), 7)


class _Always:
    """A stand-in for interrupts.noticed()."""

    def __init__(self, answer):
        self.answer = answer

    def __enter__(self):
        return self.answer

    def __exit__(self, *error):
        return None


class TestInterrupts(unittest.TestCase):
    def test_first_signal_is_noted_second_ends(self):
        # Started in the background, the tests find SIGINT ignored.
        before = signal.default_int_handler
        self.addCleanup(signal.signal, signal.SIGINT,
                        signal.signal(signal.SIGINT, before))
        with interrupts.noticed() as interrupted:
            self.assertFalse(interrupted())
            os.kill(os.getpid(), signal.SIGINT)
            self.assertTrue(interrupted())
            with self.assertRaises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        self.assertIs(signal.getsignal(signal.SIGINT), before)


class TestUpdateRules(unittest.TestCase):
    """One parameter with the gradient 2 w, against the published rules."""

    def steps(self, rule, beta2=0.999, count=3):
        weight = theano.shared(np.float32(1), 'w')
        rate = theano.shared(np.float32(0.1))
        updates = functions.update_rule(weight ** 2, [weight], rate, {
            'update_rule': rule, 'beta2': beta2})
        step = theano.function([], [], updates=updates)
        found = []
        for _ in range(count):
            step()
            found.append(float(weight.get_value()))
        return found

    def test_sgd(self):
        np.testing.assert_allclose(self.steps('sgd'), [0.8, 0.64, 0.512],
                                   rtol=1e-5)

    def test_nesterov(self):
        # Sutskever (2013) in Lasagne's form: v = 0.9 v - 0.1 g and
        # w += 0.9 v - 0.1 g.
        weight, velocity, expected = 1.0, 0.0, []
        for _ in range(3):
            gradient = 2 * weight
            velocity = 0.9 * velocity - 0.1 * gradient
            weight += 0.9 * velocity - 0.1 * gradient
            expected.append(weight)
        np.testing.assert_allclose(self.steps('nesterov'), expected,
                                   rtol=1e-5)

    def test_adam(self):
        # Kingma & Ba (2015), algorithm 1.
        for beta2 in (0.99, 0.999):
            weight, m, v, expected = 1.0, 0.0, 0.0, []
            for t in range(1, 4):
                gradient = 2 * weight
                m = 0.9 * m + 0.1 * gradient
                v = beta2 * v + (1 - beta2) * gradient ** 2
                weight -= 0.1 * (m / (1 - 0.9 ** t)) / (
                    np.sqrt(v / (1 - beta2 ** t)) + 1e-8)
                expected.append(weight)
            np.testing.assert_allclose(self.steps('adam', beta2), expected,
                                       rtol=1e-4)


class TestEvaluate(Training):
    def test_the_last_short_minibatch_counts(self):
        """Seven photos in minibatches of three score as one by one."""
        paths = write_photos(self.folder)
        network = build_initial(SMALL)
        compiled = functions.compile_functions(
            network, check_training({'loss': 'cross_entropy'}))
        results = [validation.evaluate(network, compiled.validate, paths,
                                       16, size) for size in (1, 3)]
        self.assertEqual(len(results[1][1]), 7)
        self.assertAlmostEqual(results[0][0], results[1][0], 4)
        for one, other in zip(results[0][1], results[1][1]):
            self.assertAlmostEqual(one['l_reg'], other['l_reg'])


class TestSoftBins(Training):
    """Zhang's soft bins and rebalancing, from the photos to the loss."""

    def test_loss_is_the_one_that_was_asked_for(self):
        self.train(1, soft_bins=0.7, rebalancing=0.5)
        run = self.described()
        network = build_initial(run['network'])
        best = os.path.join(self.run_folder, 'weights.npz')
        params.set_params(params.get_params(network.outputs),
                          weights_file.read(best)[0], best)
        scores = theano.function([network.input_var],
                                 lasagne.layers.get_output(
                                     network.outputs, deterministic=True))
        total, asked = 0, bins.soft_targets(run['bin_counts'], 0.7, 0.5)
        for path in run['hold']:
            batch = batches.prepare(images.load_square(path, 16),
                                    network.settings)
            for channel, found in enumerate(scores(batch.inputs)):
                wanted = asked[channel][batch.targets[0, channel]]
                log = found[0] - np.log(np.exp(found[0]).sum(axis=0))
                total -= (np.moveaxis(wanted, -1, 0) * log).sum() / 256
        self.assertAlmostEqual(self.lines()[0]['val_loss'],
                               total / len(run['hold']), 3)

    def test_counts_are_those_of_the_photos(self):
        self.train(1)
        run = self.described()
        counts = np.zeros((2, 50))
        for path in run['learn']:
            chroma = color.split(images.load_square(path, 16))[1]
            found = bins.to_bins(chroma).reshape(-1, 2)
            for channel in (0, 1):
                for number in found[:, channel]:
                    counts[channel, number] += 1
        np.testing.assert_array_equal(run['bin_counts'], counts)
        self._levels(run['learn'])

    def _levels(self, paths):
        """Those saved are the means of these photos' pixels."""
        totals = np.zeros((2, 11, 2, 50))
        for path in paths:
            lightness, chroma = color.split(images.load_square(path, 16))
            found = bins.to_bins(chroma)
            for row, column, channel in np.ndindex(chroma.shape):
                value = np.clip(chroma[row, column, channel], -100, 100)
                totals[:, round(lightness[row, column] / 10), channel,
                       found[row, column, channel]] += 1, value
        arrays, _ = weights_file.read(os.path.join(self.run_folder,
                                                   'weights.npz'))
        np.testing.assert_allclose(arrays['level_means'], level_means(*totals),
                                   atol=1e-3)

    def test_what_has_no_such_bins_is_refused(self):
        for network, settings, text in (
                ({'system': 'regression'}, {'rebalancing': 0.5},
                 'rebalancing 0.5: the regression network has no bins'),
                ({'color_space': 'hsv'}, {'soft_bins': 1.0},
                 "soft_bins 1.0: the bins of hsv's hue are a circle")):
            with self.assertRaisesRegex(ValueError, text):
                self.train(1, network=network, **settings)


class TestSettings(unittest.TestCase):
    def refuse(self, text, **settings):
        with self.assertRaisesRegex(ValueError, text):
            check_training(settings)

    def test_unknown_and_impossible_ones_are_named(self):
        self.refuse("unknown setting 'speed'", speed=3)
        self.refuse('batch_size must be a whole number, 1 or more, got 0',
                    batch_size=0)
        self.refuse('batch_size .* got 1.5', batch_size=1.5)
        self.refuse("learning_rate must be above 0, got 'fast'",
                    learning_rate='fast')
        self.refuse('holdout must be from 0 to below 1, got 1', holdout=1)
        self.refuse('side must be a multiple of 8, 8 to 1024, got 100',
                    side=100)
        self.refuse('side .*, got 1032', side=1032)
        self.refuse(r'crop must be at most side \(224\), got 232', crop=232)
        self.refuse("update_rule must be one of 'adam', 'nesterov', 'sgd'",
                    update_rule='lbfgs')
        self.refuse('seed must be', seed=-1)
        self.refuse('rebalancing must be from 0 to below 1, got 1',
                    rebalancing=1.0)
        self.refuse('soft_bins must be from 0 to 50, got -1', soft_bins=-1.0)

    def test_network_settings(self):
        for text, settings in (
                ("unknown setting 'depth'", {'depth': 3}),
                ("system must be one of 'classification', 'regression'",
                 {'system': 'gan'}),
                ("color_space must be one of 'hsv', 'luv', got 'lab'",
                 {'color_space': 'lab'}),
                ("unknown setting 'aggregation'",
                 {'system': 'regression', 'aggregation': 'sum'})):
            with self.assertRaisesRegex(ValueError, text):
                check_network(settings)

    def test_loss_has_to_suit_the_system(self):
        network = networks.build(dict(SMALL, system='regression'))
        with self.assertRaisesRegex(ValueError, "'l2', 'huber', got"):
            networks.loss(network, 'cross_entropy')

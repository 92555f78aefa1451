"""Tables, figures and smoothing, on small replicas of runs and datasets."""

import contextlib
import io
import itertools
import json
import os
import sys
import unittest
from unittest import mock

import h5py
import numpy as np
from scipy.ndimage import correlate1d
from skimage.color import rgb2hsv, rgb2luv

from colorize import color, datasets
from colorize.color import bins
from colorize.photos import images
from colorize.systems import params
from colorize.training import loop
from experiments.measure import judge
from experiments.paper import figures, smoothing, table1, table2
from experiments.shared import curves, evenness, report, saved
from tests.shared.folder import Folder
from tests.shared.photos import write_photos

SIDE = 32


class Experiments(Folder):
    def run_main(self, main, *arguments):
        """What it prints."""
        argv = ['main'] + list(arguments)
        printed = io.StringIO()
        with mock.patch.object(sys, 'argv', argv), \
                contextlib.redirect_stdout(printed):
            self.assertEqual(main(), 0)
        return printed.getvalue()

    def read(self, *parts):
        with open(self.path(*parts)) as file:
            return json.load(file)


def write_run(runs, name, epochs=3, **network):
    """The text files of a saved run; the second of its epochs is best."""
    folder = os.path.join(runs, name)
    os.makedirs(folder, exist_ok=True)
    settings = {
        'network': dict({'system': name, 'color_space': 'luv',
                         'width': 0.02}, **network),
        'training': {'learning_rate': 0.0003, 'batch_size': 6, 'side': SIDE,
                     'patience': 15, 'loss': 'huber',
                     'vgg16': '/far/away/vgg16.npz'}}
    with open(os.path.join(folder, 'run.json'), 'w') as file:
        json.dump(settings, file)
    with open(os.path.join(folder, 'log.jsonl'), 'w') as file:
        for epoch in range(1, epochs + 1):
            record = {'epoch': epoch, 'loss': 1 / epoch,
                      'val_loss': 3 + abs(epoch - 2)}
            file.write(json.dumps(record) + '\n')
    return settings


def write_cache(runs, count=20):
    """photos.h5 of distinct photos; its training and its test photos."""
    folder = os.path.join(runs, 'originals')
    os.makedirs(folder)
    for number, path in enumerate(write_photos(folder, count)):
        photo = images.load(path) * (1 - number / count / 2)
        images.save(path, np.roll(photo, number, axis=2).astype('uint8'))
    cache = saved.photo_cache(runs)
    datasets.build('folder', folder, cache, SIDE, test=4)
    with h5py.File(cache) as file:
        return file['train/photos'][:], file['test/photos'][:]


def stand_in(path):
    """A predictor that any reader can compute, instead of a network."""
    classification = 'classification' in path

    def predict(lightness):
        u = lightness * 0.9 - 40 if classification else lightness * 0.1
        return np.stack([u, 20 - lightness / 2], axis=-1).astype('float32')
    return predict, SIDE


class FakeRuns(Experiments):
    """Runs whose networks are functions of the lightness."""

    def setUp(self):
        super().setUp()
        for system in ('classification', 'regression'):
            write_run(self.folder, system)
        self.train, self.test = write_cache(self.folder)
        patch = mock.patch.object(saved, '_predictor', stand_in)
        patch.start()
        self.addCleanup(patch.stop)


def to_luv(photo):
    """In float32: grey pixels lie on an edge between bins."""
    return rgb2luv(photo.astype('float32') / np.float32(255))


def to_bins(values):
    return np.minimum((np.clip(values, -100, 100) + 100) // 4, 49)


class TestTable2(FakeRuns):
    def setUp(self):
        super().setUp()
        self.said = self.run_main(table2.main, '--runs', self.folder,
                                  '--out', self.path('out'))
        self.found = self.read('out', 'table2.json')

    def by_hand(self, system):
        """Accuracy by photo, (photo, 2), and saturations, (photo, 2)."""
        accuracies, saturations = [], []
        for photo in self.test:
            luv = to_luv(photo)
            chroma = stand_in(system)[0](luv[..., 0].astype('float32'))
            same = to_bins(chroma) == to_bins(luv[..., 1:])
            accuracies.append(same.mean(axis=(0, 1)))
            saturations.append([rgb2hsv(rgb)[..., 1].sum() for rgb in (
                color.merge(luv[..., 0], chroma), photo)])
        return np.array(accuracies), np.array(saturations)

    def test_both_systems_by_hand(self):
        for system in ('classification', 'regression'):
            accuracies, saturations = self.by_hand(system)
            found, spread = (self.found[system],
                             self.found[system]['spread'])
            for channel, name in enumerate(('acc_u', 'acc_v')):
                np.testing.assert_allclose(
                    [found[name], spread[name]],
                    [accuracies[:, channel].mean(),
                     accuracies[:, channel].std()], atol=0.001)
            predicted, actual = saturations.T
            each = abs(predicted - actual) / actual
            np.testing.assert_allclose(
                [found['sat_diff'], spread['sat_diff']],
                [each.mean(), each.std()], rtol=1e-3)
            np.testing.assert_allclose(
                found['sat_diff_set'],
                abs(predicted.sum() - actual.sum()) / actual.sum(),
                rtol=1e-3)
            # Or else the two ways could not be told apart.
            self.assertNotAlmostEqual(found['sat_diff'],
                                      found['sat_diff_set'], 2)
            self.assertGreater(found['acc_v'], 0)

    def test_trivial_predictors(self):
        values = np.concatenate([to_luv(photo).reshape(-1, 3)[:, 1:]
                                 for photo in self.train])
        best = [np.bincount(to_bins(values[:, channel]).astype(int)).argmax()
                for channel in (0, 1)]
        for name, answer in (('most_frequent_bin', best),
                             ('grey', [25, 25])):
            right = np.mean([to_bins(to_luv(photo)[..., 1:]) == answer
                             for photo in self.test], axis=(0, 1, 2))
            np.testing.assert_allclose(
                [self.found[name]['acc_u'], self.found[name]['acc_v']],
                right, atol=0.001)
        self.assertNotEqual(best, [25, 25])
        self.assertGreater(self.found['grey']['sat_diff'], 0.99)
        self.assertLess(self.found['grey']['colorfulness_ratio'], 0.01)

    def test_settings_without_a_path_of_this_machine(self):
        self.assertEqual(self.found['photos'], 4)
        self.assertEqual(self.found['dataset'], 'folder')
        run = self.found['runs']['classification']
        self.assertEqual((run['epochs'], run['best_epoch'],
                          run['learning_rate'], run['vgg16']),
                         (3, 2, 0.0003, 'vgg16.npz'))
        text = json.dumps(self.found) + self.said
        for place in (f"{os.path.dirname(self.folder)}/", '/far'):
            self.assertNotIn(place, text)

    def test_text_is_in_percent_beside_the_papers(self):
        with open(self.path('out', 'table2.txt')) as file:
            self.assertEqual(file.read(), self.said)
        rows = [line.split() for line in self.said.splitlines()]
        ours = self.found['classification']['acc_u']
        self.assertEqual(rows[1][:5], [
            'Classification', 'Acc.', '(U)', '34.64%',
            f'{100 * ours:.2f}%'])
        self.assertEqual(rows[1][-1], f'{ours / 0.3464:.2f}')
        self.assertIn('is 1 epochs old, not 15', self.said)
        self.assertLess(max(map(len, self.said.splitlines())), 80)

    def test_figure_5_beside_it(self):
        sheet = images.load(self.path('out', 'table2.png'))
        self.assertEqual(sheet.shape, (22 + 4 * 166, 6 + 4 * 166, 3))


class TestJudge(Experiments):
    def setUp(self):
        super().setUp()
        self.paths = write_photos(self.folder, 5)
        with open(self.path('run.json'), 'w') as file:
            json.dump({'learn': self.paths[:3], 'hold': self.paths[3:]},
                      file)

    def test_every_decoding_and_the_trivial_ones(self):
        made = mock.Mock(side_effect=lambda weights, decode: mock.Mock(
            decode=decode, side=SIDE, chroma=lambda lightness: np.stack(
                [lightness / 2] * 2, axis=-1)))
        with mock.patch('colorize.colorizer.Colorizer', made):
            self.run_main(judge.main, '--run', self.folder, '--out',
                          self.path('out'))
        found = self.read('out', 'judge.json')
        self.assertEqual((found['photos'], found['side']), (2, SIDE))
        self.assertEqual(set(found['scores']), {
            'argmax', 'mean', 'annealed', 'vivid', 'most_frequent_bin',
            'grey'})
        accuracies = []
        for path in self.paths[3:]:
            luv = to_luv(images.load_square(path, SIDE))
            accuracies.append((to_bins(luv[..., 0] / 2)
                               == to_bins(luv[..., 2])).mean())
        self.assertAlmostEqual(found['scores']['mean']['acc_v'],
                               np.mean(accuracies), places=6)
        self.assertAlmostEqual(found['scores']['grey']['sat_diff'], 1, 2)

    def test_a_run_that_held_out_none_is_refused(self):
        for text, words in (('{"learn": [], "hold": []}', 'held out no'),
                            ('[]', 'no description')):
            with open(self.path('run.json'), 'w') as file:
                file.write(text)
            with self.assertRaisesRegex(ValueError, words):
                judge.judge(self.folder)


class TestMostFrequentBin(Experiments):
    def test_against_counting(self):
        rng = np.random.RandomState(3)
        photos = rng.randint(0, 256, (5, 8, 8, 3)).astype('uint8')
        photos[:, :5] = (200, 120, 40)
        paths = [self.path(f'{number}.png') for number in range(5)]
        for path, photo in zip(paths, photos):
            images.save(path, photo)
        found = table2.most_frequent_bin(paths, 8)
        values = np.clip(np.concatenate([
            to_luv(photo).reshape(-1, 3)[:, 1:] for photo in photos]),
            -100, 100)
        for channel in (0, 1):
            by_bin = {}
            for value in values[:, channel]:
                by_bin.setdefault(int(to_bins(value)), []).append(value)
            most = max(by_bin.values(), key=len)
            self.assertAlmostEqual(found[channel], np.mean(most), 3)


class TestSummary(unittest.TestCase):
    def test_photos_without_colors_count_for_none(self):
        one = dict.fromkeys(('acc_u', 'acc_v', 'psnr', 'saturation'), 1.0)
        scores = [dict(one, sat_diff=0.5, colorfulness_ratio=2.0,
                       actual_saturation=0.5),
                  dict(one, sat_diff=float('nan'), actual_saturation=0.0,
                       colorfulness_ratio=float('nan'))]
        found = table2.summary(scores)
        self.assertEqual(found['sat_diff'], 0.5)
        self.assertEqual(found['colorfulness_ratio'], 2)
        self.assertEqual(found['sat_diff_set'], (2 - 0.5) / 0.5)
        found = table2.summary(scores[1:])
        self.assertIsNone(found['sat_diff'])
        self.assertIsNone(found['sat_diff_set'])

    def test_ratio_needs_a_colorful_original(self):
        lightness, gray = np.full((8, 8), 50.0), np.zeros((8, 8, 2))
        vivid = np.full((8, 8, 2), (50.0, 30.0))
        self.assertTrue(np.isnan(table2.score(
            lightness, vivid, gray)['colorfulness_ratio']))
        self.assertAlmostEqual(table2.score(
            lightness, vivid, vivid)['colorfulness_ratio'], 1)


class TestSavedRuns(Experiments):
    def refused(self, pattern):
        with self.assertRaisesRegex(saved.RunError, pattern) as caught:
            saved.open_runs(self.folder)
        self.assertNotIn('\n', str(caught.exception))

    def test_missing_torn_or_of_another_kind(self):
        self.refused('classification: no saved run .*run.json is missing')
        write_run(self.folder, 'classification')
        self.refused('regression: no saved run')
        write_run(self.folder, 'regression', system='classification')
        self.refused('regression: holds a classification network in luv')
        write_run(self.folder, 'regression', color_space='hsv')
        self.refused('regression: holds a regression network in hsv')
        write_run(self.folder, 'regression', epochs=0)
        self.refused('regression: no epoch has ended yet')
        write_run(self.folder, 'regression')
        with open(self.path('regression', 'log.jsonl'), 'a') as file:
            file.write('{"epoch": 4, "lo')
        self.refused('regression: run.json or log.jsonl is torn')
        os.remove(self.path('regression', 'log.jsonl'))
        self.refused('log.jsonl is missing')

    def test_two_sizes_cannot_be_compared(self):
        for system in ('classification', 'regression'):
            write_run(self.folder, system)
        sides = iter((32, 64))
        with mock.patch.object(saved, '_predictor',
                               lambda path: (None, next(sides))):
            self.refused('at different sizes, 32 and 64')

    def test_best_epoch(self):
        losses = (5, 3, 4, 3)
        records = [{'epoch': number + 1, 'val_loss': loss}
                   for number, loss in enumerate(losses)]
        self.assertEqual(curves.best_epoch(records)['epoch'], 2)
        for record in records:
            del record['val_loss']
        self.assertEqual(curves.best_epoch(records)['epoch'], 4)

    def test_quick_trains_only_what_is_not_there(self):
        with mock.patch.object(saved.train, 'main') as train:
            given = saved.parse('table2', '', ['--runs', self.folder])
            self.assertFalse(train.called)
            given = saved.parse('table2', '', ['--quick', '--photos', 'p',
                                               '--runs', self.folder])
            train.assert_called_once_with(
                ['folder', '--quick', '--runs', self.folder, '--photos',
                 'p'])
            self.assertEqual((given.runs, given.out),
                             (self.folder, report.RESULTS))
            train.reset_mock()
            for system in ('classification', 'regression'):
                os.makedirs(self.path(system))
                open(self.path(system, 'weights.npz'), 'w').close()
            saved.parse('table2', '', ['--quick', '--runs', self.folder])
            self.assertFalse(train.called)


class TestScores(Experiments):
    """A network of real layers, very small."""

    def write_weights(self, system='classification'):
        settings = write_run(self.folder, system)
        built = loop.start(settings['network'])
        rng = np.random.RandomState(5)
        arrays = {name: shared.get_value() + rng.normal(
            0, 0.3, shared.get_value().shape).astype('float32')
            for name, shared in params.get_params(built.outputs).items()}
        means = bins.bin_centers() + rng.uniform(-2, 2, (2, 50))
        path = self.path(system, 'weights.npz')
        params.write(path, dict(arrays, bin_means=means.astype('float32')),
                     {'network': built.settings, 'training': {'side': SIDE}})
        return path

    def test_sigma_0_is_the_plain_prediction(self):
        from colorize import colorizer
        path = self.write_weights()
        predict, side = saved._predictor(path)
        network, means, _, _ = colorizer.load(path)
        scores = smoothing.class_scores(network, path)
        os.makedirs(self.path('photos'))
        photo, = write_photos(self.path('photos'), 1)
        lightness = color.split(images.load_square(photo, side))[0]
        classes = scores(lightness)
        self.assertEqual(classes.shape, (2, 50, SIDE, SIDE))
        chroma = bins.from_bins(smoothing.blurred_bins(classes, 0), means)
        np.testing.assert_array_equal(chroma, predict(lightness))
        self.assertGreater(len(np.unique(chroma)), 4)
        self.check_main(path, photo)

    def check_main(self, weights, photo):
        arguments = ['--weights', weights, '--photos', self.path('photos'),
                     '--runs', self.path('kept'), '--out', self.folder]
        said = self.run_main(smoothing.main, *arguments)
        found = self.read('smoothing.json')
        self.assertEqual(list(found['sigmas']), ['0', '1', '2', '4'])
        self.assertEqual((found['photos'], found['side']), (1, SIDE))
        for values in found['sigmas'].values():
            self.assertTrue(0 <= values['acc_u'] <= 1)
        self.assertEqual(images.load(self.path('smoothing.png')).ndim, 3)
        # Called again, it takes what it has kept; another photo it has not.
        with mock.patch.object(smoothing, '_measure_photo',
                               side_effect=ZeroDivisionError):
            self.assertEqual(self.run_main(smoothing.main, *arguments), said)
            images.save(photo, images.load(photo)[::-1])
            with self.assertRaises(ZeroDivisionError):
                self.run_main(smoothing.main, *arguments)

    def test_regression_has_no_scores(self):
        network = mock.Mock(settings={'system': 'regression',
                                      'color_space': 'luv'})
        with self.assertRaisesRegex(ValueError, '^w.npz: a regression'):
            smoothing.class_scores(network, 'w.npz')


class TestBlur(unittest.TestCase):
    def test_against_a_written_out_gaussian(self):
        scores = np.random.RandomState(0).normal(size=(2, 50, 12, 9))
        for sigma in (1, 2):
            reach = np.arange(-4 * sigma, 4 * sigma + 1)
            kernel = np.exp(-reach ** 2 / (2 * sigma ** 2))
            kernel /= kernel.sum()
            blurred = correlate1d(correlate1d(
                scores, kernel, 2, mode='nearest'), kernel, 3,
                mode='nearest')
            found = smoothing.blurred_bins(scores, sigma)
            self.assertEqual(found.shape, (12, 9, 2))
            np.testing.assert_array_equal(
                found, blurred.argmax(axis=1).transpose(1, 2, 0))

    def test_noise_and_error_are_told_apart_by_place(self):
        lightness = np.full((40, 40), 20.0)
        lightness[:, 20:] = 80
        lightness[:, 30:] -= 2 * np.arange(10)  # neither edge nor smooth
        actual = np.full((40, 40, 2), 10.0)
        for columns, noisy in ((slice(18, 22), 'edges'),
                               (slice(2, 8), 'smooth'),
                               (slice(34, 38), None)):
            predicted = actual.copy()
            predicted[::2, columns] += 30
            found = smoothing.measure(lightness, predicted, actual)
            for place in ('edges', 'smooth'):
                for name in ('noise', 'error'):
                    self.assertEqual(found[f"{name}_{place}"] > 0,
                                     place == noisy, (name, place, found))
        flat = smoothing.measure(np.full((9, 9), 50.0), actual[:9, :9],
                                 actual[:9, :9])
        self.assertIsNone(flat['noise_edges'])
        self.assertEqual(flat['noise_smooth'], 0)

    def test_means_over_photos_and_what_they_relate_to(self):
        def one(noise):
            return dict(dict.fromkeys((name for name, _, _
                                       in smoothing._METRICS), 0.5),
                        noise_edges=noise, noise_smooth=2.0)
        photos = [{'0': one(4.0), '1': one(noise), '2': one(noise),
                   '4': one(noise), 'original': one(8.0)}
                  for noise in (1.0, 3.0)]
        found = smoothing._summary(photos)['sigmas']
        self.assertEqual(found['1']['noise_edges'], 2)
        self.assertEqual(found['1']['noise_edges_to_sigma_0'], 0.5)
        self.assertEqual(found['1']['noise_edges_to_original'], 0.25)
        flat = dict.fromkeys(photos[0], one(None))
        found = smoothing._summary([flat])['sigmas']
        self.assertIsNone(found['1']['noise_edges_to_sigma_0'])


class TestEvenness(unittest.TestCase):
    def test_variation_against_loops(self):
        chroma = np.random.RandomState(1).normal(size=(5, 6, 2))
        expected = np.zeros((5, 6))
        for row, column in itertools.product(range(5), range(6)):
            for below, right in ((1, 0), (0, 1)):
                if row + below < 5 and column + right < 6:
                    expected[row, column] += ((
                        chroma[row + below, column + right]
                        - chroma[row, column]) ** 2).sum()
        np.testing.assert_allclose(evenness.variation(chroma),
                                   expected ** 0.5)

    def test_edges_may_change_color_and_areas_may_not(self):
        lightness = np.full((40, 40), 30.0)
        lightness[:, 20:] = 70
        halves = np.zeros((40, 40, 2))
        halves[:, 17:] = 50  # near the edge, where L is even again
        spots = np.zeros((40, 40, 2))
        spots[4:12, 4:12] = 50
        self.assertEqual(evenness.inconsistency(lightness, halves), 0)
        self.assertGreater(evenness.inconsistency(lightness, spots), 0.5)
        steep = np.tile(np.arange(40) * 2.5, (40, 1))  # nothing is smooth
        self.assertEqual(evenness.inconsistency(steep, spots), 0)


class TestFigures(FakeRuns):
    def test_photos_of_each_figure(self):
        measures = [{'inconsistency': uneven, 'colorfulness_ratio': ratio}
                    for uneven, ratio in ((1, 0.5), (9, 0.9), (4, None),
                                          (2, 0.1), (3, 0.2))]
        self.assertEqual(figures.choose(measures), {
            'figure5': [0, 1], 'figure6': [2, 3, 4], 'figure7': [1, 2],
            'figure8': [3, 4]})
        self.assertEqual(figures.choose(measures[:1])['figure6'], [0])

    def test_finds_the_uneven_and_the_colorless(self):
        levels = [to_luv(photo)[..., 0].mean() for photo in self.test]
        uneven, pale = np.argmax(levels), np.argmin(levels)

        def predict(lightness):
            chroma = np.full(lightness.shape + (2,), 60, 'float32')
            number = np.argmin(abs(np.array(levels) - lightness.mean()))
            chroma[::2] *= -1 if number == uneven else 1
            return chroma * (0.01 if number == pale else 1)
        with mock.patch.object(saved, '_predictor',
                               lambda path: (predict, SIDE)), \
                mock.patch.object(evenness, '_SMOOTH', 20):
            said = self.run_main(figures.main, '--runs', self.folder,
                                 '--out', self.path('out'))
        found = self.read('out', 'figures.json')
        first = {name: found[name]['photos'][0]['photo']
                 for name in ('figure5', 'figure7', 'figure8')}
        self.assertEqual(first, {'figure5': 0, 'figure7': uneven,
                                 'figure8': pale})
        self.assertNotEqual(uneven, pale)
        shapes = {name: images.load(self.path('out', f"{name}.png")).shape
                  for name in ('figure5', 'figure6', 'figure7')}
        self.assertEqual(shapes['figure5'], (22 + 2 * 230, 6 + 3 * 230, 3))
        self.assertEqual(shapes['figure6'], (22 + 230, 6 + 4 * 230, 3))
        self.assertEqual(shapes['figure7'], (22 + 2 * 230, 6 + 2 * 230, 3))
        self.assertIn('learning-curve.png', said)
        self.assertEqual(images.load(
            self.path('out', 'learning-curve.png')).ndim, 3)


class TestTable1(Experiments):
    def write(self, folder, names):
        os.makedirs(self.path('all', folder))
        for name in names:
            open(self.path('all', folder, name), 'w').close()

    def test_found_side_by_side(self):
        self.write('spatial', [f'opencountry_{number:03}.jpg'
                               for number in range(411)] + ['coast_1.jpg'])
        self.write('mirflickr', [f'im{number}.jpg'
                                 for number in range(17)])
        said = self.run_main(table1.main, '--photos', self.path('all'),
                             '--out', self.folder)
        found = self.read('table1.json')
        self.assertEqual(found['cvcl']['found'], {'train': 361, 'test': 50})
        self.assertEqual(found['cvcl']['found'], found['cvcl']['paper'])
        self.assertEqual(found['mirflickr']['found'],
                         {'train': 15, 'test': 2})
        self.assertIsNone(found['ilsvrc']['found'])
        lines = {line.split('  ')[0]: line for line in said.splitlines()}
        self.assertRegex(lines['MIT CVCL'], r'361 \| 361 +50 \| 50$')
        self.assertRegex(lines['MIRFLICKR'],
                         r'7500 \| 15 +1000 \| 2   not complete$')
        self.assertRegex(lines['McGill'], r'896 \| - +150 \| -   not found')

    def test_a_folder_that_is_not_there(self):
        with self.assertRaisesRegex(ValueError, 'nix: no such'):
            table1.main(['--photos', self.path('nix')])


class TestReport(Experiments):
    def test_commands_name_no_folder_of_this_machine(self):
        argv = ['main', '--runs', '/home/me/runs/cvcl/', '--photos', 'mine/x']
        with mock.patch.object(sys, 'argv', argv):
            report.write_json(self.path('a.json'), {})
        self.assertTrue(self.read('a.json')['command'].endswith(
            ' --runs cvcl --photos mine/x'))

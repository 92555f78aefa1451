"""Table 2 by hand, of runs whose networks are made up."""

import json
import os
from unittest import mock

import numpy as np
from skimage.color import rgb2hsv

from colorize import color
from colorize.photos import images
from experiments.paper import table2
from experiments.shared import options
from tests.shared.experiments import (FakeRuns, stand_in, to_bins, to_luv,
                                      write_run)


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
        for place in (f'{os.path.dirname(self.folder)}/', '/far'):
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

    def test_the_epochs_that_were_planned(self):
        """Without patience, or where a cosine ends with them."""
        for name, value in ('schedule', 'cosine'), ('patience', None):
            self.compare_with_planned(name, value)

    def compare_with_planned(self, name, value):
        for planned, lacks in (3, False), (5, True):
            path = os.path.join(self.folder, 'classification', 'run.json')
            with open(path) as file:
                run = json.load(file)
            run['epochs'] = planned
            run['training'].update(schedule='decay')
            run['training'][name] = value
            with open(path, 'w') as file:
                json.dump(run, file)
            said = self.run_main(table2.main, '--runs', self.folder,
                                 '--out', self.path('out'))
            self.assertEqual('to the end: 5 epochs were planned.' in said,
                             lacks)
            self.assertEqual(said.count('Not trained to the end'), 1 + lacks)

    def test_figure_5_beside_it(self):
        sheet = images.load(self.path('out', 'table2.png'))
        self.assertEqual(sheet.shape, (22 + 4 * 166, 6 + 4 * 166, 3))


class TestRows(FakeRuns):
    def test_the_regression_of_the_other_loss_where_it_was_trained(self):
        write_run(self.folder, 'regression_l2', system='regression')
        said = self.run_main(table2.main, '--runs', self.folder, '--out',
                             self.path('out'))
        found = self.read('out', 'table2.json')
        for name in ('acc_u', 'acc_v', 'sat_diff'):
            self.assertEqual(found['regression_l2'][name],
                             found['regression'][name])
        self.assertEqual(found['runs']['regression_l2']['epochs'], 3)
        line, = (line for line in said.splitlines()
                 if line.startswith('Regression l2'))
        self.assertEqual(line.split()[4], '12.92%')
        self.assertEqual(images.load(self.path('out', 'table2.png')).shape,
                         (22 + 4 * 166, 6 + 5 * 166, 3))

    def test_the_name_of_the_runs_is_that_of_the_results(self):
        with mock.patch.object(options, 'RESULTS', self.path('results')):
            self.run_main(table2.main, '--runs', self.folder)
        self.assertEqual(os.listdir(self.path('results')),
                         [os.path.basename(self.folder)])

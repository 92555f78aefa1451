"""Definitions of bin(): by hand, and beside the project's own."""

import unittest

import numpy as np

from colorize.color import bins
from experiments.paper import definitions
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos

OURS, = (definition for title, definition in definitions.DEFINITIONS.items()
         if title.startswith('ours'))


class TestBins(unittest.TestCase):
    def test_ours_are_those_of_the_project(self):
        values = np.random.RandomState(0).uniform(-130, 130, (3, 4, 5, 2))
        values[0, 0, 0] = 0
        np.testing.assert_array_equal(definitions.binned(values, OURS),
                                      bins.to_bins(values))

    def test_each_photos_own_range(self):
        own = definitions.Definition('luv', None, None)
        values = np.zeros((2, 1, 3, 2))
        values[0, 0, :, 0] = 10, 20, 30
        values[1, 0, :, 0] = -1, 0, 1
        found = definitions.binned(values, own)
        self.assertEqual(found[..., 0].tolist(), [[[0, 25, 49]]] * 2)

    def test_a_range_per_channel(self):
        wide = definitions.Definition('luv', (0, 0), (50, 100))
        self.assertEqual(definitions.binned(
            np.array([[[[7.5, 7.5]]]]), wide).tolist(), [[[[7, 3]]]])


class TestAnswers(unittest.TestCase):
    def test_by_hand(self):
        """Three colours: most photos are blue, the test has other ones."""
        blue, red, grey = (60, 90, 160), (160, 90, 60), (129, 128, 126)
        train = np.zeros((4, 2, 2, 3), 'uint8')
        train[:] = blue
        test = np.zeros((2, 2, 2, 3), 'uint8')
        test[0], test[1] = blue, red
        test[0, 0, 0] = test[1, 0] = grey
        found = definitions.measure(OURS, train, test)
        # Blue: 3 of 4 and none; grey: 1 of 4 and 2 of 4; best: 3 and 2.
        for name, share in (('most_frequent', 3 / 8), ('mean', 3 / 8),
                            ('grey', 3 / 8), ('below_grey', 0),
                            ('best', 5 / 8)):
            self.assertEqual(found[name], [share, share], name)
        # Weaker colours stay in the bin of those that are weak already.
        self.assertEqual(found['pale'], [3 / 8, 3 / 8])

    def test_choices_of_test_photos(self):
        """Two photos of one colour, four of another."""
        photos = np.full((6, 2, 2, 3), (60, 90, 160), 'uint8')
        photos[:2] = (160, 90, 60)
        found = definitions.splits(OURS, photos, 2, 200)
        self.assertEqual(found, {'most_frequent': [[0, 1]] * 2,
                                 'best': [[1, 1]] * 2})

    def test_what_is_possible(self):
        found = dict.fromkeys(('grey', 'below_grey', 'mean', 'pale'),
                              [0.13, 0.13])
        found.update(most_frequent=[0.3, 0.3], best=[0.4, 0.4],
                     pale=[0.14, 0.19])
        self.assertEqual(definitions.judged(found), {
            'classification': [True, False], 'regression': [True, True],
            'exchanged': [False, True]})


class TestMain(Experiment):
    def test_one_photo_is_too_few(self):
        write_photos(self.folder, 1)
        with self.assertRaisesRegex(ValueError, f'{self.folder}: one photo'):
            definitions.main(['--photos', self.folder, '--out', self.folder])

    def test_writes_what_it_prints(self):
        write_photos(self.folder, 10)
        said = self.run_main(definitions.main, '--photos', self.folder,
                             '--side', '16', '--out', self.path('out'))
        found = self.read('out', 'definitions.json')
        self.assertEqual(found['photos']['train'] + found['photos']['test'],
                         10)
        self.assertEqual(set(found['definitions']),
                         set(definitions.DEFINITIONS))
        for title in definitions.DEFINITIONS:
            self.assertIn(title, said)
        self.assertEqual(set(found['widths']), set(definitions.PAPER))

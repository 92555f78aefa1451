"""What experiments say to who names no photos."""

import os
import unittest
from unittest import mock

from experiments.beyond import coherence, own_photos, train_default
from experiments.paper import smoothing, splits, table1, train
from experiments.shared import options

PLAIN = 'no photos: give make PHOTOS=DIR'
QUICK = f'{PLAIN}.*; QUICK=1 .* takes bundled ones'


class TestNoPhotos(unittest.TestCase):
    def setUp(self):
        patch = mock.patch.dict(os.environ)
        patch.start()
        self.addCleanup(patch.stop)
        os.environ.pop('COLORIZE_DATA', None)

    def test_makes_words_are_named(self):
        for main, *given in ((coherence.main,), (own_photos.main,),
                             (smoothing.main,), (splits.main,),
                             (train.main, 'cvcl')):
            with self.assertRaisesRegex(ValueError, QUICK):
                main(given)

    def test_quick_is_not_where_it_takes_none(self):
        with self.assertRaisesRegex(ValueError, f'{PLAIN}.* to their folder$'):
            table1.main([])
        with mock.patch('sys.argv', ['main', '']), self.assertRaisesRegex(
                ValueError, f'{PLAIN}.* to their folder$'):
            train_default.main()

    def test_what_is_named_is_taken(self):
        self.assertEqual(options.places_of_photos(['a']), ['a'])
        os.environ['COLORIZE_DATA'] = 'b'
        self.assertEqual(options.places_of_photos([]), ['b'])

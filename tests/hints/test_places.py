"""What hints may say, and which pixels they mean."""

import unittest

import numpy as np

from colorize import color
from colorize.hints import places
from colorize.hints.places import HintError

RED = {'row': 10, 'column': 20, 'color': '#a03020', 'radius': 3}


class TestPlaced(unittest.TestCase):
    def test_discs(self):
        found = places.placed([RED], (30, 40))
        inside = np.zeros((30, 40), bool)
        inside[found.rows, found.columns] = True
        row, column = np.mgrid[:30, :40]
        np.testing.assert_array_equal(
            inside, np.hypot(row - 10, column - 20) <= 3)
        expected = color.split(np.array([[[0xa0, 0x30, 0x20]]], 'uint8'))[1]
        np.testing.assert_array_equal(found.chroma, np.broadcast_to(
            expected[0], found.chroma.shape))
        self.assertTrue((found.certainty == 1).all())

    def test_at_the_rim_and_one_pixel(self):
        corner = dict(RED, row=0, column=39)
        self.assertEqual(len(places.placed([corner], (30, 40)).rows), 11)
        del corner['radius']
        found = places.placed([corner], (30, 40))
        self.assertEqual((list(found.rows), list(found.columns)), ([0], [39]))

    def test_the_later_of_two_counts(self):
        blue = dict(RED, color='#2040c0', radius=0)
        found = places.placed([RED, blue], (30, 40))
        middle = (found.rows == 10) & (found.columns == 20)
        np.testing.assert_array_equal(found.chroma[middle],
                                      [places.chroma_of('#2040c0')])
        np.testing.assert_array_equal(found.chroma[~middle][0],
                                      places.chroma_of('#a03020'))

    def test_a_picture(self):
        picture = np.zeros((30, 40, 4), 'uint8')
        picture[3:5, 6:8] = 0xa0, 0x30, 0x20, 255
        picture[9, 9] = 1, 2, 3, 254
        found = places.placed(picture, (30, 40))
        self.assertEqual(sorted(zip(found.rows, found.columns)),
                         [(3, 6), (3, 7), (4, 6), (4, 7)])
        np.testing.assert_allclose(found.chroma[0],
                                   places.chroma_of('#a03020'))

    def test_numbers_of_numpy(self):
        plain = dict(RED, row=5, column=6, radius=2, certainty=0.5)
        other = dict(plain, row=np.int64(5), column=np.uint8(6),
                     radius=np.float32(2), certainty=np.float32(0.5))
        for one, same in zip(places.placed([plain], (30, 40)),
                             places.placed([other], (30, 40))):
            np.testing.assert_array_equal(one, same)

    def test_what_is_no_hint(self):
        for wrong, words in (
                ('red', 'a list'), ([RED] * 10001, '10000'),
                ([RED, 5], 'hint 2: must be an object'),
                ([dict(RED, row=30)], r'hint 1: row must be 0 to 29, got 30'),
                ([dict(RED, column=-1)], 'column must be 0 to 39'),
                ([dict(RED, column=float('nan'))], 'got nan'),
                ([dict(RED, row=True)], 'got True'),
                ([dict(RED, radius=41)], 'radius must be 0 to 40'),
                ([dict(RED, radius='3')], "got '3'"),
                ([dict(RED, certainty=1.5)], 'certainty must be 0 to 1'),
                ([dict(RED, color='red')], "'#rrggbb', got 'red'"),
                ([dict(RED, color='#a0302')], "got '#a0302'"),
                ([dict(RED, colour='#a03020')], "unknown 'colour'"),
                ([RED, dict(RED, frame=0)], 'hint 2: a frame is for films'),
                ([{'row': 1, 'column': 1}], 'color'),
                ([{'color': '#a03020'}], 'row must be 0 to 29, got None'),
                (np.zeros((30, 40, 3), 'uint8'), r'\(30, 40, 3\)'),
                (np.zeros((30, 40, 4)), 'float64'),
                (np.zeros((40, 30, 4), 'uint8'), '40 x 30')):
            with self.assertRaisesRegex(HintError, words):
                places.placed(wrong, (30, 40))

    def test_smaller(self):
        """A pixel of the network has the mean of the hints in it."""
        white = dict(RED, row=11, column=21, color='#ffffff', radius=0)
        red = dict(RED, radius=0)
        found = places.shrunk(places.placed([red, white], (30, 40)), (10, 10))
        self.assertEqual((list(found.rows), list(found.columns)), ([3], [5]))
        np.testing.assert_allclose(found.chroma[0], (
            places.chroma_of('#a03020') + places.chroma_of('#ffffff')) / 2,
            rtol=1e-5)
        weak = dict(red, row=11, certainty=0.5)
        found = places.shrunk(places.placed([red, weak], (30, 40)), (10, 10))
        self.assertEqual(list(found.certainty), [1])
        larger = places.shrunk(places.placed([red], (30, 40)), (60, 80))
        self.assertEqual((list(larger.rows), list(larger.columns)),
                         ([20], [40]))

    def test_what_no_screen_shows(self):
        photo = np.full((30, 40, 3), [255, 0, 0], 'uint8')
        found = places.placed([dict(RED, color='#ff0000')], (30, 40))
        self.assertEqual(places.unshowable(found, photo), 0)
        photo[10, 20] = 200
        self.assertEqual(places.unshowable(found, photo), 1)
        self.assertEqual(places.unshowable(found, photo[..., 0]),
                         len(found.rows))
        drawn = places.placed([dict(RED, certainty=0.5)], (30, 40))
        self.assertEqual(places.unshowable(drawn, photo), 0)

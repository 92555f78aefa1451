"""Hints spread as they should: properties, and the system itself."""

import unittest

import numpy as np

from colorize import color
from colorize.hints import places, spread
from tests.shared.photos import photo
from tests.shared.times import in_softmaxes

RNG = np.random.RandomState(0)
ROWS, COLUMNS = 32, 48


def hinted(*hints, shape=(ROWS, COLUMNS)):
    return places.placed([dict(zip(('row', 'column', 'color', 'radius',
                                    'certainty'), hint)) for hint in hints],
                         shape)


class TestSpread(unittest.TestCase):
    def setUp(self):
        self.light = color.lightness_of(photo(0, ROWS, COLUMNS))
        self.chroma = RNG.uniform(-30, 30, (ROWS, COLUMNS, 2)).astype('f')

    def spread(self, *hints, **more):
        return spread.spread(self.chroma, self.light, hinted(*hints), **more)

    def test_a_hint_holds_exactly(self):
        found = self.spread((10, 20, '#a03020', 2))
        there = hinted((10, 20, '#a03020', 2))
        np.testing.assert_array_equal(found[there.rows, there.columns],
                                      there.chroma)
        self.assertEqual(found.dtype, 'float32')

    def test_where_a_hint_rules_the_network_does_not(self):
        self.light = np.full((ROWS, COLUMNS), 50.)
        found = self.spread((10, 20, '#a03020', 2), pull=1e-9)
        np.testing.assert_allclose(found, np.broadcast_to(places.chroma_of(
            '#a03020'), found.shape), atol=0.1)

    def test_many_hints_leave_the_network_less(self):
        """Far from both of two, more is theirs than of each alone."""
        self.light = np.full((ROWS, 400), 50.)
        self.chroma = np.zeros((ROWS, 400, 2), 'float32')
        one, two = (16, 20, '#a03020', 2), (16, 380, '#a03020', 2)
        alone = [spread.spread(self.chroma, self.light, hinted(
            *some, shape=(ROWS, 400)))[16, 200, 0]
            for some in ([one], [two], [one, two])]
        self.assertGreater(alone[2], 1.5 * (alone[0] + alone[1]))

    def test_no_hint_and_no_certainty_change_nothing(self):
        for hints in ((), [(10, 20, '#a03020', 2, 0)]):
            np.testing.assert_array_equal(self.spread(*hints), self.chroma)

    def test_certainty_is_continuous(self):
        """From nothing to what a certain hint does."""
        found = [self.spread((10, 20, '#a03020', 2, certainty))
                 for certainty in (0, 1e-8, 0.5, 1 - 1e-9, 1)]
        away = [np.abs(each - found[0]).max() for each in found]
        self.assertEqual(away, sorted(away))
        self.assertLess(away[1], 0.1)
        np.testing.assert_allclose(found[3], found[4], atol=0.01)

    def test_the_same_hint_twice_changes_nothing(self):
        hint = 10, 20, '#a03020', 2
        np.testing.assert_array_equal(self.spread(hint),
                                      self.spread(hint, hint))

    def test_conflicting_hints_are_kept_each_at_its_place(self):
        one, other = (10, 20, '#a03020', 0), (10, 21, '#2040c0', 0)
        found = self.spread(one, other)
        np.testing.assert_array_equal(found[10, 20],
                                      places.chroma_of('#a03020'))
        np.testing.assert_array_equal(found[10, 21],
                                      places.chroma_of('#2040c0'))

    def test_a_hint_stops_at_an_edge(self):
        self.light = np.where(np.arange(COLUMNS) < 24, 30., 70.) * np.ones(
            (ROWS, 1))
        found = self.spread((16, 20, '#a03020', 2))
        away = np.abs(found - self.chroma).max(axis=-1)
        self.assertLess(away[:, 24:].max(), 1)
        self.assertGreater(np.median(away[8:24, 12:24]), 10)

    def test_it_gives_way_with_distance(self):
        self.light = np.full((ROWS, 400), 50.)
        self.chroma = np.zeros((ROWS, 400, 2), 'float32')
        there = hinted((16, 20, '#a03020', 2), shape=(ROWS, 400))
        found = spread.spread(self.chroma, self.light, there,
                              pull=1e-3)[16, 22:, 0]
        self.assertTrue((np.diff(found) <= 1e-5).all())
        self.assertGreater(found[10], 0.5 * found[0])
        self.assertLess(found[-1], 0.01 * found[0])

    def test_where_the_network_is_certain_it_stays(self):
        there = hinted((16, 20, '#a03020', 2), shape=(ROWS, 400))
        found = [spread.influence(np.full((ROWS, 400), 50.), there,
                                  sure * 1e-3)[0].mean()
                 for sure in (0.05, 0.5, 1)]
        self.assertEqual(found, sorted(found, reverse=True))
        self.assertGreater(found[0], 1.5 * found[2])

    def test_all_pixels_hinted(self):
        picture = np.full((ROWS, COLUMNS, 4), 255, 'uint8')
        picture[..., :3] = photo(1, ROWS, COLUMNS)
        found = spread.spread(self.chroma, self.light, places.placed(
            picture, (ROWS, COLUMNS)))
        np.testing.assert_array_equal(found, color.split(picture[..., :3])[1])

    def test_against_a_dense_minimum(self):
        """The share is the least of a sum of squares: numpy's least squares
        over all pairs finds the same."""
        rows, columns = 6, 7
        light = self.light[:rows, :columns].astype('float64')
        there = hinted((2, 3, '#a03020', 1), (5, 0, '#2040c0', 0, 0.3),
                       shape=(rows, columns))
        share, colors = spread.influence(light, there, 0.02, edge=5)
        lines, right = [], []

        def add(weight, values, **places_):
            line = np.zeros(rows * columns)
            for place, factor in values:
                line[place[0] * columns + place[1]] += factor
            lines.append(np.sqrt(weight) * line)
            right.append(np.sqrt(weight) * np.asarray(places_['to']))
        zero = np.zeros(3)
        for row, column in np.ndindex(rows, columns):
            add(0.02, [((row, column), 1)], to=zero)
            for other in ((row + 1, column), (row, column + 1)):
                if other[0] < rows and other[1] < columns:
                    change = (light[row, column] - light[other]) / 5
                    add(max(np.exp(-change ** 2 / 2), 1e-5),
                        [((row, column), 1), (other, -1)], to=zero)
        for row, column, chroma, sure in zip(there.rows, there.columns,
                                             there.chroma, there.certainty):
            add(1e9 if sure == 1 else sure / (1 - sure),
                [((row, column), 1)], to=[1, *chroma])
        expected = np.linalg.lstsq(np.array(lines), np.array(right),
                                   rcond=None)[0].reshape(rows, columns, 3)
        np.testing.assert_allclose(share, expected[..., 0], atol=1e-4)
        np.testing.assert_allclose(colors, expected[..., 1:], atol=1e-2)

    def test_time(self):
        """0.3 s at 224 x 224 on a free processor, thirty log-softmaxes of a
        photo's scores; here with room for a neighbour's noise."""
        row, column = np.mgrid[:224, :224]
        light = 50 + 30 * np.sin(row / 9) * np.cos(column / 11)
        there = hinted((100, 100, '#a03020', 6), shape=light.shape)
        took = in_softmaxes({'spread': lambda: spread.spread(
            np.zeros(light.shape + (2,), 'f'), light, there)}, turns=3)
        self.assertLess(took['spread'], 90)

"""Hints in films."""

import json
from unittest import mock

import numpy as np

from colorize.hints import files
from colorize.hints.places import HintError
from colorize.video import extra, film, hints
from tests.shared import films
from tests.shared.folder import Folder
from tests.video.test_steady import lights

extra.require('tests')


class TestHints(Folder):
    def write(self, found):
        path = self.path('hints.json')
        with open(path, 'w') as file:
            json.dump(found, file)
        return path

    def read(self, found):
        return hints.read(self.write(found), (96, 128), (48, 64))

    def test_read(self):
        one = {'row': 20, 'column': 40, 'color': '#ff0000'}
        found = self.read([one, dict(one, frame=7, row=21, radius=4)])
        self.assertEqual(set(found), {0, 7})
        np.testing.assert_allclose(found[0], [[10, 20, 175, 37.8, 1]],
                                   atol=0.2)
        self.assertGreater(len(found[7]), 12)

    def test_that_are_none(self):
        for found, words in (
                ({}, 'holds no list'), ([3], 'hint 1: must be an object'),
                ([{'row': 1, 'column': 1, 'color': '#000000',
                   'frame': -1}], 'hint 1: frame must be'),
                ([{'row': 99, 'column': 1, 'color': '#000000'}],
                 'hint 1: row must be 0 to 95'),
                ([{'row': 9, 'column': 1, 'color': '#000000'},
                  {'row': 9, 'column': 1, 'color': 'red', 'frame': 3}],
                 'hint 2: color must be')):
            with self.assertRaisesRegex(HintError, f'hints.json: {words}'):
                self.read(found)

    def test_too_many(self):
        """Those of all frames count together."""
        one = {'row': 1, 'column': 1, 'color': '#000000'}
        with mock.patch.object(files, 'MOST', 3):
            self.read([dict(one, frame=frame) for frame in range(3)])
            with self.assertRaisesRegex(HintError, 'json: holds 4 hints'):
                self.read([dict(one, frame=frame) for frame in range(4)])

    def test_too_long(self):
        one = {'row': 1, 'column': 1, 'color': '#000000'}
        with mock.patch.object(files, 'LONGEST', 20), \
                self.assertRaisesRegex(HintError, 'json: has more than 20 b'):
            self.read([one])

    def test_follow_what_moves(self):
        """The picture pans to the right: what is in it goes left by 6."""
        pan = lights(4, step=2)
        points = np.array([[20, 40, 50, 10, 1], [30, 3, 0, 0, 1]], 'float32')
        found = hints.moved(points, pan[0], pan[3])
        np.testing.assert_allclose(found, [[20, 34, 50, 10, 1]], atol=1)

    def test_the_later_counts(self):
        points = np.array([[1, 2, 10, 0, 1], [1.2, 2.1, 20, 0, 1]], 'float32')
        found = hints.hinted(points, (8, 8))
        self.assertEqual((list(found.rows), list(found.columns),
                          found.chroma[0, 0]), ([1], [2], 20))
        self.assertIsNone(hints.hinted(points[:0], (8, 8)))

    def test_more_points_than_opencv_takes_at_once(self):
        """A picture of hints that is opaque everywhere, for example."""
        pan = lights(2, 2, 192, 256)
        rows, columns = np.indices(pan[0].shape).reshape(2, -1)
        points = np.column_stack([rows, columns] + [0 * rows] * 2
                                 + [1 + 0 * rows]).astype('float32')
        self.assertGreater(len(points), 1 << 15)
        for count in (1, (1 << 15) - 2, (1 << 15) - 1, len(points)):
            found = hints.moved(points[-count:], *pan)
            few = np.concatenate([hints.moved(each, *pan) for each in
                                  np.array_split(points[-count:], 7)])
            np.testing.assert_array_equal(found, few)

    def test_points_of_before_and_new_ones(self):
        """Each pixel of the network's keeps the last, however many come."""
        older = np.array([[1, 2, 10, 0, 1], [5, 6, 10, 0, 1]], 'float32')
        newer = np.array([[1.2, 2.1, 20, 0, 1]], 'float32')
        np.testing.assert_array_equal(hints.joined(older, newer, (8, 8)),
                                      [newer[0], older[1]])
        self.assertIs(hints.joined(older, None, (8, 8)), older)

    def test_behind_the_end_are_said(self):
        path, output = self.path('a.mkv'), self.path('b.mkv')
        films.write_film(path, sound=None)
        one = {'row': 1, 'column': 1, 'color': '#000000'}
        for frames, words in (
                ([0, 9], []),
                ([0, 10], ['hints of frame 10 are not used (its last frame '
                           'is 9)']),
                ([99, 12, 30, 9], ['hints of frame 12 and of 2 later ones '
                                   'are not used (its last frame is 9)'])):
            told = self.write([dict(one, frame=frame) for frame in frames])
            _, notes = film.color_film(path, output, films.Tinting(),
                                       hints=told)
            self.assertEqual(notes, words)

    def test_from_a_frame_to_the_next_cut(self):
        """A red spot is there from frame 8 to the cut at 20, and moves."""
        pan = films.pictures(20, 128, 128)
        shown = pan + [np.ascontiguousarray(each[::-1, ::-1])
                       for each in pan[:8]]
        path, output = self.path('a.mkv'), self.path('b.mkv')
        films.write_film(path, shown, sound=None)
        told = self.write([{'row': 60, 'column': 100, 'radius': 8,
                            'color': '#ff0000', 'frame': 8}])
        plain = self.path('plain.mkv')
        made = films.Tinting()
        made.side = 64
        film.color_film(path, plain, made, quality=100)
        film.color_film(path, output, made, quality=100, hints=told)
        spots = []
        for one, other in zip(films.frames_of(plain),
                              films.frames_of(output)):
            red = [np.frombuffer(frame.planes[2], 'u1').reshape(
                64, -1)[:, :64].astype(int) for frame in (one, other)]
            spots.append(abs(red[1] - red[0]) > 20)
        self.assertEqual([bool(spot.any()) for spot in spots[:1]
                          + spots[8:20] + spots[21:]],
                         [False] + [True] * 12 + [False] * 7)
        columns = [np.nonzero(spot)[1].mean() for spot in spots[8:20]]
        self.assertAlmostEqual(columns[0], 50, delta=2)
        self.assertAlmostEqual(columns[-1], 50 - 11, delta=2.5)

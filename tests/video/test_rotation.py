"""Films that lie on their side."""

import struct

import numpy as np

from colorize.photos import images
from colorize.video import extra, film
from colorize.video.reading import Reader, quarter_turns
from tests.shared import films
from tests.shared.folder import Folder

extra.require('tests')

#: As a phone that was held upright writes it (ISO/IEC 14496-12).
_RIGHT = struct.pack('>9i', 0, 1 << 16, 0, -1 << 16, 0, 0, 48 << 16, 0,
                     1 << 30)


class _Watching(films.Tinting):
    def answer(self, smalls):
        self.seen = smalls[0]
        return super().answer(smalls)


class TestRotation(Folder):
    def setUp(self):
        super().setUp()
        films.write_film(self.path('a.mp4'), sound=None)
        with open(self.path('a.mp4'), 'r+b') as file:
            content = file.read()
            file.seek(content.index(b'tkhd') + 44)
            file.write(_RIGHT)

    def test_stays(self):
        for name in ('b.mp4', 'b.mov', 'b.mkv'):
            with self.subTest(name=name):
                film.color_film(self.path('a.mp4'), self.path(name),
                                films.Tinting(), quality=100)
                before = films.frames_of(self.path('a.mp4'))
                after = films.frames_of(self.path(name))
                self.assertEqual(before[0].rotation, -90)
                self.assertEqual(after[0].rotation, -90)
                self.assertEqual((after[0].height, after[0].width), (48, 64))

    def test_network_sees_it_upright(self):
        watching = _Watching()
        film.color_film(self.path('a.mp4'), self.path('b.mp4'), watching)
        rows, columns = watching.seen.shape
        self.assertGreater(rows, columns)
        # Turned right: what was at the left is at the top.
        frame = films.frames_of(self.path('a.mp4'))[8]  # a keyframe
        luma = np.rot90(frame.to_ndarray(format='gray'), -1)
        luma = images.resize(luma.astype('float32'), rows, columns)
        self.assertGreater(np.corrcoef(
            luma.ravel(), watching.seen.ravel())[0, 1], 0.95)

    def test_turns(self):
        with Reader(self.path('a.mp4')) as reader:
            self.assertEqual(quarter_turns(reader.film), 3)

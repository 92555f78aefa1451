"""Files of hints, good and bad."""

import json

import numpy as np
from PIL import Image

from colorize.hints import files
from colorize.hints.places import HintError, placed
from tests.shared.folder import Folder

HINTS = [{'row': 10, 'column': 20, 'color': '#a03020', 'radius': 3}]


class TestFiles(Folder):
    def write(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content)
        return self.path(name)

    def same(self, found, expected):
        for one, other in zip(found, expected):
            np.testing.assert_array_equal(one, other)

    def test_json(self):
        path = self.write('a.JSON', json.dumps(HINTS).encode())
        self.same(files.read(path, (30, 40)), placed(HINTS, (30, 40)))

    def test_json_as_notepad_writes_it(self):
        """It begins with a mark of the order of bytes."""
        path = self.write('a.json', json.dumps(HINTS).encode('utf-8-sig'))
        self.same(files.read(path, (30, 40)), placed(HINTS, (30, 40)))

    def test_a_picture(self):
        picture = np.zeros((30, 40, 4), 'uint8')
        picture[3:5, 6:8] = 0xa0, 0x30, 0x20, 255
        for name in ('a.png', 'a.tif', 'a.webp'):
            Image.fromarray(picture).save(self.path(name), lossless=True)
            self.same(files.read(self.path(name), (30, 40)),
                      placed(picture, (30, 40)))

    def test_bad_files(self):
        plain = self.path('plain.png')
        Image.new('RGB', (40, 30)).save(plain)
        other = self.path('other.png')
        Image.new('RGBA', (41, 30)).save(other)
        for path, words in (
                (self.write('a.json', b'[{'), 'is no JSON'),
                (self.write('b.json', json.dumps(HINTS).encode('utf-16')),
                 'b.json: must be UTF-8$'),
                (self.write('c.json', b'{}'), 'no list'),
                (self.write('d.json', b'[' * 200000), 'is no JSON'),
                (self.write('e.json', b' ' * (1 << 22)), 'bytes'),
                (self.write('f.json', b'[{"row": 1}]'), 'hint 1'),
                (self.write('g.json', b'[{"row": 1e999}]'), 'got inf'),
                (self.write('h.png', b'nothing'), 'not a readable photo'),
                (plain, 'no transparent pixels'),
                (other, 'is 30 x 41 pixels, the photo 30 x 40')):
            with self.assertRaisesRegex(HintError, words) as caught:
                files.read(path, (30, 40))
            self.assertTrue(str(caught.exception).startswith(f'{path}: '))
            self.assertEqual(str(caught.exception).count(path), 1)
        with self.assertRaises(OSError):
            files.read(self.path('none.json'), (30, 40))

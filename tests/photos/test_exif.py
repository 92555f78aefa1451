"""EXIF as cameras write it and Pillow would not take it over."""

import struct

import numpy as np
from PIL import Image

from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

ASCII, RATIONAL, SIGNED, UTF8 = 2, 5, 10, 129


def directory(order, start, entries):
    """Entries of (tag, type, count, bytes) as they lie at `start`."""
    end = start + 2 + 12 * len(entries) + 4
    table, rest = struct.pack(f'{order}H', len(entries)), b''
    for tag, kind, count, value in entries:
        if len(value) > 4:
            value, longer = struct.pack(f'{order}I', end + len(rest)), value
            rest += longer + bytes(len(longer) % 2)
        table += struct.pack(f'{order}HHI', tag, kind, count) + value.ljust(
            4, b'\0')
    return table + bytes(4) + rest


def exif(order, first, below, group):
    """EXIF of a few entries and of a group."""
    head = (b'II*\0' if order == '<' else b'MM\0*') + struct.pack(
        f'{order}I', 8)
    length = len(directory(order, 8, first + [(group, 4, 1, bytes(4))]))
    return b'Exif\0\0' + head + directory(order, 8, first + [
        (group, 4, 1, struct.pack(f'{order}I', 8 + length))]) + directory(
            order, 8 + length, below)


class TestExif(PhotoFiles):
    def both(self, parts):
        """What is read, and the EXIF of its result, of either order."""
        for order in '<>':
            for name in ('a.jpg', 'a.png', 'a.webp'):
                found = self.read(Image.fromarray(photo()), name,
                                  exif=exif(order, *parts(order)))
                for result in (f'b{name}', 'b.tif'):
                    self.assertEqual(self.written(result, exif=found.exif),
                                     [])
                    with Image.open(self.path(result)) as image:
                        yield found, image.getexif()

    def test_text_of_utf_8(self):
        """A type of EXIF 3.0; it becomes that which all read."""
        text = 'Tür'.encode() + b'\0'
        for found, kept in self.both(lambda order: (
                [(270, UTF8, len(text), text), (271, ASCII, 4, b'Cam\0')],
                [(0xa430, UTF8, len(text), text)], 0x8769)):
            self.assertEqual(found.notes, [])
            self.assertEqual(kept[270].encode('latin-1').decode(), 'Tür')
            self.assertEqual(kept[271], 'Cam')
            self.assertEqual(kept.get_ifd(0x8769)[0xa430].encode(
                'latin-1').decode(), 'Tür')

    def test_one_that_cannot_be_written(self):
        """A latitude below zero; all else stays."""
        for found, kept in self.both(lambda order: (
                [(271, ASCII, 4, b'Cam\0')],
                [(1, ASCII, 2, b'N\0'),
                 (2, SIGNED, 1, struct.pack(f'{order}2i', -3, 7)),
                 (4, RATIONAL, 1, struct.pack(f'{order}2I', 3, 4))],
                0x8825)):
            self.assertEqual(found.notes, ['a part of its EXIF cannot be '
                                           'written and is left out'])
            self.assertEqual(kept[271], 'Cam')
            self.assertEqual(kept.get_ifd(0x8825), {1: 'N', 4: .75})
            np.testing.assert_array_equal(found.pixels.shape,
                                          photo().shape)

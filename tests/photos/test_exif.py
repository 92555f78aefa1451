"""EXIF as cameras write it and Pillow would not take it over."""

import struct

import numpy as np
from PIL import Image

from colorize.photos import photo_file
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


def types_in(path):
    """Types of the camera's entries by their tags, as they lie in a file."""
    with Image.open(path) as image:
        content = image.info.get('exif')
    if content is None or path.endswith('.tif'):
        with open(path, 'rb') as file:
            content = file.read()
    content = content[6:] if content.startswith(b'Exif') else content
    order = '<' if content.startswith(b'II') else '>'

    def entries(place):
        count, = struct.unpack_from(f'{order}H', content, place)
        for at in range(place + 2, place + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f'{order}HH', content, at)
            yield tag, kind, struct.unpack_from(f'{order}I', content,
                                                at + 8)[0]
    first = struct.unpack_from(f'{order}I', content, 4)[0]
    below = next(value for tag, _, value in entries(first) if tag == 0x8769)
    return {tag: kind for tag, kind, _ in entries(below)}


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

    def test_types_stay(self):
        """Those that the standard asks for."""
        def parts(order):
            return [(271, ASCII, 4, b'Cam\0')], [
                (0x8833, 4, 1, struct.pack(f'{order}I', 100)),
                (0x9000, 7, 4, b'0232'), (0x9101, 7, 4, b'\1\2\3\0'),
                (0x9204, SIGNED, 1, struct.pack(f'{order}2i', 1, 3)),
                (0x9286, 7, 12, b'ASCII\0\0\0Tom!'),
                (0xa300, 7, 1, b'\3'), (0xa301, 7, 1, b'\1'),
                (0xa302, 7, 8, bytes(8)), (0xa40b, 7, 5, b'12345')]
        for order in '<>':
            given = exif(order, *parts(order), 0x8769)
            for name in ('a.jpg', 'a.png', 'a.webp', 'a.tif'):
                Image.fromarray(photo()).save(self.path(name), exif=given)
                if name == 'a.tif':  # Pillow writes other types
                    self.written(name, exif=given)
                found = photo_file.read(self.path(name))
                for result in ('b.jpg', 'b.png', 'b.webp', 'b.tif'):
                    self.written(result, exif=found.exif, mark='0' * 32,
                                 dpi=(300., 300.))
                    self.assertEqual(types_in(self.path(result)), {
                        tag: kind for tag, kind, *_ in parts(order)[1]})

    def test_thousands_of_groups_in_one_place(self):
        """Each leads to all of them: 4,000 ^ 3 entries."""
        for order, head in (('<', b'II*\0'), ('>', b'MM\0*')):
            rows = [(tag, 4, 1, struct.pack(f'{order}I', 8))
                    for tag in (0x8769, 0xa005) for _ in range(2000)]
            given = b'Exif\0\0' + head + struct.pack(
                f'{order}I', 8) + directory(order, 8, rows)
            found = self.read(Image.fromarray(photo()), 'a.jpg', exif=given)
            self.assertEqual(found.notes,
                             ['its EXIF is damaged; a part is left out'])

"""PNGs in all their bits: what imagecodecs wrote is read."""

import io
import zlib

import imagecodecs
import numpy as np
from PIL import Image

from colorize.photos import images, photo_file
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

RGB = photo().astype('uint16') * 257 - np.arange(48, dtype='uint16')[
    :, None] % 7


class TestDeep(PhotoFiles):
    def wrote(self, values):
        with open(self.path('a.png'), 'wb') as file:
            file.write(imagecodecs.png_encode(
                np.ascontiguousarray(values)))
        return photo_file.read(self.path('a.png'))

    def test_every_kind(self):
        alpha = RGB[::-1, :, :1]
        for values in (RGB, RGB[..., 1], np.dstack([RGB, alpha]),
                       np.dstack([RGB[..., 1:2], alpha])):
            found = self.wrote(values)
            self.assertEqual(found.notes, [])
            channels = 1 if values.ndim == 2 else values.shape[2]
            pixels = values if channels in (1, 3) else values[..., :-1]
            np.testing.assert_array_equal(found.pixels, pixels.squeeze())
            if channels in (2, 4):
                np.testing.assert_array_equal(found.alpha, alpha[..., 0])
            np.testing.assert_array_equal(
                images.load(self.path('a.png')).shape, RGB.shape)

    def test_torn(self):
        self.wrote(RGB)
        with open(self.path('a.png'), 'rb') as file:
            content = file.read()
        for size in (len(content) // 3, len(content) - 40):
            with open(self.path('a.png'), 'wb') as file:
                file.write(content[:size])
            with self.assertRaisesRegex(images.ImageError, 'not a readable'):
                photo_file.read(self.path('a.png'))


def with_trns(image, transparent, **options):
    """A PNG with a transparent grey or colour, by its definition."""
    file = io.BytesIO()
    image.save(file, 'PNG', **options)
    content = file.getvalue()
    data = b'tRNS' + b''.join(value.to_bytes(2, 'big')
                              for value in transparent)
    place = content.index(b'IDAT') - 4
    return (content[:place] + (len(data) - 4).to_bytes(4, 'big') + data
            + zlib.crc32(data).to_bytes(4, 'big') + content[place:])


def of_bits(levels, bits):
    """A PNG of grey of 1, 2 or 4 bits; Pillow writes only the first."""
    rows, columns = levels.shape

    def chunk(name, data):
        return (len(data).to_bytes(4, 'big') + name + data
                + zlib.crc32(name + data).to_bytes(4, 'big'))
    packed = np.packbits(np.unpackbits(
        levels[..., None], axis=-1)[..., -bits:].reshape(rows, -1), axis=1)
    head = b''.join(value.to_bytes(4, 'big') for value in (columns, rows))
    lines = np.pad(packed, ((0, 0), (1, 0))).tobytes()
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head + bytes(
        [bits, 0, 0, 0, 0])) + chunk(b'IDAT', zlib.compress(lines))
        + chunk(b'IEND', b''))


class TestTransparent(PhotoFiles):
    def check(self, content, pixels, clear):
        with open(self.path('a.png'), 'wb') as file:
            file.write(content)
        found = photo_file.read(self.path('a.png'))
        self.assertEqual(found.notes, [])
        np.testing.assert_array_equal(found.pixels, pixels)
        np.testing.assert_array_equal(found.alpha == 0, clear)
        shown = images.load(self.path('a.png'))
        self.assertEqual(shown[clear].min(), 255)

    def test_grey_of_few_bits(self):
        for bits in (1, 2, 4):
            levels = photo()[..., 1] >> 8 - bits
            image = Image.open(io.BytesIO(of_bits(levels, bits)))
            full = 2 ** bits - 1
            np.testing.assert_array_equal(
                np.asarray(image.convert('L')), levels * (255 // full))
            content = of_bits(levels, bits)
            level = levels[3, 4]
            data = b'tRNS' + bytes([0, level])
            place = content.index(b'IDAT') - 4
            content = (content[:place] + bytes([0, 0, 0, 2]) + data
                       + zlib.crc32(data).to_bytes(4, 'big')
                       + content[place:])
            self.check(content, levels * (255 // full), levels == level)

    def test_grey_and_colour_of_eight_and_sixteen_bits(self):
        grey, deep = photo()[..., 1], RGB[..., 1]
        level = int(grey[3, 4])
        self.check(with_trns(Image.fromarray(grey), [level]), grey,
                   grey == level)
        self.check(with_trns(Image.fromarray(deep), [int(deep[3, 4])]), deep,
                   deep == deep[3, 4])
        color = photo()[3, 4]
        self.check(with_trns(Image.fromarray(photo()), color.tolist()),
                   photo(), (photo() == color).all(axis=2))


class TestChecksums(PhotoFiles):
    def read_with(self, name, data, place, content):
        part = (len(data).to_bytes(4, 'big') + name + data
                + (zlib.crc32(name + data) ^ 1).to_bytes(4, 'big'))
        with open(self.path('a.png'), 'wb') as file:
            file.write(content[:place] + part + content[place:])
        return photo_file.read(self.path('a.png'))

    def test_a_wrong_one_beside_the_picture(self):
        plain = io.BytesIO()
        Image.fromarray(photo()).save(plain, 'PNG')
        for content, truth in ((plain.getvalue(), photo()),
                               (imagecodecs.png_encode(RGB), RGB)):
            for name, data in ((b'tEXt', b'Title\0Tom'), (b'iCCP', b'x'),
                               (b'gAMA', bytes(4)), (b'tRNS', bytes(6)),
                               (b'cICP', b'\x0c\x0d\0\1')):
                found = self.read_with(name, data, 33, content)
                self.assertEqual(found.notes, [
                    f'its {name.decode()} is damaged and left out'])
                np.testing.assert_array_equal(found.pixels, truth)
                self.assertEqual((found.alpha, found.icc), (None, None))

    def test_a_wrong_one_of_the_picture(self):
        file = io.BytesIO()
        Image.fromarray(photo()).save(file, 'PNG')
        content = file.getvalue()
        for name, data, place in ((b'PLTE', bytes(6), 33),
                                  (b'IHDR', content[16:29], 8)):
            with self.assertRaisesRegex(images.ImageError, 'not a readable'):
                self.read_with(name, data, place, content)

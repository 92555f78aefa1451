"""A result knows its photo."""

import os
import subprocess
import sys
from unittest import mock

import numpy as np
from PIL import Image, PngImagePlugin, WebPImagePlugin

from colorize.photos import images, photo_file
from colorize.photos.marks import (belongs, mark_in, mark_of, quick_mark_of,
                                   settings_in)
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo


class TestMark(PhotoFiles):
    def test_by_content(self):
        large = np.random.RandomState(0).bytes(10 ** 6)
        small = large[:1000]
        marks = set()
        for content in (large, small, large + b'\0', small + b'\0',
                        b'\0' + large[1:], b'',
                        large[:500000] + b'\0' * 65536 + large[565536:]):
            with open(self.path('a'), 'wb') as file:
                file.write(content)
            self.assertEqual(mark_of(self.path('a')), mark_of(content))
            marks.add(mark_of(content))
        self.assertEqual(len(marks), 7)

    def test_of_parts(self):
        """A change between them is not seen, and is in half of the mark."""
        content = bytearray(np.random.RandomState(0).bytes(10 ** 6))
        found = []
        for _ in range(2):
            with open(self.path('a'), 'wb') as file:
                file.write(content)
            found.append((quick_mark_of(self.path('a')),
                          mark_of(self.path('a'))))
            content[40000] ^= 1
        (parts, mark), (later_parts, later) = found
        self.assertEqual(later_parts, parts)
        self.assertNotEqual(later, mark)
        self.assertEqual({parts[:16]}, {mark[:16], later[:16]})

    def test_of_no_file(self):
        for make in (os.mkdir, os.mkfifo):
            make(self.path(make.__name__))
            with self.assertRaises(OSError):
                mark_of(self.path(make.__name__))
        with self.assertRaises(OSError):
            mark_of(self.path('nowhere'))


class TestBelongs(PhotoFiles):
    def setUp(self):
        super().setUp()
        self.photos = []
        for number in (0, 1):
            Image.fromarray(photo(number)).save(self.path(f'{number}.png'))
            self.photos.append(photo_file.read(self.path(f'{number}.png')))

    def both(self, name):
        return [belongs(self.path(name), self.path(f'{number}.png'))
                for number in (0, 1)]

    def test_in_every_format(self):
        """By its mark, and by its lightness where there is none."""
        deep = self.photos[0].pixels.astype('uint16') * 257
        for name in ('a.jpg', 'a.png', 'a.tif', 'a.webp', 'a.avif', 'a.bmp',
                     'a.gif', 'a.jp2', 'a.ppm'):
            for pixels in (self.photos[0].pixels, deep):
                for number in (0, 1):
                    photo_file.write(self.path(name), self.photos[
                        number]._replace(pixels=pixels if number == 0
                                         else photo(1)))
                    self.assertEqual(self.both(name), [number == 0,
                                                       number == 1], name)
                    if name[-3:] in ('jpg', 'png', 'tif', 'ebp', 'vif'):
                        self.assertEqual(mark_in(self.path(name)), mark_of(
                            self.path(f'{number}.png')), name)

    def test_settings_beside_it(self):
        """Results of earlier versions say none."""
        for name in ('a.jpg', 'a.png', 'a.tif', 'a.webp'):
            for said in ('1a2b3c4d', None):
                photo_file.write(self.path(name), self.photos[0]._replace(
                    settings=said))
                self.assertEqual(settings_in(self.path(name)), said)
                self.assertEqual(self.both(name), [True, False])
        images.save(self.path('b.jpg'), photo(0))
        self.assertIsNone(settings_in(self.path('b.jpg')))

    def test_as_the_first_file_of_a_process(self):
        """Pillow knows no format before it has opened something."""
        photo_file.write(self.path('a.tif'), self.photos[0])
        found = subprocess.run(
            [sys.executable, '-c', 'import sys; from colorize.photos import '
             'marks; print(marks.mark_in(sys.argv[1]))', self.path('a.tif')],
            stdout=subprocess.PIPE, check=True, text=True)
        self.assertEqual(found.stdout.strip(), mark_of(self.path('0.png')))

    def test_whatever_it_is_called_and_however_it_was_edited(self):
        photo_file.write(self.path('a.jpg'), self.photos[0])
        os.mkdir(self.path('moved'))
        os.rename(self.path('a.jpg'), self.path('moved', 'b.jpg'))
        os.utime(self.path('0.png'), (0, 0))
        self.assertEqual(self.both('moved/b.jpg'), [True, False])
        with Image.open(self.path('moved', 'b.jpg')) as image:
            image.crop((3, 3, 9, 9)).rotate(90).save(
                self.path('c.jpg'), exif=image.info['exif'])
        self.assertEqual(self.both('c.jpg'), [True, False])

    def retouched(self, rows):
        """A large photo and its result; then some rows become black."""
        pixels = np.random.RandomState(0).randint(
            0, 256, (600, 600, 3), 'uint8')
        Image.fromarray(pixels).save(self.path('0.bmp'))
        photo_file.write(self.path('a.jpg'),
                         photo_file.read(self.path('0.bmp')))
        self.assertTrue(belongs(self.path('a.jpg'), self.path('0.bmp')))
        pixels[rows] = 0
        Image.fromarray(pixels).save(self.path('0.bmp'))

    def test_a_change_anywhere(self):
        """Of 1800 bytes a row, between the eight parts."""
        self.retouched(slice(30, 80))
        self.assertFalse(belongs(self.path('a.jpg'), self.path('0.bmp')))

    def test_of_a_photo_that_is_older_only_parts_are_read(self):
        self.retouched(slice(0, 0))
        os.utime(self.path('0.bmp'), (0, 0))
        with mock.patch('colorize.photos.marks.mark_of') as all_of_it:
            self.assertTrue(belongs(self.path('a.jpg'), self.path('0.bmp')))
        all_of_it.assert_not_called()
        # As a result of before marks were of everything, too.
        with mock.patch('colorize.photos.marks.mark_of', quick_mark_of):
            self.retouched(slice(0, 0))
        os.utime(self.path('0.bmp'), (0, 0))
        self.assertTrue(belongs(self.path('a.jpg'), self.path('0.bmp')))

    def test_without_a_mark(self):
        """As of an earlier version, or saved by a program that drops it."""
        images.save(self.path('a.jpg'), photo(0))
        self.assertEqual(self.both('a.jpg'), [True, False])
        brighter = Image.fromarray(np.minimum(photo(0) * 1.2, 255).astype(
            'uint8')).resize((96, 80))
        brighter.save(self.path('b.png'))
        self.assertEqual(self.both('b.png'), [True, False])
        images.save(self.path('c.png'), np.concatenate(
            [photo(0)] * 3, axis=1))
        self.assertEqual(self.both('c.png'), [True, False])
        images.save(self.path('d.png'), photo(0)[:, :30])
        self.assertEqual(self.both('d.png'), [False, False])
        with open(self.path('e.png'), 'wb') as file:
            file.write(b'nothing of the kind')
        self.assertEqual(self.both('e.png'), [False, False])

    def test_a_page_of_one_grey(self):
        for number, level in ((0, 200), (1, 90)):
            Image.new('L', (9, 9), level).save(self.path(f'{number}.png'))
        Image.new('RGB', (9, 9), (205, 200, 195)).save(self.path('a.png'))
        self.assertEqual(self.both('a.png'), [True, False])

    def test_a_copy_of_a_photo_is_none(self):
        with Image.open(self.path('0.png')) as image:
            grey = image.convert('L')
            image.save(self.path('a.bmp'))
        grey.save(self.path('b.jpg'))
        grey.resize((96, 80)).save(self.path('c.png'))
        for name in ('0.png', 'b.jpg', 'c.png'):
            self.assertEqual(self.both(name), [False, False], name)
        self.assertEqual(self.both('a.bmp'), [True, False])

    def test_beside_what_the_photo_says_of_itself(self):
        exif = Image.Exif()
        exif[271], exif[34665] = 'Maker', {36867: '2001:02:03 04:05:06'}
        found = self.read(Image.fromarray(photo()), 'x.jpg',
                          exif=exif.tobytes())
        for name in ('b.jpg', 'b.png', 'b.tif', 'b.webp'):
            photo_file.write(self.path(name), found)
            with Image.open(self.path(name)) as image:
                kept = image.getexif()
                self.assertEqual((kept[271], kept.get_ifd(34665)[36867]),
                                 ('Maker', '2001:02:03 04:05:06'))
            self.assertTrue(belongs(self.path(name), self.path('x.jpg')))

    def test_in_one_too_large_for_pillow(self):
        """As one side by side with its photo can be."""
        wide = self.photos[0]._replace(pixels=np.hstack([photo(0)] * 3))
        for name in ('a.jpg', 'a.png', 'a.tif', 'a.webp', 'a.avif'):
            for pixels in (wide.pixels, wide.pixels.astype('uint16') * 257):
                photo_file.write(self.path(name), wide._replace(
                    pixels=pixels))
                with mock.patch.object(Image, 'MAX_IMAGE_PIXELS', 1000):
                    self.assertEqual(self.both(name), [True, False], name)

    def test_nothing_is_decoded_for_it(self):
        images.save(self.path('a.png'), photo(0))
        with mock.patch.object(PngImagePlugin.PngImageFile, 'load') as load:
            self.assertIsNone(mark_in(self.path('a.png')))
        load.assert_not_called()

    def test_of_a_webp_not_all_is_read(self):
        photo_file.write(self.path('a.webp'), self.photos[0])
        images.save(self.path('b.webp'), photo(0))
        with mock.patch.object(WebPImagePlugin.WebPImageFile,
                               '__init__') as opened:
            self.assertIsNotNone(mark_in(self.path('a.webp')))
            self.assertIsNone(mark_in(self.path('b.webp')))
        opened.assert_not_called()


class TestMode(PhotoFiles):
    def test_as_private_as_the_photo(self):
        before = os.umask(0o022)
        self.addCleanup(os.umask, before)
        for mode, expected in ((0o600, 0o600), (0o664, 0o644),
                               (0o777, 0o644), (0o444, 0o644),
                               (0o400, 0o600)):
            Image.fromarray(photo()).save(self.path('a.png'))
            os.chmod(self.path('a.png'), mode)
            photo_file.write(self.path('b.png'),
                             photo_file.read(self.path('a.png')))
            self.assertEqual(os.stat(self.path('b.png')).st_mode & 0o777,
                             expected)

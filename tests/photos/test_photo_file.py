"""Photos as people have them, and what is kept of their files."""

import os
import struct
import warnings
import zlib
from unittest import mock

import numpy as np
import tifffile
from PIL import Image, ImageCms

from colorize.photos import images, photo_file
from tests.shared import icc
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

GREY = photo()[..., 1]
DEEP = GREY.astype('uint16') * 257 - np.arange(48, dtype='uint16') % 2


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def twelve_bits(content, columns, rows):
    """A TIFF 6.0 of one strip of grey."""
    tags = ((256, columns), (257, rows), (258, 12), (259, 1), (262, 1),
            (273, 8), (277, 1), (278, rows), (279, len(content)))
    table = b''.join(struct.pack('<HHII', tag, 4, 1, value)
                     for tag, value in tags)
    return (b'II*\0' + struct.pack('<I', 8 + len(content)) + content
            + struct.pack('<H', len(tags)) + table + bytes(4))


class TestModes(PhotoFiles):
    def test_grey_and_colour_in_every_format(self):
        for name in ('a.png', 'a.tif', 'a.bmp', 'a.gif', 'a.webp', 'a.jpg',
                     'a.pgm', 'a.jp2', 'a.avif'):
            found = self.read(Image.fromarray(GREY), name)
            pixels = found.pixels if found.pixels.ndim == 2 else \
                found.pixels[..., 1]
            self.assertEqual((found.pixels.dtype, found.notes),
                             ('uint8', []), name)
            np.testing.assert_allclose(pixels, GREY, atol=30)
        for name in ('a.png', 'a.tif', 'a.bmp', 'a.ppm'):
            found = self.read(Image.fromarray(photo()), name)
            np.testing.assert_array_equal(found.pixels, photo())

    def test_deep_grey(self):
        for name in ('a.png', 'a.tif'):
            found = self.read(Image.fromarray(DEEP), name)
            self.assertEqual(found.pixels.dtype, 'uint16')
            np.testing.assert_array_equal(found.pixels, DEEP)
        wide = self.read(Image.fromarray(DEEP.astype('int32')), 'a.tif')
        np.testing.assert_array_equal(wide.pixels, DEEP)
        unit = Image.fromarray(DEEP.astype('float32') / 65535)
        np.testing.assert_allclose(self.read(unit, 'a.tif').pixels.astype(
            int), DEEP, atol=1)

    def test_deep_grey_of_a_scanner(self):
        """White as 0; and 12 bits, of which two lie in three bytes."""
        tifffile.imwrite(self.path('a.tif'), 65535 - DEEP,
                         photometric='miniswhite')
        pixels = photo_file.read(self.path('a.tif')).pixels
        np.testing.assert_array_equal(pixels, DEEP)
        np.testing.assert_allclose(images.load(self.path('a.tif'))[..., 0],
                                   np.round(DEEP / 257))
        twelve = np.arange(0, 4096, 2, dtype='uint16').reshape(8, 256)
        pairs = twelve.reshape(-1, 2).astype(int)
        packed = np.stack([pairs[:, 0] >> 4, pairs[:, 0] << 4 & 240
                           | pairs[:, 1] >> 8, pairs[:, 1] & 255], axis=-1)
        with open(self.path('b.tif'), 'wb') as file:
            file.write(twelve_bits(packed.astype('uint8').tobytes(), 256, 8))
        np.testing.assert_allclose(
            photo_file.read(self.path('b.tif')).pixels, twelve / 4095 * 65535,
            atol=1)

    def test_one_bit_palette_and_cmyk(self):
        bits = Image.fromarray(photo()).convert('1')
        np.testing.assert_array_equal(self.read(bits).pixels,
                                      np.asarray(bits) * np.uint8(255))
        few = Image.fromarray(photo()).quantize(16)
        np.testing.assert_array_equal(self.read(few).pixels,
                                      np.asarray(few.convert('RGB')))
        ink = Image.fromarray(photo()).convert('CMYK')
        np.testing.assert_allclose(self.read(ink, 'a.tif').pixels.astype(
            int), photo(), atol=1)

    def test_alpha(self):
        alpha = np.arange(40 * 48).reshape(40, 48).astype('uint8')
        image = Image.fromarray(photo())
        image.putalpha(Image.fromarray(alpha))
        for name in ('a.png', 'a.tif', 'a.webp'):
            options = {'exact': True, 'lossless': True} \
                if name == 'a.webp' else {}
            found = self.read(image, name, **options)
            np.testing.assert_array_equal(found.pixels, photo())
            np.testing.assert_array_equal(found.alpha, alpha)
            self.written(name, found.pixels, alpha=found.alpha)
            again = photo_file.read(self.path(name))
            np.testing.assert_array_equal(again.alpha, alpha)
        grey = Image.fromarray(GREY)
        grey.putalpha(Image.fromarray(alpha))
        found = self.read(grey)
        np.testing.assert_array_equal(found.pixels, GREY)
        np.testing.assert_array_equal(found.alpha, alpha)
        few = Image.fromarray(photo()).quantize(16)
        found = self.read(few, transparency=3)
        np.testing.assert_array_equal(found.alpha == 0,
                                      np.asarray(few) == 3)

    def test_alpha_where_a_format_has_none(self):
        alpha = np.zeros((40, 48), 'uint8')
        notes = self.written('a.jpg', alpha=alpha)
        self.assertRegex(notes[0], 'JPEG knows no transparency')
        with Image.open(self.path('a.jpg')) as image:
            self.assertEqual(np.asarray(image).min(), 255)

    def test_the_first_of_several(self):
        frames = [Image.fromarray(photo(number)) for number in (0, 1, 2)]
        for name, words in (('a.gif', '3 frames'), ('a.tif', '3 pages'),
                            ('a.webp', '3 frames'), ('a.png', '3 frames')):
            found = self.read(frames[0], name, save_all=True,
                              append_images=frames[1:])
            self.assertEqual(len(found.notes), 1)
            self.assertIn(f'only the first of its {words}', found.notes[0])
            self.assertLess(np.abs(found.pixels.astype(int)
                                   - photo()).mean(), 12)

    def test_what_a_camera_puts_behind_its_jpeg_is_no_frame(self):
        Image.fromarray(photo()).save(
            self.path('a.jpg'), 'MPO', save_all=True,
            append_images=[Image.fromarray(photo(1))])
        self.assertEqual(photo_file.read(self.path('a.jpg')).notes, [])

    def test_sixteen_bits_of_colour(self):
        deep = photo().astype('uint16') * 257 - np.arange(
            48, dtype='uint16')[:, None] % 7
        alpha = DEEP[::-1] // 3
        for name in ('a.png', 'a.tif'):
            for more in ({}, {'alpha': alpha}):
                self.assertEqual(self.written(name, deep, **more), [])
                found = photo_file.read(self.path(name))
                self.assertEqual(found.notes, [])
                np.testing.assert_array_equal(found.pixels, deep)
                if more:
                    np.testing.assert_array_equal(found.alpha, alpha)
                np.testing.assert_array_equal(
                    images.load(self.path(name)).shape, deep.shape)


class TestKept(PhotoFiles):
    def exif(self, orientation):
        made = Image.Exif()
        made[0x0112], made[271], made[282] = orientation, 'Maker', 72.0
        made[34665] = {36867: '2001:02:03 04:05:06', 40962: 9}
        made[34853] = {1: 'N', 2: (1.0, 2.0, 3.0)}
        return made.tobytes()

    def test_upright_with_its_exif(self):
        turned = {1: GREY, 3: GREY[::-1, ::-1], 6: np.rot90(GREY),
                  8: np.rot90(GREY, -1), 2: GREY[:, ::-1]}
        for name in ('a.png', 'a.tif', 'a.webp', 'a.jpg'):
            for orientation, stored in turned.items():
                found = self.read(
                    Image.fromarray(np.ascontiguousarray(stored)), name,
                    exif=self.exif(orientation))
                pixels = found.pixels if found.pixels.ndim == 2 else \
                    found.pixels[..., 1]
                self.assertLess(np.abs(pixels.astype(int) - GREY).mean(), 9)
                for out in ('b.png', 'b.tif', 'b.webp', 'b.jpg'):
                    self.assertEqual(self.written(out, exif=found.exif), [])
                    with Image.open(self.path(out)) as image:
                        self.check_exif(image.getexif())

    def check_exif(self, found):
        self.assertEqual(found.get(0x0112, 1), 1)
        self.assertEqual(found[271], 'Maker')
        self.assertEqual(found.get_ifd(34665),
                         {36867: '2001:02:03 04:05:06'})
        self.assertEqual(found.get_ifd(34853)[2], (1.0, 2.0, 3.0))

    def test_of_deep_photos(self):
        deep = photo().astype('uint16') * 257
        given = self.read(Image.fromarray(GREY), 'a.jpg', exif=self.exif(1))
        for name in ('b.png', 'b.tif'):
            self.assertEqual(self.written(name, deep, exif=given.exif,
                                          dpi=(300., 300.)), [])
            with Image.open(self.path(name)) as image:
                self.check_exif(image.getexif())
                np.testing.assert_allclose([
                    float(value) for value in image.info['dpi']], 300,
                    rtol=1e-3)

    def test_damaged_exif_does_not_stop_a_photo(self):
        broken = b'Exif\0\0II*\0\x08\0\0\0\xff\xff' + b'\x69\x87' * 30
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            found = self.read(Image.fromarray(GREY), 'a.jpg', exif=broken)
        self.assertEqual(found.pixels.shape, GREY.shape)
        with mock.patch.object(Image.Exif, 'get_ifd', side_effect=KeyError):
            found = self.read(Image.fromarray(GREY), 'a.jpg',
                              exif=self.exif(1))
        self.assertIsNone(found.exif)
        self.assertRegex(found.notes[0], 'EXIF is damaged')

    def test_text_that_is_not_ascii(self):
        given = Image.Exif()
        given[33432] = '\xa9 2020 M\xfcller'.encode()
        for name in ('a.jpg', 'a.png', 'a.webp'):
            found = self.read(Image.fromarray(GREY), name,
                              exif=given.tobytes())
            for out in ('b.jpg', 'b.png', 'b.webp', 'b.tif'):
                self.assertEqual(self.written(out, exif=found.exif), [])
                with Image.open(self.path(out)) as image:
                    self.assertEqual(
                        image.getexif()[33432].encode('latin-1').decode(),
                        '\xa9 2020 M\xfcller')
        self.assertEqual(self.written(
            'c.tif', photo().astype('uint16') * 257, exif=found.exif), [])
        with tifffile.TiffFile(self.path('c.tif')) as file:
            self.assertEqual(file.pages[0].tags[33432].value,
                             '\xa9 2020 M\xfcller')

    def test_a_chunk_that_is_no_exif(self):
        for name in ('a.png', 'a.webp'):
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                found = self.read(Image.fromarray(GREY), name,
                                  exif=b'Exif\0\0nonsense')
                self.assertEqual(images.load(self.path(name)).shape[:2],
                                 GREY.shape)
            self.assertIsNone(found.exif)
            self.assertRegex(found.notes[0], 'EXIF is damaged')

    def test_what_a_format_cannot_hold_is_said(self):
        deep = photo().astype('uint16') * 257
        self.assertRegex(self.written('a.jpg', deep)[0], '8 of its 16 bits')
        self.assertRegex(self.written('a.gif')[0], '256 colours')
        exif = self.exif(1)
        self.assertEqual(self.written('a.bmp', exif=exif, icc=SRGB), [
            'its EXIF cannot be held by BMP and is left out',
            'BMP holds no profile; it is in sRGB'])

    def test_profile_of_rgb(self):
        for name in ('a.png', 'a.tif', 'a.jpg', 'a.webp'):
            found = self.read(Image.fromarray(photo()), name,
                              icc_profile=SRGB)
            self.assertEqual((found.icc, found.notes), (SRGB, []))
            self.written(name, icc=found.icc)
            with Image.open(self.path(name)) as image:
                self.assertEqual(image.info['icc_profile'], SRGB)

    def test_profile_that_does_not_fit(self):
        for profile in (b'no profile', icc.gray(1.8)):
            found = self.read(Image.fromarray(photo()), 'a.tif',
                              icc_profile=profile)
            self.assertIsNone(found.icc)
            self.assertRegex(found.notes[0], 'profile does not fit')
            np.testing.assert_array_equal(found.pixels, photo())


class TestWrite(PhotoFiles):
    def test_deep_values_come_back(self):
        """TIFF by tifffile; PNG by its definition, and by Pillow in 8."""
        deep = np.random.RandomState(0).randint(0, 65536, (9, 7, 3)).astype(
            'uint16')
        self.written('a.tif', deep)
        np.testing.assert_array_equal(tifffile.imread(self.path('a.tif')),
                                      deep)
        self.written('a.png', deep)
        np.testing.assert_array_equal(slow_png(self.path('a.png')), deep)
        with Image.open(self.path('a.png')) as image:
            np.testing.assert_array_equal(np.asarray(image), deep >> 8)
        self.written('a.jpg', deep)
        with Image.open(self.path('a.jpg')) as image:
            self.assertEqual((image.mode, image.size), ('RGB', (7, 9)))

    def test_quality(self):
        made = photo_file.Photo(photo(), None, None, None, None, [])
        for name in ('a.jpg', 'a.webp'):
            sizes = []
            for quality in (10, 50, 90, None):
                photo_file.write(self.path(name), made, quality)
                sizes.append(os.path.getsize(self.path(name)))
            self.assertEqual(sizes, sorted(sizes))
            self.assertLess(sizes[0], sizes[1])

    def test_a_canvas_is_written_as_any_array(self):
        for name in ('a.jpg', 'a.png', 'a.webp'):
            room = photo_file.canvas(self.path(name), 40, 48, 'uint8')
            room[...] = photo()
            turned = np.dstack([photo()[..., 1], photo()])[..., 1:]
            for pixels in (room, turned, room[::-1]):
                found = []
                for given in (pixels, pixels.copy()):
                    self.written(name, given)
                    with open(self.path(name), 'rb') as file:
                        found.append(file.read())
                self.assertEqual(*found)
        self.assertEqual(photo_file.canvas('a.jpg', 2, 3, 'uint16').dtype,
                         'uint16')

    def test_what_cannot_be_written(self):
        wide = np.zeros((1, 70000, 3), 'uint8')
        for name, words in (('a.xyz', "'.xyz'"),
                            ('a.webp', 'cannot be written .WEBP holds 16383 '
                             'pixels a side, these are 70000'),
                            ('a.jpg', 'JPEG holds 65500 pixels a side')):
            with self.assertRaisesRegex(images.ImageError, words):
                self.written(name, wide)
        self.assertEqual(os.listdir(self.folder), [])


def slow_png(path):
    """A 16-bit RGB PNG whose bytes are differences to a mean: filter 3."""
    with open(path, 'rb') as file:
        content = file.read()
    place, packed = 8, b''
    while place < len(content):
        size = int.from_bytes(content[place:place + 4], 'big')
        name, data = (content[place + 4:place + 8],
                      content[place + 8:place + 8 + size])
        if name == b'IHDR':
            columns, rows = (int.from_bytes(data[start:start + 4], 'big')
                             for start in (0, 4))
        packed += data if name == b'IDAT' else b''
        place += 12 + size
    lines = np.frombuffer(zlib.decompress(packed), 'uint8').reshape(rows, -1)
    assert (lines[:, 0] == 3).all()
    found = np.zeros((rows + 1, lines.shape[1] + 5), int)
    for row, line in enumerate(lines, 1):
        for byte, value in enumerate(line[1:], 6):
            mean = (found[row, byte - 6] + found[row - 1, byte]) // 2
            found[row, byte] = (value + mean) % 256
    values = found[1:, 6:].astype('uint8')
    return values.view('>u2').reshape(rows, columns, 3)

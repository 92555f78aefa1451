"""Formats that are seldom, need an extra, or are not read."""

import struct
import subprocess
import sys

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from colorize.photos import formats, images, opening, photo_file
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo


class TestFormats(PhotoFiles):
    def test_photos_of_phones(self):
        """HEIC by libheif's own writer, JPEG XL by libjxl's."""
        import pillow_heif
        image = Image.fromarray(photo())
        pillow_heif.from_pillow(image).save(self.path('a.heic'), quality=-1,
                                            chroma=444)
        opening.add_extras()
        image.save(self.path('a.jxl'), lossless=True)
        for name, most in (('a.heic', 2), ('a.jxl', 0)):
            found = photo_file.read(self.path(name))
            self.assertEqual(found.notes, [])
            self.assertLessEqual(np.abs(found.pixels.astype(int)
                                        - photo()).max(), most, name)

    def test_without_the_extra(self):
        opening.add_extras()
        Image.fromarray(photo()).save(self.path('a.jxl'), lossless=True)
        code = ('import sys; sys.modules["pillow_jxl"] = None\n'
                'from colorize.photos import images\n'
                'images.load(sys.argv[1])')
        done = subprocess.run([sys.executable, '-c', code,
                               self.path('a.jxl')], capture_output=True,
                              text=True)
        self.assertIn('JXL needs the extra: pip install '
                      "'.[formats]'", done.stderr)

    def test_pictures_that_are_not_read(self):
        with open(self.path('plain.dat'), 'wb') as file:
            file.write(b'8BPS\0\1' + bytes(40))
        Image.fromarray(photo()).save(self.path('a.dng'), 'TIFF')
        tifffile.imwrite(self.path('raw.tif'), photo(), photometric='rgb',
                         extratags=[(50706, 'B', 4, (1, 4, 0, 0), True)])
        for name, words in (('plain.dat', 'a PSD'), ('a.dng', 'a DNG'),
                            ('raw.tif', 'a DNG')):
            with self.assertRaisesRegex(
                    images.ImageError, f'{name}: {words} .*convert it to'):
                photo_file.read(self.path(name))
        Image.fromarray(photo()).save(self.path('b.dng'), 'PNG')
        np.testing.assert_array_equal(photo_file.read(
            self.path('b.dng')).pixels, photo())

    def test_jpeg_of_which_a_part_is_short(self):
        """The decoder passes over it, and so does libjpeg elsewhere."""
        Image.fromarray(photo()).save(self.path('a.jpg'))
        with open(self.path('a.jpg'), 'rb') as file:
            content = file.read()
        for marker, part in ((0, b'JFIF\0'), (2, b'ICC_PROFILE\0'),
                             (13, b'Photoshop 3.0\x008BIM\4\4'),
                             (14, b'Adobe'), (14, b'Adobe\0')):
            whole = content[:20] + bytes(
                [255, 0xe0 + marker, 0, len(part) + 2]) + part + content[20:]
            with open(self.path('a.jpg'), 'wb') as file:
                file.write(whole)
            found = photo_file.read(self.path('a.jpg'))
            self.assertEqual(found.notes, [
                f'its APP{marker} is damaged and left out'])
            np.testing.assert_array_equal(found.pixels,
                                          imagecodecs.jpeg_decode(whole))

    def test_ppm_of_sixteen_bits(self):
        deep = photo().astype('uint16') * 257 - 3
        for full, values in ((65535, deep), (1023, deep >> 6)):
            with open(self.path('a.ppm'), 'wb') as file:
                file.write(f'P6\n# x\n48 40\n{full}\n'.encode()
                           + values.astype('>u2').tobytes())
            np.testing.assert_array_equal(
                photo_file.read(self.path('a.ppm')).pixels,
                np.rint(values * (65535 / full)))

    def test_ppm_of_sixteen_bits_in_words(self):
        """Programs put comments behind the header, too."""
        for text in ('P3\n2 1\n1023\n0 1023 512\n1 2 3\n',
                     'P3\n2 1\n1023\n# 4 5\n0 1023 512\n1 2 3\n# end',
                     'P3 2 1 1023#a\n 0 1023# 7 8\r512\n1 2 3#'):
            with open(self.path('a.ppm'), 'w') as file:
                file.write(text)
            np.testing.assert_array_equal(
                photo_file.read(self.path('a.ppm')).pixels,
                [np.rint(np.array([[0, 1023, 512], [1, 2, 3]])
                         * (65535 / 1023))])

    def test_bmp_of_sixteen_bits_of_a_pixel(self):
        """5, 6 and 5: nothing that is read as less."""
        head = b'BM' + struct.pack('<IHHI', 66 + 48 * 40 * 2, 0, 0, 66)
        head += struct.pack('<IiiHHIIiiII', 40, 48, 40, 1, 16, 3, 0, 0, 0, 0,
                            0) + struct.pack('<III', 0xf800, 0x7e0, 0x1f)
        rgb = photo()[::-1].astype('uint16')
        packed = (rgb[..., 0] >> 3 << 11 | rgb[..., 1] >> 2 << 5
                  | rgb[..., 2] >> 3)
        with open(self.path('a.bmp'), 'wb') as file:
            file.write(head + packed.astype('<u2').tobytes())
        found = photo_file.read(self.path('a.bmp'))
        self.assertEqual(found.notes, [])
        np.testing.assert_allclose(found.pixels.astype(int), photo(), atol=8)

    def test_the_table_agrees_with_pillow(self):
        """Every ending that Pillow has for a format, and no other's."""
        Image.init()
        opening.add_extras()
        known = Image.registered_extensions()
        for each in formats.FORMATS:
            self.assertIn(each.name, Image.OPEN)
            for ending in each.endings:
                self.assertIn(known.get(ending, each.name),
                              (each.name, 'BMP'), ending)
            if each.holds is not None:
                self.assertIn(each.name, Image.SAVE)

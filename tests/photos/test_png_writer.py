"""PNGs of ours, read by others."""

import io
import unittest
import zlib
from unittest import mock

import imagecodecs
import numpy as np
from PIL import Image

from colorize.photos import photo_file, png_writer
from experiments.shared import bundled
from tests.shared.photos import photo


def written(pixels, alpha=None, **beside):
    made = photo_file.Photo(pixels, alpha, None, None, None, [])
    file = io.BytesIO()
    png_writer.write(file, made._replace(**beside))
    return file.getvalue()


class TestPixels(unittest.TestCase):
    def test_what_was_written_is_read(self):
        """By libpng, in strips of rows, of one row and of all at once."""
        eight = photo(0, 37, 45)
        deep = eight.astype('uint16') * 257 - 99
        for pixels in (eight, deep, eight[..., 1], deep[..., 1],
                       eight[:1], eight[:, :1], eight[::-2, ::3]):
            for part in (1, 400, 1 << 16):
                with mock.patch.object(png_writer, 'PART', part):
                    content = written(pixels)
                np.testing.assert_array_equal(
                    imagecodecs.png_decode(content), pixels)

    def test_transparency_of_either_depth(self):
        eight, deep = photo()[..., 0], photo()[..., 0] * np.uint16(257)
        for pixels in (photo(), photo().astype('uint16') * 257):
            for alpha in (eight, deep):
                found = imagecodecs.png_decode(written(pixels, alpha))
                np.testing.assert_array_equal(found[..., :3], pixels)
                np.testing.assert_array_equal(
                    found[..., 3], eight if pixels.dtype == 'uint8' else deep)

    def test_what_stands_beside(self):
        exif = Image.Exif()
        exif[270] = 'a boat'
        with Image.open(io.BytesIO(written(
                photo(), exif=exif.tobytes(), icc=b'profile',
                dpi=(300., 150.)))) as image:
            self.assertEqual(image.getexif()[270], 'a boat')
            self.assertEqual(image.info['icc_profile'], b'profile')
            np.testing.assert_allclose(image.info['dpi'], (300, 150),
                                       atol=0.02)


class TestSize(unittest.TestCase):
    def test_hardly_larger_than_pillows(self):
        """Than zlib at level 6; of 8 bits with the best filter of each row."""
        for name in ('astronaut.png', 'chelsea.png'):
            with Image.open(bundled.path(name)) as image:
                pixels, file = np.asarray(image.convert('RGB')), io.BytesIO()
            Image.fromarray(pixels).save(file, 'PNG')
            self.assertLess(len(written(pixels)), 1.06 * file.tell())
            noise = np.random.RandomState(0).randint(0, 257, pixels.shape)
            deep = (pixels * 256. + noise).astype('uint16')
            lines = deep.astype('>u2').view('uint8').reshape(len(deep), -1)
            plain = len(zlib.compress(np.diff(lines, axis=0).tobytes(), 6))
            self.assertLess(len(written(deep)), 1.02 * plain)

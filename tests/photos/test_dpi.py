"""Dots per inch, wherever a file says them."""

import struct
import zlib

import numpy as np
import tifffile
from PIL import Image

from colorize.photos import photo_file
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

GREY = photo()[..., 1]


class TestDpi(PhotoFiles):
    def test_dpi(self):
        for name in ('a.png', 'a.tif', 'a.jpg'):
            found = self.read(Image.fromarray(GREY), name, dpi=(300, 600))
            np.testing.assert_allclose(found.dpi, (300, 600), rtol=1e-3)
            self.written(name, dpi=found.dpi)
            with Image.open(self.path(name)) as image:
                np.testing.assert_allclose([float(value) for value in
                                            image.info['dpi']], (300, 600),
                                           rtol=1e-3)

    def test_dpi_that_stand_in_exif_only(self):
        """Down is not as across; Pillow would say 300 twice, or 72."""
        said = Image.Exif()
        said.update({282: 300., 283: 150., 296: 2})
        for turn, unit, dpi in ((1, 2, (300, 150)), (6, 2, (150, 300)),
                                (1, 3, (762, 381)), (1, 1, None)):
            said.update({274: turn, 296: unit})
            for name in ('a.jpg', 'a.webp', 'a.png'):
                found = self.read(Image.fromarray(GREY), name,
                                  exif=said.tobytes())
                self.assertEqual(found.dpi, dpi)
        for name in ('b.webp', 'b.avif'):
            self.assertEqual(self.written(name, dpi=(300., 150.)), [])
            self.assertEqual(photo_file.read(self.path(name)).dpi,
                             (300, 150))
        self.assertEqual(self.written('b.ppm', dpi=(300., 150.)), [
            'its resolution cannot be held by PPM and is left out'])

    def test_pixels_that_are_not_square(self):
        """A ratio without a unit is said; one of 1 is none."""
        for across, notes in ((3, []), (4, ['that its pixels are not square '
                                            'is left out'])):
            Image.fromarray(GREY).save(self.path('a.jpg'))
            Image.fromarray(GREY).save(self.path('a.png'))
            tifffile.imwrite(self.path('a.tif'), GREY, resolution=(across, 3),
                             resolutionunit=1)
            ratio = struct.pack('>II', across, 3) + b'\0'
            self.put('a.jpg', 13, b'\0' + struct.pack('>HH', across, 3), 5)
            self.put('a.png', 33, struct.pack('>I', 9) + b'pHYs' + ratio
                     + struct.pack('>I', zlib.crc32(b'pHYs' + ratio)))
            for name in ('a.jpg', 'a.png', 'a.tif'):
                found = photo_file.read(self.path(name))
                self.assertEqual((found.notes, found.dpi), (notes, None))

    def put(self, name, place, part, instead_of=0):
        with open(self.path(name), 'rb') as file:
            content = file.read()
        with open(self.path(name), 'wb') as file:
            file.write(content[:place] + part + content[place + instead_of:])

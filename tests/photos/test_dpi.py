"""Dots per inch, wherever a file says them."""

import numpy as np
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

"""What a photo that failed leaves in memory."""

import gc
import resource
from unittest import mock

import numpy as np
from PIL import Image

from colorize.photos import decode, images, opening, photo_file
from tests.shared.photo_files import PhotoFiles


def resident():
    """MiB that the process has in memory now."""
    with open('/proc/self/statm') as file:
        return int(file.read().split()[1]) * resource.getpagesize() >> 20


class TestMemory(PhotoFiles):
    def test_an_error_that_is_kept_keeps_no_pixels(self):
        """Of a folder with many large bad photos, they would add up."""
        Image.new('RGB', (4000, 4000)).save(self.path('a.bmp'))
        with open(self.path('a.bmp'), 'r+b') as file:
            file.truncate(40_000_000)
        gc.collect()
        before, kept = resident(), []
        for _ in range(5):
            with self.assertRaises(images.ImageError) as caught:
                photo_file.read(self.path('a.bmp'))
            kept.append(caught.exception.with_traceback(None))
        self.assertLess(resident() - before, 100)

    def test_large_photos_come_in_strips(self):
        rng = np.random.RandomState(0)
        for mode, shape in (('L', (40, 30)), ('RGB', (41, 30, 3)),
                            ('CMYK', (3, 700, 4))):
            values = rng.randint(256, size=shape).astype('uint8')
            Image.fromarray(values, mode).save(self.path('a.tif'))
            with mock.patch.object(decode, 'STRIP', 500):
                with opening.opened(self.path('a.tif')) as source:
                    found = decode.raster(source, 1).values
            np.testing.assert_array_equal(found, values)

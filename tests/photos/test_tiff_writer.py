"""What is written as TIFF, read by tifffile (which unpacks by imagecodecs)."""

import itertools
import os

import numpy as np
import tifffile
from PIL import Image, ImageCms
from skimage import data

from colorize.photos import captions, photo_file, tiff_writer
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
DEEP = photo().astype('uint16') * 257 - np.arange(48, dtype='uint16')[
    :, None] % 7


class TestTiffWriter(PhotoFiles):
    def test_every_kind(self):
        """Both depths, with and without alpha, in one strip and several."""
        alpha = DEEP[::-1, :, 1].copy()
        for pixels, alpha, strip in itertools.product(
                (photo(), DEEP), (None, alpha), (1, 1000, 1 << 20)):
            tiff_writer.STRIP, before = strip, tiff_writer.STRIP
            self.addCleanup(setattr, tiff_writer, 'STRIP', before)
            if alpha is not None and pixels.dtype == np.uint8:
                alpha = (alpha >> 8).astype('uint8')
            self.assertEqual(self.written('a.tif', pixels, alpha=alpha), [])
            with tifffile.TiffFile(self.path('a.tif')) as file:
                page, found = file.pages.first, file.asarray()
            np.testing.assert_array_equal(found[..., :3], pixels)
            self.assertEqual((page.photometric, page.predictor), (2, 2))
            if alpha is not None:
                np.testing.assert_array_equal(found[..., 3], alpha)
                self.assertEqual(page.extrasamples, (2,))

    def test_what_stands_beside(self):
        """EXIF of every type with its groups, at both depths."""
        made = Image.Exif()
        made[271], made[18246], made[40091] = 'Maker', 4, b'T\0i\0\0\0'
        made[34665] = {36867: '2001:02:03 04:05:06', 33434: (1, 250),
                       37500: b'maker', 36864: b'0230',
                       40965: {1: 'R03', 2: b'0100'}}
        made[34853] = {1: 'N', 2: (51.0, 30.5, 1.25), 5: b'\1'}
        said = captions.Captions(b'<x:xmpmeta/>', b'\x1c\2\x78\0\1a', b'words',
                                 ())
        for pixels in (photo(), DEEP):
            self.assertEqual(self.written(
                'a.tif', pixels, exif=made.tobytes(), icc=SRGB, captions=said,
                dpi=(300., 600.)), [])
            with tifffile.TiffFile(self.path('a.tif')) as file:
                tags = {tag.code: tag.value for tag in file.pages.first.tags}
            camera, place = tags[34665], tags[34853]
            self.assertEqual(camera['DateTimeOriginal'],
                             '2001:02:03 04:05:06')
            self.assertEqual(camera['ExposureTime'], (1, 250))
            self.assertEqual(place['GPSLatitude'], (51, 1, 61, 2, 5, 4))
            self.assertEqual((tags[271], tags[18246]),
                             ('Maker', 4))
            self.assertEqual(tags[34675], SRGB)
            self.assertEqual(bytes(tags[33723]), said.iptc)
            self.assertEqual(bytes(tags[700]), said.xmp)
            self.assertEqual(tags[270], 'words')
            self.assertEqual((tags[282], tags[283]),
                             ((300, 1), (600, 1)))
            with Image.open(self.path('a.tif')) as image:
                self.assertEqual(image.getexif().get_ifd(40965)[1], 'R03')
            again = photo_file.read(self.path('a.tif'))
            self.assertEqual(again.captions.iptc, said.iptc)
            kept = Image.Exif()
            kept.load(again.exif)
            self.assertEqual(kept.get_ifd(34853)[2], (51, 30.5, 1.25))

    def test_as_small_as_tifffiles(self):
        grain = np.random.RandomState(0).randint(0, 999, (512, 512, 3))
        deep = (data.astronaut() * 250 + grain).astype('uint16')
        for pixels in (deep, data.astronaut()):
            self.written('a.tif', pixels)
            tifffile.imwrite(self.path('b.tif'), pixels, photometric='rgb',
                             compression='zlib', predictor=True)
            sizes = [os.path.getsize(self.path(name))
                     for name in ('a.tif', 'b.tif')]
            self.assertLess(sizes[0], 1.1 * sizes[1])

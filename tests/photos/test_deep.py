"""More than 8 bits of AVIF, HEIC, JPEG 2000, JPEG XL, and their colours."""

import struct
from unittest import mock

import imagecodecs
import numpy as np
import pillow_heif
from PIL import Image

from colorize.photos import images, photo_file
from tests.shared import icc
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

RGB = photo().astype('uint16') * 257 - np.arange(48, dtype='uint16')[
    :, None] % 7


def _linear():
    """sRGB's curve."""
    unit = np.linspace(0, 1, 4096)
    return np.where(unit <= .04045, unit / 12.92,
                    ((unit + .055) / 1.055) ** 2.4)


def _encoded(values):
    """As sRGB; libjxl takes 16 bits for linear."""
    unit = values / 65535
    return np.rint(65535 * np.where(
        unit <= .0031308, 12.92 * unit,
        1.055 * np.maximum(unit, 1e-9) ** (1 / 2.4) - .055))


class Deep(PhotoFiles):
    def of(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content)
        return photo_file.read(self.path(name))

    def agree(self, found, values, most):
        self.assertEqual((found.dtype, found.shape),
                         (np.uint16, values.shape))
        self.assertLessEqual(np.abs(found.astype(int)
                                    - values.astype(int)).max(), most)


class TestBits(Deep):
    def test_jpeg_2000(self):
        for bits in (12, 16):
            for values in (RGB, RGB[..., 0], np.dstack([RGB, RGB[..., 1]])):
                found = self.of('a.jp2', imagecodecs.jpeg2k_encode(
                    values >> (16 - bits), level=0, bitspersample=bits))
                most = 65535 >> bits
                self.assertEqual(found.notes, [])
                if found.alpha is not None:
                    self.agree(found.alpha, RGB[..., 1], most)
                    values = values[..., :3]
                self.agree(found.pixels, values, most)

    def test_jpeg_2000_of_few_bits(self):
        """White is white."""
        for bits in (1, 4, 7):
            values = photo() >> (8 - bits)
            scaled = np.rint(values * (255 / (2 ** bits - 1)))
            for form in ('jp2', 'j2k'):
                for place in (slice(0, 1), slice(None), [0, 1, 2, 0]):
                    found = self.of('a.jp2', imagecodecs.jpeg2k_encode(
                        np.ascontiguousarray(values[..., place]), level=0,
                        bitspersample=bits, codecformat=form))
                    np.testing.assert_array_equal(
                        found.pixels, scaled[..., place][..., :3].squeeze())
                    if isinstance(place, list):
                        np.testing.assert_array_equal(found.alpha,
                                                      scaled[..., 0])

    def test_avif(self):
        for bits in (10, 12):
            content = imagecodecs.avif_encode(RGB >> (16 - bits), level=100,
                                              bitspersample=bits)
            self.agree(self.of('a.avif', content).pixels, RGB, 1 << 16 - bits)

    def test_heic(self):
        made = pillow_heif.from_bytes('RGB;16', (48, 40), RGB.tobytes())
        made.save(self.path('a.heic'), quality=-1, chroma=444)
        found = photo_file.read(self.path('a.heic'))
        self.agree(found.pixels, RGB, 4 * 64)
        self.assertGreater(len(np.unique(found.pixels)), 300)

    def test_jpeg_xl(self):
        for values in (RGB, RGB[..., 0]):
            found = self.of('a.jxl', imagecodecs.jpegxl_encode(
                values, lossless=True))
            self.agree(found.colors if values.ndim == 3 else found.pixels,
                       _encoded(values), 400)

    def test_what_only_pillow_reads(self):
        """As 8 bits, which is said: here luma and chroma."""
        content = imagecodecs.jpeg2k_encode(RGB, level=0, codecformat='jp2')
        place = content.index(b'colr\1') + 7
        found = self.of('a.jp2', content[:place] + struct.pack('>I', 18)
                        + content[place + 4:])
        self.assertEqual(found.pixels.dtype, np.uint8)
        self.assertEqual(found.notes, ['its 16 bits are read as 8'])

    def test_a_codestream_larger_than_the_file_says(self):
        content = imagecodecs.jpeg2k_encode(RGB, level=0, codecformat='jp2')
        place = content.index(b'\xff\x4f\xff\x51') + 8
        content = content[:place] + struct.pack('>II', 60000, 60000) \
            + content[place + 8:]
        with mock.patch.object(imagecodecs, 'jpeg2k_decode') as decode, \
                self.assertRaises(images.ImageError):
            self.of('a.jp2', content)
        decode.assert_not_called()


class TestColours(Deep):
    def avif(self, primaries, curve):
        content = imagecodecs.avif_encode(RGB >> 6, level=100,
                                          bitspersample=10)
        place = content.index(b'colrnclx') + 8
        return self.of('a.avif', content[:place] + struct.pack(
            '>HH', primaries, curve) + content[place + 4:])

    def test_by_number(self):
        for primaries, curve in ((2, 2), (1, 13), (1, 1), (2, 6)):
            self.assertIsNone(self.avif(primaries, curve).icc)
        found = self.avif(12, 13)
        truth = imagecodecs.cms_transform(
            RGB, icc.rgb(icc.P3, _linear()), imagecodecs.cms_profile('srgb'),
            colorspace='rgb', outcolorspace='rgb')
        error = np.abs(found.colors.astype(int) - truth.astype(int))
        self.assertLess(np.quantile(error, .99), 400)
        self.assertEqual(self.avif(9, 16).notes, [
            'HDR (its cICP) is not known and left out'])

    def test_profile_in_a_jpeg_2000(self):
        content = imagecodecs.jpeg2k_encode(photo(), level=0,
                                            codecformat='jp2')
        profile, place = icc.rgb(icc.ADOBE, 2.2), content.index(b'colr\1')
        box = b'colr\2\0\0' + profile
        content = (content[:place - 4] + struct.pack('>I', 4 + len(box))
                   + box + content[place + 11:])
        place = content.index(b'jp2h') - 4
        size, = struct.unpack_from('>I', content, place)
        content = content[:place] + struct.pack(
            '>I', size + len(profile) - 4) + content[place + 4:]
        Image.open(self._kept(content)).load()  # a whole file
        found = self.of('a.jp2', content)
        self.assertEqual((found.icc, found.space), (profile, 'uint8'))

    def _kept(self, content):
        with open(self.path('b.jp2'), 'wb') as file:
            file.write(content)
        return self.path('b.jp2')

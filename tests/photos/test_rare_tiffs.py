"""TIFFs that few programs write: bits, channels and palettes."""

import struct

import numpy as np
import tifffile

from colorize.photos import images, photo_file
from tests.photos.test_tiffs import GREY, RGB, Tiffs
from tests.shared.photos import photo


class TestRare(Tiffs):
    def changed(self, tag, value):
        with tifffile.TiffFile(self.path('a.tif'), mode='r+b') as file:
            file.pages.first.tags[tag].overwrite(value)
        return photo_file.read(self.path('a.tif'))

    def renamed(self, tag, other):
        """With an entry of one number as another."""
        with open(self.path('a.tif'), 'r+b') as file:
            file.seek(file.read().index(struct.pack('<HHI', tag, 3, 1)))
            file.write(struct.pack('<H', other))
        return photo_file.read(self.path('a.tif'))

    def test_alpha_behind_a_channel_of_unknown_meaning(self):
        for values in (RGB, photo()):
            found = self.wrote(np.dstack([values, values[..., :2]]),
                               photometric='rgb', extrasamples=[
                                   'unspecified', 'unassalpha'])
            np.testing.assert_array_equal(found.pixels, values)
            np.testing.assert_array_equal(found.alpha, values[..., 1])
            self.assertRegex(found.notes[0], 'unknown meaning')

    def test_twenty_four_bits(self):
        """Written as three channels of 8; their values stay."""
        for order in '<>':
            values = GREY.astype('uint32') * 257 % 2 ** 24
            values[0, 0] = 2 ** 24 - 1
            parts = values.astype(f'{order}u4').view('uint8').reshape(
                40, 48, 4)[..., :3] if order == '<' else values.astype(
                    '>u4').view('uint8').reshape(40, 48, 4)[..., 1:]
            self.wrote(parts.reshape(40, 144), photometric='minisblack',
                       byteorder=order)
            for tag, value in ((256, 48), (258, 24)):
                found = self.changed(tag, value)
            np.testing.assert_allclose(found.pixels, np.rint(
                values * (65535 / (2 ** 24 - 1))), atol=1)

    def test_bits_of_a_byte_in_the_other_order(self):
        turned = np.packbits(np.unpackbits(photo()[..., None], axis=3)[
            ..., ::-1], axis=3)[..., 0]
        for kind, values in (('rgb', turned),
                             ('minisblack', turned[..., 1]),
                             ('miniswhite', turned[..., 1])):
            self.wrote(values, photometric=kind, tile=(16, 16),
                       extratags=[(263, 'H', 1, 2, True)])
            found = self.renamed(263, 266)
            right = photo() if values.ndim == 3 else photo()[..., 1]
            np.testing.assert_array_equal(
                found.pixels, 255 - right if kind == 'miniswhite' else right)

    def test_what_says_not_whether_white_is_nothing(self):
        for values in (photo(), photo()[..., 1], RGB, GREY):
            self.wrote(values, photometric='rgb' if values.ndim == 3
                       else 'miniswhite', compression='zlib')
            found = self.renamed(262, 261)  # which is unknown
            np.testing.assert_array_equal(found.pixels, values)

    def test_channels_of_several_depths(self):
        self.wrote(photo(), photometric='rgb')
        with self.assertRaisesRegex(images.ImageError, '5, 6, 5 bits is not'):
            self.changed(258, (5, 6, 5))

    def test_palettes_of_two_colours_and_of_eight_bits(self):
        colors = np.arange(768).reshape(3, 256).astype('uint16') % 251
        found = self.wrote(photo()[..., 1], photometric='palette',
                           colormap=colors)
        np.testing.assert_array_equal(found.pixels,
                                      colors.T[photo()[..., 1]])
        bits = photo()[..., 1] > 127
        self.wrote(bits, photometric='minisblack', byteorder='>',
                   bigtiff=True, compression='packbits', extratags=[
                       (320, 'H', 6, (0, 9, 0, 8, 0, 7), True)])
        found = self.changed(262, 3)
        np.testing.assert_array_equal(found.pixels[bits].T, np.repeat(
            [[9], [8], [7]], bits.sum(), axis=1))

"""TIFFs that scanners and programs write: what tifffile wrote is read."""

import itertools
import struct

import numpy as np
import tifffile
from PIL import Image
from skimage.color import lab2rgb

from colorize.photos import images, photo_file
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

RGB = photo().astype('uint16') * 257 - np.arange(48, dtype='uint16')[
    :, None] % 7
GREY = RGB[..., 1]


class Tiffs(PhotoFiles):
    def wrote(self, values, **options):
        tifffile.imwrite(self.path('a.tif'), values, **options)
        return photo_file.read(self.path('a.tif'))

    def refuse(self, words):
        with self.assertRaisesRegex(images.ImageError, words):
            photo_file.read(self.path('a.tif'))


class TestLayouts(Tiffs):
    def test_sixteen_bits_in_every_layout(self):
        """Planes or pixels, strips or tiles, packed or not, both orders."""
        for planes, tile, packed, order in itertools.product(
                ('contig', 'separate'), (None, (16, 32)),
                (None, 'zlib', 'lzw', 'zstd'), '<>'):
            values = RGB if planes == 'contig' else np.moveaxis(RGB, -1, 0)
            found = self.wrote(
                values, photometric='rgb', planarconfig=planes, tile=tile,
                compression=packed, byteorder=order,
                predictor=packed and planes == 'contig')
            self.assertEqual(found.notes, [])
            np.testing.assert_array_equal(found.pixels, RGB)
            self.assertEqual(images.load(self.path('a.tif')).dtype, 'uint8')

    def test_grey_with_white_as_nothing(self):
        for kind, order in itertools.product(
                ('miniswhite', 'minisblack'), '<>'):
            stored = 65535 - GREY if kind == 'miniswhite' else GREY
            found = self.wrote(stored, photometric=kind, byteorder=order)
            np.testing.assert_array_equal(found.pixels, GREY)
        eight = photo()[..., 1]
        found = self.wrote(255 - eight, photometric='miniswhite')
        np.testing.assert_array_equal(found.pixels, eight)

    def test_alpha_of_sixteen_bits(self):
        alpha = np.maximum(GREY[::-1], 9)
        both = np.dstack([GREY, alpha])
        found = self.wrote(both, photometric='minisblack',
                           planarconfig='contig', extrasamples=['unassalpha'])
        np.testing.assert_array_equal(found.pixels, GREY)
        np.testing.assert_array_equal(found.alpha, alpha)
        multiplied = np.rint(RGB * (alpha[..., None] / 65535))
        found = self.wrote(np.dstack([multiplied, alpha]).astype('uint16'),
                           photometric='rgb', extrasamples=['assocalpha'])
        clear = alpha > 6000
        np.testing.assert_allclose(found.pixels[clear], RGB[clear], atol=6)
        np.testing.assert_array_equal(found.alpha, alpha)

    def test_channels_of_unknown_meaning(self):
        for values in (np.dstack([RGB, GREY, GREY]),
                       np.dstack([photo(), photo()[..., :2]])):
            found = self.wrote(
                values, photometric='rgb',
                extrasamples=['unspecified', 'unspecified'])
            np.testing.assert_array_equal(found.pixels, values[..., :3])
            self.assertIsNone(found.alpha)
        for values in (RGB, photo()):
            found = self.wrote(np.dstack([values, values[..., 0]]),
                               photometric='rgb',
                               extrasamples=['unspecified'])
            self.assertRegex(found.notes[0], 'unknown meaning')

    def test_planes_of_eight_bits(self):
        planes = np.moveaxis(np.dstack([photo(), photo()[..., 1] | 1]), -1, 0)
        for extra in ('unassalpha', 'assocalpha', 'unspecified'):
            found = self.wrote(planes.copy(), photometric='rgb',
                               planarconfig='separate', extrasamples=[extra])
            if extra == 'unspecified':
                self.assertIsNone(found.alpha)
            else:
                np.testing.assert_array_equal(found.alpha, planes[3])
            if extra != 'assocalpha':
                np.testing.assert_array_equal(found.pixels, photo())
        for packed in (None, 'zlib', 'lzw'):
            found = self.wrote(planes[1::2].copy(), photometric='minisblack',
                               planarconfig='separate', compression=packed,
                               extrasamples=['unassalpha'])
            np.testing.assert_array_equal(found.pixels, planes[1])
            np.testing.assert_array_equal(found.alpha, planes[3])

    def test_values_with_a_sign(self):
        for kind in ('int8', 'int16'):
            most = np.iinfo(kind).max
            found = self.wrote((GREY >> 1 if most > 127 else GREY >> 9
                                ).astype(kind), photometric='minisblack')
            np.testing.assert_allclose(found.pixels, GREY, atol=65535 / most)

    def test_floats(self):
        unit = (RGB / 65535).astype('float32')
        np.testing.assert_array_equal(
            self.wrote(unit, photometric='rgb').pixels, RGB)
        np.testing.assert_array_equal(
            self.wrote(unit[..., 1], photometric='minisblack').pixels, GREY)
        for wrong, words in ((2, '0 to 1'), (np.nan, 'no numbers'),
                             (-0.5, '0 to 1')):
            unit[3, 4, 1] = wrong
            tifffile.imwrite(self.path('a.tif'), unit, photometric='rgb')
            self.refuse(words)

    def test_thirty_two_bits(self):
        wide = RGB.astype('uint32') * 65537
        np.testing.assert_array_equal(
            self.wrote(wide, photometric='rgb').pixels, RGB)

    def test_thirty_two_bits_that_hold_eight_or_sixteen(self):
        for values, white, said in ((photo(), 255, 1), (RGB, 65535, 0)):
            for kind in ('uint32', 'int32'):
                found = self.wrote(values.astype(kind), photometric='rgb')
                np.testing.assert_array_equal(
                    found.pixels, values * np.uint16(65535 // white))
                self.assertEqual(len(found.notes), said)
                for note in found.notes:
                    self.assertIn('32 bits, none above 255', note)

    def test_ink_of_sixteen_bits(self):
        ink = np.dstack([65535 - RGB, np.full(GREY.shape, 6553, 'uint16')])
        found = self.wrote(ink, photometric='separated')
        np.testing.assert_allclose(found.pixels, RGB * 0.9, atol=2)

    def test_cielab(self):
        """By scikit-image, whose white is D65: greys only, then hues."""
        lab = np.zeros((1, 101, 3))
        lab[0, :, 0] = np.arange(101)
        stored = np.rint(lab * (255 / 100, 1, 1)).astype('int16')
        expected = lab2rgb(np.rint(lab * 2.55) / 2.55)[..., 1]
        found = self.wrote(stored.astype('uint8'), photometric='cielab')
        np.testing.assert_allclose(found.pixels[..., 1] / 255,
                                   expected, atol=.006)
        deep = np.rint(lab * (65535 / 100, 256, 256)).astype('uint16')
        found = self.wrote(deep, photometric='cielab')
        np.testing.assert_allclose(found.pixels[..., 1] / 65535,
                                   lab2rgb(lab)[..., 1], atol=.001)
        hues = np.array([[[60, 50, 0], [60, -50, 0], [60, 0, 50],
                          [60, 0, -50]]])
        found = self.wrote((hues * (655.35, 256, 256)).astype(
            'int16').view('uint16'), photometric='cielab').pixels[0]
        strongest = found.argmax(axis=-1)
        self.assertEqual(strongest.tolist()[:2], [0, 1])
        self.assertEqual(strongest[3], 2)
        self.assertLess(found[2, 2], found[2, :2].min())

    def test_packed_as_webp(self):
        found = self.wrote(photo(), photometric='rgb', compression='webp',
                           compressionargs={'level': -1})
        self.assertLess(np.abs(found.pixels.astype(int)
                               - photo()).mean(), 4)

    def test_palettes(self):
        few = Image.fromarray(photo()).quantize(16)
        for kind, packed, order in itertools.product(
                ('uint8', 'uint16'), (None, 'zlib', 'zstd'), '<>'):
            colors = np.zeros((3, 256 ** np.dtype(kind).itemsize), 'uint16')
            colors[:, :16] = 257 * np.reshape(few.getpalette()[:48],
                                              (16, 3)).T
            found = self.wrote(np.asarray(few).astype(kind), byteorder=order,
                               photometric='palette', colormap=colors,
                               compression=packed)
            np.testing.assert_array_equal(found.pixels, few.convert('RGB'))

    def test_luma_and_chroma(self):
        """As they are, or halved in a JPEG in a file that is not Pillow's."""
        parts = Image.fromarray(photo()).convert('YCbCr')
        for packed in (None, 'zlib', 'zstd'):
            found = self.wrote(np.asarray(parts), photometric='ycbcr',
                               compression=packed,
                               extratags=[(530, 'H', 2, (1, 1), True)])
            np.testing.assert_allclose(found.pixels.astype(int),
                                       parts.convert('RGB'), atol=1)
        found = self.wrote(photo(), photometric='rgb', compression='jpeg',
                           bigtiff=True, byteorder='>')
        np.testing.assert_array_equal(found.pixels,
                                      tifffile.imread(self.path('a.tif')))


class TestPages(Tiffs):
    def test_whatever_the_later_pages_are(self):
        few = Image.fromarray(photo()).quantize(16)
        floats = np.zeros((5, 6), 'float32')
        for later in (few, few.convert('1'), Image.fromarray(floats),
                      Image.fromarray(GREY), few.convert('CMYK')):
            Image.fromarray(photo()).save(
                self.path('a.tif'), save_all=True, append_images=[later])
            found = photo_file.read(self.path('a.tif'))
            np.testing.assert_array_equal(found.pixels, photo())
            self.assertEqual(
                found.notes, ['only the first of its 2 pages is coloured'])

    def test_a_chain_that_leads_nowhere_or_back(self):
        for values in (photo(), RGB):
            tifffile.imwrite(self.path('a.tif'), values, photometric='rgb')
            with tifffile.TiffFile(self.path('a.tif')) as file:
                page = file.pages.first
                place = page.offset + 2 + 12 * len(page.tags)
            for pointer in (0xfffffff0, page.offset, 4):
                with open(self.path('a.tif'), 'r+b') as file:
                    file.seek(place)
                    file.write(struct.pack('<I', pointer))
                found = photo_file.read(self.path('a.tif'))
                np.testing.assert_array_equal(found.pixels, values)
                self.assertIn('only the first of its', found.notes[0])


class TestTorn(Tiffs):
    def test_parts_that_are_missing(self):
        for packed, tile in itertools.product((None, 'lzw', 'zlib'),
                                              (None, (16, 16))):
            tifffile.imwrite(self.path('a.tif'), RGB, photometric='rgb',
                             compression=packed, tile=tile, rowsperstrip=8)
            with open(self.path('a.tif'), 'rb') as file:
                content = file.read()
            for size in np.linspace(500, len(content) - 9, 9).astype(int):
                with open(self.path('a.tif'), 'wb') as file:
                    file.write(content[:size])
                self.refuse('not a readable photo')

    def test_parts_of_no_bytes_or_outside(self):
        """tifffile would fill in black."""
        for packed, tag, value in ((None, 279, 0), ('zlib', 279, 0),
                                   ('zlib', 273, 10 ** 8)):
            tifffile.imwrite(self.path('a.tif'), RGB, photometric='rgb',
                             compression=packed, rowsperstrip=8)
            with tifffile.TiffFile(self.path('a.tif'), mode='r+b') as file:
                found = file.pages.first.tags[tag]
                found.overwrite((value,) + tuple(found.value)[1:])
            self.refuse('truncated')

    def test_tiles_far_larger_than_the_picture(self):
        tifffile.imwrite(self.path('a.tif'), RGB, photometric='rgb',
                         tile=(16, 16), compression='zlib')
        with tifffile.TiffFile(self.path('a.tif'), mode='r+b') as file:
            file.pages.first.tags[322].overwrite(1 << 20)
        self.refuse('tiles of|truncated')

    def test_damaged_lzw(self):
        """The decoder would read outside of its table, and crash."""
        floats = (photo()[..., 1] / 255).astype('float32')
        Image.fromarray(floats).save(self.path('a.tif'),
                                     compression='tiff_lzw')
        with open(self.path('a.tif'), 'r+b') as file:
            for place, value in ((9, 111), (29, 151)):
                file.seek(place)
                file.write(bytes([value]))
        self.refuse('LZW_CORRUPT')

    def test_a_size_of_many_numbers(self):
        """Times the height, they would be millions."""
        tifffile.imwrite(self.path('a.tif'), 65535 - GREY,
                         photometric='miniswhite', byteorder='>')
        with tifffile.TiffFile(self.path('a.tif'), mode='r+b') as file:
            file.pages.first.tags[257].overwrite(1 << 20)
            place = file.pages.first.tags[256].offset
        with open(self.path('a.tif'), 'r+b') as file:
            file.seek(place + 2)
            file.write(struct.pack('>HII', 3, 20, 8))
        self.refuse('its size is damaged')

    def test_too_many_pixels(self):
        for order in '<>':  # the second Pillow does not know
            tifffile.imwrite(self.path('a.tif'), RGB, photometric='rgb',
                             bigtiff=True, byteorder=order)
            with tifffile.TiffFile(self.path('a.tif'), mode='r+b') as file:
                for tag in (256, 257):
                    file.pages.first.tags[tag].overwrite(60000)
            self.refuse('larger than 178 megapixels')


class TestTurned(Tiffs):
    def test_dots_per_inch_turn_with_it(self):
        for turn, dpi in ((1, (600, 300)), (3, (600, 300)), (6, (300, 600)),
                          (8, (300, 600))):
            found = self.wrote(RGB, photometric='rgb', resolution=(600, 300),
                               resolutionunit='INCH',
                               extratags=[(274, 'H', 1, turn, True)])
            self.assertEqual(found.dpi, dpi)
            self.assertEqual(found.pixels.shape[:2],
                             RGB.shape[:2] if turn < 5 else (48, 40))

    def test_in_files_that_pillow_does_not_open(self):
        """Their entries are read, too: turn, resolution, captions."""
        iptc = b'\x1c\x02\x78\0\x03abc'
        entries = [(274, 'H', 1, 6, True), (315, 's', 0, 'Ann', True),
                   (33723, 'I', 2, struct.unpack('>2I', iptc), True)]
        for values, kind in ((65535 - GREY, 'miniswhite'),
                             (GREY.astype('uint32'), 'minisblack')):
            for large in (False, True):
                found = self.wrote(
                    values, photometric=kind, byteorder='>', bigtiff=large,
                    resolution=(600, 300), resolutionunit='INCH',
                    extratags=entries)
                np.testing.assert_array_equal(found.pixels,
                                              np.rot90(GREY, -1))
                self.assertEqual(found.dpi, (300, 600))
                self.assertIn(b'Ann', found.exif)
                self.assertEqual(found.captions.iptc, iptc)

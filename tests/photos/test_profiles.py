"""Colour profiles: by their definition, and by littleCMS in 8 bits."""

import io

import numpy as np
import tifffile
from PIL import Image, ImageCms

from colorize.color import rounding
from colorize.photos import photo_file
from tests.shared import icc
from tests.shared.photo_files import PhotoFiles
from tests.shared.photos import photo

GREY = photo()[..., 1]
DEEP = GREY.astype('uint16') * 257 - np.arange(48, dtype='uint16') % 2


def encoded(linear):
    """sRGB's transfer function (IEC 61966-2-1)."""
    return np.where(linear > .0031308, 1.055 * np.maximum(
        linear, 1e-9) ** (1 / 2.4) - .055, 12.92 * linear)


def luminance(values, primaries, power):
    """Y (D65, as sRGB's) of RGB in 0 to 1, by a profile's definition."""
    linear = (values ** power) @ np.array(primaries) @ np.linalg.inv(
        np.array(icc.SRGB))
    return np.clip(linear @ (.212671, .715160, .072169), 0, 1)


class TestGrey(PhotoFiles):
    def test_in_its_own_depth(self):
        """Of 16 bits, to a level of 16 bits."""
        curves = ((1.8, lambda unit: unit ** (461 / 256)),
                  (1.0, lambda unit: unit),
                  (icc.dot_gain(), lambda unit: np.interp(
                      unit, np.linspace(0, 1, 256), icc.dot_gain())))
        for curve, linear in curves:
            for pixels, most in ((GREY, 255), (DEEP, 65535)):
                for name in ('a.png', 'a.tif'):
                    found = self.read(Image.fromarray(pixels), name,
                                      icc_profile=icc.gray(curve))
                    self.assertIsNone(found.icc)
                    self.assertRegex(found.notes[0], 'by its grey profile')
                    self.assertEqual(found.pixels.dtype, pixels.dtype)
                    expected = most * encoded(linear(pixels / most))
                    np.testing.assert_allclose(found.pixels, expected,
                                               atol=1 + 9 * (most > 255))

    def test_in_a_format_that_knows_no_grey(self):
        for name in ('a.webp', 'a.avif'):
            found = self.read(Image.fromarray(GREY), name, quality=100,
                              icc_profile=icc.gray(1.8))
            np.testing.assert_allclose(
                found.pixels, 255 * encoded((GREY / 255) ** (461 / 256)),
                atol=8)
        found = self.read(Image.fromarray(photo()),
                          icc_profile=icc.gray(1.8))
        self.assertRegex(found.notes[0], 'does not fit')

    def test_a_profile_with_a_damaged_curve(self):
        broken = icc.gray(1.8)[:-8]
        found = self.read(Image.fromarray(DEEP), 'a.tif', icc_profile=broken)
        self.assertRegex(found.notes[0], 'profile does not fit')
        np.testing.assert_array_equal(found.pixels, DEEP)


class TestWide(PhotoFiles):
    """The photo's own space: in and out by its profile."""

    SPACES = {'P3': (icc.P3, 563 / 256), 'Adobe': (icc.ADOBE, 563 / 256),
              'ProPhoto': (icc.PROPHOTO, 461 / 256), 'linear': (icc.SRGB, 1)}

    def test_the_photos_grey_is_its_lightness(self):
        for name, (primaries, power) in self.SPACES.items():
            profile = icc.rgb(primaries, power)
            for values, most in ((photo(), 255), (GREY, 255)):
                found = self.read(Image.fromarray(values),
                                  icc_profile=profile)
                self.assertEqual((found.space, found.notes), ('uint8', []))
                rgb = values if values.ndim == 3 else np.repeat(
                    values[..., None], 3, axis=2)
                expected = encoded(luminance(rgb / most, primaries, power))
                np.testing.assert_allclose(found.pixels / 65535, expected,
                                           atol=2e-4, err_msg=name)

    def test_as_if_converted_first(self):
        """What is painted in sRGB is the same colour in the photo's space,
        by littleCMS in 8 bits."""
        painted = photo(3).astype('uint16') * 257
        for primaries, power in self.SPACES.values():
            profile = icc.rgb(primaries, power)
            read = self.read(Image.fromarray(GREY), icc_profile=profile)
            photo_file.write(self.path('b.png'),
                             read._replace(pixels=painted))
            with Image.open(self.path('b.png')) as image:
                self.assertEqual(image.info['icc_profile'], profile)
                back = np.asarray(ImageCms.profileToProfile(
                    image, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                    ImageCms.createProfile('sRGB')))
            # A wide space's steps of 8 bits are larger than sRGB's, and a
            # linear one's most of all in the dark.
            most = 3 if power > 1 else 14
            self.assertLessEqual(np.abs(back.astype(int) - photo(3)).max(),
                                 most)

    def test_lightness_in_that_space(self):
        painted = photo(3).astype('uint16') * 257
        for primaries, power in self.SPACES.values():
            read = self.read(Image.fromarray(DEEP), 'a.tif',
                             icc_profile=icc.rgb(primaries, power))
            self.assertEqual(read.space, 'uint16')
            photo_file.write(self.path('b.tif'),
                             read._replace(pixels=painted))
            found = luminance(tifffile.imread(self.path('b.tif')) / 65535,
                              primaries, power)
            np.testing.assert_allclose(
                encoded(found), rounding.grays(painted) / 65535, atol=4e-4)

    def test_sixteen_bits_keep_profile_and_depth(self):
        deep = photo().astype('uint16') * 257
        profile = icc.rgb(icc.ADOBE, 2.2)
        for name in ('a.png', 'a.tif'):
            self.written(name, deep, icc=profile, space='uint16')
            found = photo_file.read(self.path(name))
            self.assertEqual((found.icc, found.space), (profile, 'uint16'))

    def test_srgb_by_another_maker_stays_as_it_is(self):
        unit = np.linspace(0, 1, 1024)
        curve = np.where(unit > .04045, ((unit + .055) / 1.055) ** 2.4,
                         unit / 12.92)
        profile = icc.rgb(icc.SRGB, curve)
        found = self.read(Image.fromarray(photo()), icc_profile=profile)
        self.assertEqual((found.space, found.icc), (None, profile))
        np.testing.assert_array_equal(found.pixels, photo())

    def test_colours_to_compare_with_are_of_srgb(self):
        profile = icc.rgb(icc.ADOBE, 2.2)
        found = self.read(Image.fromarray(photo()), icc_profile=profile)
        expected = ImageCms.profileToProfile(
            Image.fromarray(photo()), ImageCms.ImageCmsProfile(
                io.BytesIO(profile)), ImageCms.createProfile('sRGB'))
        self.assertLessEqual(np.abs(
            found.colors / 257 - np.asarray(expected)).max(), 1)

    def test_a_scanners_that_has_no_way_back(self):
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc.scanner()))
        for given in (photo(), GREY):
            values = np.stack([given] * 3, -1) if given is GREY else given
            expected = np.asarray(ImageCms.profileToProfile(
                Image.fromarray(values), profile,
                ImageCms.createProfile('sRGB'))).astype(int)
            found = self.read(Image.fromarray(given), 'a.jpg', quality=100,
                              subsampling=0, icc_profile=icc.scanner())
            self.assertRegex(found.notes[0], 'none to write in')
            self.assertEqual((found.icc, found.space), (None, None))
            self.assertLess(np.abs(found.pixels - expected).mean(), 1)
            tifffile.imwrite(self.path('a.tif'),
                             values.astype('uint16') * 257,
                             photometric='rgb', iccprofile=icc.scanner())
            found = photo_file.read(self.path('a.tif')).pixels
            self.assertLess(np.abs(found / 257 - expected).max(), 2)

    def test_a_format_without_profiles_gets_srgb(self):
        painted = photo(3).astype('uint16') * 257
        notes = self.written('a.bmp', painted, icc=icc.rgb(icc.ADOBE, 2.2),
                             space='uint8')
        self.assertIn('BMP holds no profile; it is in sRGB', notes)
        with Image.open(self.path('a.bmp')) as image:
            np.testing.assert_array_equal(np.asarray(image), photo(3))

    def test_bits_are_lost_of_what_had_them(self):
        """Within, a photo in a wide space has 16 in any case."""
        for dtype, lost in (('uint8', False), ('uint16', True)):
            for name in ('a.bmp', 'a.gif', 'a.ppm', 'a.jp2', 'a.jpg'):
                notes = self.written(name, photo().astype('uint16') * 257,
                                     icc=icc.rgb(icc.ADOBE, 2.2), space=dtype)
                self.assertEqual('holds 8 of its 16 bits' in str(notes), lost,
                                 name)


class TestSaidOtherwise(PhotoFiles):
    def exif(self, index):
        made = Image.Exif()
        made[34665] = {40961: 65535, 40965: {1: index, 2: b'0100'}}
        return made.tobytes()

    def test_adobe_by_the_cameras_rule(self):
        for index, wide in (('R03', True), ('R98', False)):
            found = self.read(Image.fromarray(photo()), 'a.jpg', quality=100,
                              subsampling=0, exif=self.exif(index))
            self.assertEqual(bool(found.space), wide)
            if wide:
                with Image.open(self.path('a.jpg')) as image:
                    values = np.asarray(image)
                np.testing.assert_allclose(
                    found.pixels / 65535, encoded(luminance(
                        values / 255, icc.ADOBE, 563 / 256)), atol=1e-3)

    def test_adobe_of_a_grey_photo(self):
        """Its result is in that space, and reads as what was painted."""
        for name in ('a.jpg', 'a.png'):
            found = self.read(Image.fromarray(GREY), name, quality=100,
                              exif=self.exif('R03'))
            self.assertEqual(found.space, 'uint8')
            with Image.open(self.path(name)) as image:
                unit = np.asarray(image.convert('RGB')) / 255
            np.testing.assert_allclose(found.pixels / 65535, encoded(
                luminance(unit, icc.ADOBE, 563 / 256)), atol=1e-3)
            painted = np.repeat(found.pixels[..., None], 3, axis=2)
            painted[..., 0] //= 2
            self.assertEqual(photo_file.write(
                self.path('b.png'), found._replace(pixels=painted)), [])
            again = photo_file.read(self.path('b.png'))
            self.assertEqual(again.icc, found.icc)
            self.assertLess(np.abs(again.colors / 257
                                   - painted / 257).max(), 3)

    def test_adobe_is_not_said_of_what_is_converted(self):
        """By a profile, or from ink: the result is in sRGB without one."""
        for image, options in (
                (Image.fromarray(GREY), {'icc_profile': icc.gray(1.8)}),
                (Image.fromarray(photo()), {'icc_profile': icc.scanner()}),
                (Image.fromarray(photo()), {'icc_profile': b'damaged'}),
                (Image.fromarray(photo()).convert('CMYK'), {})):
            found = self.read(image, 'a.jpg', exif=self.exif('R03'),
                              **options)
            rgb = found.pixels if found.pixels.ndim == 3 else np.repeat(
                found.pixels[..., None], 3, axis=2)
            photo_file.write(self.path('b.png'), found._replace(pixels=rgb))
            again = photo_file.read(self.path('b.png'))
            self.assertEqual((again.icc, again.space), (None, None))
            np.testing.assert_array_equal(again.pixels, rgb)
            with Image.open(self.path('b.png')) as result:
                self.assertEqual(result.getexif().get_ifd(34665),
                                 {40961: 1})

    def test_gamma_of_a_png(self):
        from PIL.PngImagePlugin import PngInfo
        for number, power in ((100000, 1), (55556, 1.8)):
            info = PngInfo()
            info.add(b'gAMA', number.to_bytes(4, 'big'))
            found = self.read(Image.fromarray(GREY), pnginfo=info)
            np.testing.assert_allclose(
                found.pixels, 255 * encoded((GREY / 255) ** power), atol=1)
            self.assertTrue(self.read(Image.fromarray(photo()),
                                      pnginfo=info).space)
        info = PngInfo()
        info.add(b'gAMA', (45455).to_bytes(4, 'big'))
        found = self.read(Image.fromarray(photo()), pnginfo=info)
        self.assertEqual((found.space, found.icc, found.notes),
                         (None, None, []))

    def test_primaries_that_cannot_be(self):
        from PIL.PngImagePlugin import PngInfo
        info = PngInfo()
        info.add(b'cHRM', bytes(32))
        found = self.read(Image.fromarray(photo()), pnginfo=info)
        np.testing.assert_array_equal(found.pixels, photo())
        self.assertEqual(found.notes, ['a cHRM of no colours is not known '
                                       'and left out'])

    def test_code_points_of_a_png(self):
        from PIL.PngImagePlugin import PngInfo
        for code, wide, note in ((b'\x0c\x0d\0\1', True, 0),
                                 (b'\x01\x0d\0\1', False, 0),
                                 (b'\x09\x10\0\1', False, 1)):
            info = PngInfo()
            info.add(b'cICP', code)
            found = self.read(Image.fromarray(photo()), pnginfo=info)
            self.assertEqual((bool(found.space), len(found.notes)),
                             (wide, note))
        info = PngInfo()
        info.add(b'cICP', b'\x0c\x0d\0\1')
        found = self.read(Image.fromarray(photo()), pnginfo=info)
        linear = np.where(photo() > 10.3, ((photo() / 255 + .055)
                                           / 1.055) ** 2.4, photo() / 3294.6)
        np.testing.assert_allclose(found.pixels / 65535, encoded(
            luminance(linear, icc.P3, 1)), atol=1e-3)

"""Colours in whole numbers, with the grey of the photo to the last bit."""

import unittest

import numpy as np

from colorize import color
from colorize.color import rounding
from tests.shared.photos import photo


def slow_grays(rgb):
    """By scikit-image's CIELUV and the definition of L*, in double."""
    from skimage.color import rgb2luv
    most = np.iinfo(rgb.dtype).max
    lightness = rgb2luv(rgb.astype('float64') / most)[..., 0]
    found = np.where(lightness > 7.9996, ((lightness + 16) / 116) ** 3,
                     lightness / 903.3)
    return most * slow_curve(found)


def slow_curve(linear):
    """The transfer function of sRGB, in double."""
    return np.where(linear > 0.0031308,
                    1.055 * np.maximum(linear, 1e-9) ** (1 / 2.4) - 0.055,
                    12.92 * linear)


class TestGrays(unittest.TestCase):
    def test_against_the_definition(self):
        for rgb in (photo(), photo(1).astype('uint16') * 257):
            found, slow = rounding.grays(rgb), slow_grays(rgb)
            self.assertEqual(found.dtype, rgb.dtype)
            self.assertLess(np.abs(found - slow).max(), 0.53)

    def test_of_grey_is_itself(self):
        for dtype in ('uint8', 'uint16'):
            grey = np.arange(np.iinfo(dtype).max + 1).astype(dtype)[None]
            rgb = np.repeat(grey[..., None], 3, axis=2)
            np.testing.assert_array_equal(rounding.grays(rgb), grey)


class TestToIntegers(unittest.TestCase):
    def test_grey_is_kept_to_the_last_bit(self):
        rng = np.random.RandomState(0)
        for dtype in ('uint8', 'uint16'):
            most = np.iinfo(dtype).max
            grey = rng.randint(0, most + 1, (200, 300)).astype(dtype)
            chroma = rng.uniform(-80, 80, grey.shape + (2,))
            rgb = color.merge(color.lightness_of(grey), chroma)
            found = rounding.to_integers(rgb, grey)
            self.assertEqual(found.dtype, dtype)
            np.testing.assert_array_equal(rounding.grays(found), grey)
            self.assertLess(np.abs(slow_grays(found) - grey).max(), 0.53)
            self.assertLess(np.abs(found - rgb * most).max(), 1)

    def test_plain_rounding_would_not_keep_it(self):
        lightness, chroma = color.split(photo())
        rgb = color.merge(lightness, 1.3 * chroma)
        plain = np.rint(rgb * 255).astype('uint8')
        grey = rounding.grays(photo())
        self.assertGreater((rounding.grays(plain) != grey).mean(), 0.05)
        np.testing.assert_array_equal(
            rounding.grays(rounding.to_integers(rgb, grey)), grey)

    def test_narrow_greys_of_pure_colours(self):
        """Where Y steps furthest over the levels, from its edges inwards."""
        for dtype in ('uint8', 'uint16'):
            most = np.iinfo(dtype).max
            rng = np.random.RandomState(0)
            strength = rng.uniform(0, 1, (3, 4000, 1))
            faint = rng.uniform(0, 0.02, (3, 4000, 3))
            rgb = np.clip(strength * np.eye(3)[:, None] + faint, 0, 1)
            gray = np.rint(most * slow_curve(color.luminance(rgb)))
            gray = gray.astype(dtype)
            found = rounding.to_integers(rgb, gray)
            np.testing.assert_array_equal(rounding.grays(found), gray)
            self.assertLess(np.abs(found - rgb * most).max(), 1)

    def test_another_grey_is_rounded_to_the_nearest(self):
        rgb = photo() / 255
        np.testing.assert_array_equal(
            rounding.to_integers(rgb, rounding.grays(photo()) ^ 128), photo())

    def test_what_fits_is_plainly_rounded(self):
        rgb = photo().astype('float32') / 255
        np.testing.assert_array_equal(
            rounding.to_integers(rgb, rounding.grays(photo())), photo())

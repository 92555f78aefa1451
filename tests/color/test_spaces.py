"""Colour against published values, round trips and skimage."""

import unittest

import numpy as np

from colorize import color


def cube(step=1):
    """All colours of 8-bit RGB, in slices of one red."""
    levels = np.unique(np.append(np.arange(0, 256, step), 255))
    green, blue = np.meshgrid(levels, levels, indexing='ij')
    for red in levels:
        yield np.stack([np.full_like(green, red), green, blue],
                       axis=-1).astype('uint8')


class TestLuv(unittest.TestCase):
    # CIELUV (D65, 2 degrees) of the sRGB primaries as published by Bruce
    # Lindbloom's calculator and in colour-science's examples.
    PUBLISHED = {
        (255, 0, 0): (53.24, 175.01, 37.76),
        (0, 255, 0): (87.73, -83.08, 107.40),
        (0, 0, 255): (32.30, -9.40, -130.34),
        (255, 255, 255): (100.0, 0.0, 0.0),
        (0, 0, 0): (0.0, 0.0, 0.0),
        (255, 255, 0): (97.14, 7.71, 106.79),
        (0, 255, 255): (91.11, -70.48, -15.20),
        (255, 0, 255): (60.32, 84.07, -108.68),
    }

    def test_published_values(self):
        for rgb, luv in self.PUBLISHED.items():
            lightness, chroma = color.split(np.array(rgb, 'uint8'))
            found = np.append(lightness, chroma)
            np.testing.assert_allclose(found, luv, atol=0.05,
                                       err_msg=str(rgb))

    def test_round_trip_of_the_whole_cube(self):
        worst, low, high = 0, [], []
        for rgb in cube():
            lightness, chroma = color.split(rgb)
            low.append(chroma.min(axis=(0, 1)))
            high.append(chroma.max(axis=(0, 1)))
            back = color.merge(lightness, chroma)
            worst = max(worst, np.abs(back - rgb / 255).max())
        self.assertLess(worst, 1 / 255)
        # The ranges that DESIGN and docstring state for sRGB.
        np.testing.assert_allclose(np.min(low, axis=0), (-83.1, -134.1),
                                   atol=0.06)
        np.testing.assert_allclose(np.max(high, axis=0), (175.0, 107.4),
                                   atol=0.06)

    def test_merge_agrees_with_skimage_inside_the_gamut(self):
        from skimage.color import luv2rgb
        for rgb in cube(17):
            lightness, chroma = color.split(rgb)
            luv = np.concatenate([lightness[..., None], chroma], axis=-1)
            np.testing.assert_allclose(color.merge(lightness, chroma),
                                       luv2rgb(luv), atol=2e-3)

    def test_merge_keeps_lightness_of_impossible_colors(self):
        rng = np.random.RandomState(0)
        lightness = rng.uniform(0, 100, (64, 64))
        chroma = rng.uniform(-100, 100, (64, 64, 2))
        found, _ = color.split(color.merge(lightness, chroma))
        np.testing.assert_allclose(found, lightness, atol=0.02)

    def test_merge_keeps_hue_of_impossible_colors(self):
        rng = np.random.RandomState(0)
        lightness = rng.uniform(5, 95, (64, 64))
        asked = rng.uniform(-100, 100, (64, 64, 2))
        _, found = color.split(color.merge(lightness, asked))
        cosine = (found * asked).sum(axis=-1) / (
            np.hypot(*np.moveaxis(found, -1, 0))
            * np.hypot(*np.moveaxis(asked, -1, 0)))
        self.assertGreater(cosine.min(), 0.999)

    def test_gray_has_that_lightness(self):
        values = np.arange(256, dtype='uint8')
        photo = np.repeat(values[:, None], 3, axis=1)
        lightness, _ = color.split(photo)
        np.testing.assert_allclose(color.to_gray(lightness), values,
                                   atol=0.01)

    def test_lightness_of_a_color_photo_is_that_of_its_gray_version(self):
        for rgb in cube(51):
            lightness, _ = color.split(rgb)
            gray = color.to_gray(lightness) / 255
            again, _ = color.split(np.repeat(gray[..., None], 3, axis=-1))
            np.testing.assert_allclose(again, lightness, atol=0.01)


class TestHsv(unittest.TestCase):
    def test_round_trip(self):
        for rgb in cube(15):
            value, chroma = color.split(rgb, 'hsv')
            back = color.merge(value, chroma, 'hsv')
            np.testing.assert_allclose(back, rgb / 255, atol=1e-5)

    def test_ranges(self):
        for rgb in cube(15):
            _, chroma = color.split(rgb, 'hsv')
            self.assertGreaterEqual(chroma.min(), 0)
            self.assertLessEqual(chroma.max(), 1)

    def test_gray(self):
        self.assertEqual(color.to_gray(0.5, 'hsv'), 127.5)


class TestClipping(unittest.TestCase):
    def test_clips_and_counts_each_channel(self):
        chroma = np.array([[[175., 0.], [-101., -134.]],
                           [[100., -100.], [0., 107.]]])
        clipped, counts = color.clip_chroma(chroma)
        np.testing.assert_array_equal(
            clipped, [[[100, 0], [-100, -100]], [[100, -100], [0, 100]]])
        self.assertEqual(counts.tolist(), [2, 2])

    def test_share_of_the_cube_that_is_clipped(self):
        # DESIGN: 6 % and 9 % of the RGB cube.
        total, outside = 0, np.zeros(2)
        for rgb in cube(5):
            _, counts = color.clip_chroma(color.split(rgb)[1])
            outside += counts
            total += rgb[..., 0].size
        np.testing.assert_allclose(outside / total, (0.06, 0.09), atol=0.01)


class TestSaturation(unittest.TestCase):
    def test_agrees_with_skimage(self):
        from skimage.color import rgb2hsv
        for rgb in cube(15):
            np.testing.assert_allclose(color.saturation(rgb),
                                       rgb2hsv(rgb)[..., 1], atol=1e-6)

    def test_black_has_none(self):
        self.assertEqual(color.saturation(np.zeros((1, 3), 'uint8')), 0)


class TestLightness(unittest.TestCase):
    def test_is_that_of_split(self):
        for rgb in cube(15):
            deep = rgb.astype('uint16') * 257
            for space in ('luv', 'hsv'):
                expected, _ = color.split(rgb, space)
                for given in (rgb, deep, rgb / 255):
                    np.testing.assert_allclose(
                        color.lightness_of(given, space), expected,
                        atol=1e-4)
                    np.testing.assert_allclose(
                        color.split(given, space)[0], expected, atol=1e-4)

    def test_of_grey_is_that_of_equal_channels(self):
        grey = np.arange(256, dtype='uint8')[None]
        rgb = np.repeat(grey[..., None], 3, axis=2)
        for space in ('luv', 'hsv'):
            np.testing.assert_allclose(color.lightness_of(grey, space),
                                       color.lightness_of(rgb, space),
                                       atol=1e-4)


class TestSaturate(unittest.TestCase):
    def test_factor_of_distance_from_grey(self):
        chroma = np.array([[[3., -4.]]])
        np.testing.assert_array_equal(color.saturate(chroma, 2),
                                      [[[6, -8]]])
        found = color.saturate(np.array([[[.3, .4], [.3, .8]]]), 2, 'hsv')
        np.testing.assert_allclose(found, [[[.3, .8], [.3, 1]]])


def test_unknown_color_space_is_named():
    try:
        color.color_space('lab')
    except ValueError as error:
        assert str(error) == ("color_space must be one of 'hsv', 'luv', "
                              "'yuv', got 'lab'")
    else:
        raise AssertionError('not refused')

"""Cb and Cr from the network's U and V."""

import unittest
from types import SimpleNamespace

import numpy as np

from colorize import color
from colorize.video import chroma, extra

extra.require('tests')

#: Kr and Kb of BT.709 and BT.601, and their numbers.
MATRICES = {1: (0.2126, 0.0722), 6: (0.299, 0.114)}


def film(**settings):
    return SimpleNamespace(**{**dict(path='a', matrix=1, rows=720,
                                     full=False, primaries=1), **settings})


def to_ycc(rgb, matrix):
    """Y', Cb and Cr of sRGB in 0 to 1, as the standards have it."""
    red, green, blue = np.moveaxis(rgb, -1, 0)
    kr, kb = MATRICES[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    return (luma, (blue - luma) / (2 * (1 - kb)),
            (red - luma) / (2 * (1 - kr)))


def to_rgb(luma, cb, cr, matrix):
    kr, kb = MATRICES[matrix]
    red, blue = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
    return np.stack([red, (luma - kr * red - kb * blue) / (1 - kr - kb),
                     blue], axis=-1)


class TestChroma(unittest.TestCase):
    def painted(self, rgb, matrix=1, full=False, depth=8):
        """Cb and Cr, -0.5 to 0.5, of a colour on a flat picture whose luma
        is that of the colour."""
        luma = to_ycc(np.array(rgb, float), matrix)[0]
        unit = 1 << depth - 8
        code = round(luma * (2 ** depth - 1)) if full else round(
            unit * (16 + 219 * luma))
        known = chroma.codes(film(matrix=matrix, full=full), depth)
        _, uv = color.split(np.array(rgb, 'float32').reshape(1, 1, 3))
        plane = np.full((16, 16), code, 'u1' if depth == 8 else 'u2')
        small = chroma.lightness(plane, known, 8, 8)
        found = chroma.ratios(np.tile(uv.astype('float32'), (8, 8, 1)),
                              small, known)
        planes = chroma.paint(found, small, plane, known)
        span = (2 ** depth - 1) if full else 224 * unit
        return [(float(each[8, 8]) - 128 * unit) / span for each in planes]

    def test_colours_against_the_standards(self):
        for rgb in ((0.6, 0.3, 0.2), (0.2, 0.5, 0.3), (0.3, 0.3, 0.7),
                    (0.5, 0.5, 0.5), (0.9, 0.85, 0.6)):
            for matrix in MATRICES:
                for settings in ({}, {'full': True}, {'depth': 10}):
                    with self.subTest(rgb=rgb, matrix=matrix, **settings):
                        _, cb, cr = to_ycc(np.array(rgb), matrix)
                        blue, red = self.painted(rgb, matrix, **settings)
                        self.assertAlmostEqual(blue, cb, delta=0.008)
                        self.assertAlmostEqual(red, cr, delta=0.008)

    def test_no_colour_leaves_the_screen(self):
        rng = np.random.RandomState(0)
        known = chroma.codes(film(), 8)
        plane = rng.randint(16, 236, (64, 64)).astype('u1')
        small = chroma.lightness(plane, known, 16, 16)
        uv = rng.uniform(-100, 100, (16, 16, 2)).astype('float32')
        blue, red = chroma.paint(chroma.ratios(uv, small, known), small,
                                 plane, known)
        rgb = to_rgb((plane - 16.) / 219, (blue - 128.) / 224,
                     (red - 128.) / 224, 1)
        self.assertLess(rgb.max(), 1.02)
        self.assertGreater(rgb.min(), -0.02)
        self.assertGreater(np.ptp(rgb, axis=-1).mean(), 0.1)

    def test_grey_stays_grey(self):
        known = chroma.codes(film(), 8)
        plane = np.arange(256, dtype='u1').reshape(16, 16)
        small = chroma.lightness(plane, known, 8, 8)
        for each in chroma.paint(chroma.ratios(
                np.zeros((8, 8, 2), 'float32'), small, known), small, plane,
                known):
            self.assertLessEqual(abs(each.astype(int) - 128).max(), 1)

    def test_wide_primaries_need_less(self):
        """The same colour lies further inside of BT.2020."""
        small = np.full((8, 8), 50, 'float32')
        uv = np.full((8, 8, 2), 30, 'float32')
        usual = chroma.ratios(uv, small, chroma.codes(film(), 10))
        wide = chroma.ratios(uv, small, chroma.codes(film(primaries=9), 10))
        self.assertLess(abs(wide[..., 1]).max(), abs(usual[..., 1]).max())

    def test_unknown_matrix_is_refused(self):
        with self.assertRaisesRegex(extra.FilmError, 'matrix 8'):
            chroma.codes(film(matrix=8), 8)

"""The compiled way beside the numpy way: the same within a level."""

import os
import subprocess
import sys
import unittest
from unittest import mock

import numpy as np

from colorize import color, cplusplus, paint
from colorize.color import guided_filter, rounding
from colorize.paint import compiled, numpy_way
from colorize.photos import images
from tests.shared.folder import Folder
from tests.shared.photos import photo


def of_type(rgb, dtype):
    """A photo in another type, with bits below those of uint8."""
    if dtype == 'uint8':
        return rgb
    fine = rgb.astype('float64') / 255 * 254 / 255
    fine += np.random.RandomState(0).uniform(0, 1 / 255, rgb.shape)
    if dtype == 'uint16':
        return (fine * 65535).astype(dtype)
    return fine.astype(dtype)


def some_chroma(rows, columns, strength=1.):
    """Of a network: smooth, and here and there more than a screen shows."""
    rng = np.random.RandomState(1)
    coarse = rng.uniform(-130, 180, (5, 6, 2)).astype('float32')
    return strength * images.resize(coarse, rows, columns)


def painted(way, given, *others):
    found = np.empty(given.shape[:2] + (3,), given.dtype)
    way.paint(given, *others[:2], found, *others[2:])
    return found


class TestAgainstNumpy(unittest.TestCase):
    def test_types_shapes_and_sizes(self):
        """Enlarged, of the network's size, smaller, and in one way each."""
        for size in ((150, 290), (48, 64), (30, 40), (90, 24), (1, 1),
                     (3, 700)):
            wide = photo(0, 60, 80)
            rgb = images.to_uint8(images.resize(wide / 255., *size))
            for dtype in compiled.TYPES:
                given = of_type(rgb, dtype)
                self.check(given)
                self.check(given[..., 1])

    def check(self, given):
        small = compiled.shrink(given, 48, 64)
        np.testing.assert_allclose(
            small, numpy_way.shrink(given, 48, 64), atol=2e-4)
        chroma = some_chroma(48, 64)
        found = painted(compiled, given, small, chroma)
        expected = painted(numpy_way, given, small, chroma)
        self.assertEqual((found.dtype, found.shape),
                         (expected.dtype, expected.shape))
        if given.dtype.kind == 'f':
            np.testing.assert_allclose(found, expected, atol=5e-5)
            return
        self.check_levels(found, expected)
        gray = given if given.ndim == 2 else rounding.grays(given)
        np.testing.assert_array_equal(rounding.grays(found), gray)

    def check_levels(self, found, expected):
        """Off by one where a colour lies between two levels.

        At the edge of what a screen shows the narrow levels of 16 bits, a
        257th, are near what float32 resolves.
        """
        off = np.abs(found.astype(int) - expected)
        if found.dtype == 'uint8':
            self.assertLessEqual(off.max(), 1)
            self.assertLess((off > 0).mean(), 2e-4)
        else:
            self.assertLessEqual(off.max(), 2)
            self.assertLess((off > 0).mean(), 0.02)
            self.assertLess((off > 1).mean(), 2e-5)

    def test_every_grey_and_many_colours(self):
        for dtype in ('uint8', 'uint16'):
            most = np.iinfo(dtype).max
            gray = np.arange(1 << 18).reshape(512, 512) % 65536
            gray = gray * most // 65535
            for strength in (0, 0.2, 1, 2):
                chroma = some_chroma(32, 32, strength)
                small = compiled.shrink(gray.astype(dtype), 32, 32)
                found, expected = (
                    painted(way, gray.astype(dtype), small, chroma)
                    for way in (compiled, numpy_way))
                np.testing.assert_array_equal(rounding.grays(found), gray)
                self.check_levels(found, expected)

    def test_rounding_up_or_down_is_needed_now_and_then(self):
        """Else the test above would not reach it."""
        gray = (np.arange(1 << 18).reshape(512, 512) // 256).astype('uint8')
        small, chroma = compiled.shrink(gray, 32, 32), some_chroma(32, 32, 1)
        exact = painted(compiled, gray / 255, small, chroma)
        plain = np.rint(exact * 255).astype('uint8')
        self.assertGreater((rounding.grays(plain) != gray).sum(), 2)

    def test_a_grey_photo_in_three_channels(self):
        gray = photo()[..., 1]
        given = np.repeat(gray[..., None], 3, axis=2)
        small = compiled.shrink(gray, 24, 32)
        np.testing.assert_allclose(compiled.shrink(given, 24, 32), small,
                                   atol=1e-3)
        np.testing.assert_array_equal(
            painted(compiled, given, small, some_chroma(24, 32)),
            painted(compiled, gray, small, some_chroma(24, 32)))

    def test_strides(self):
        given = photo(0, 60, 80)[::2, ::-1, 0]
        small, chroma = compiled.shrink(given, 24, 32), some_chroma(24, 32)
        np.testing.assert_array_equal(
            painted(compiled, given, small, chroma),
            painted(compiled, given.copy(), small, chroma))

    def test_pixels_with_room_for_a_fourth_value(self):
        for given in (photo(), photo() / 255):
            small, chroma = compiled.shrink(given, 24, 32), some_chroma(24, 32)
            room = np.empty(given.shape[:2] + (4,), given.dtype)
            found = paint.paint(given, small, chroma, out=room[..., :3])
            self.assertTrue(np.shares_memory(found, room))
            np.testing.assert_array_equal(
                found, painted(compiled, given, small, chroma))
            wide = np.empty(given.shape[:2] + (5,), given.dtype)
            for other in (wide[..., :3], wide[:, ::-1, :3]):
                np.testing.assert_array_equal(paint.paint(
                    given, small, chroma, out=other), painted(
                        numpy_way, given, small, chroma))

    def test_on_several_threads(self):
        given = photo(0, 60, 80)
        small, chroma = compiled.shrink(given, 24, 32), some_chroma(24, 32)
        alone = painted(compiled, given, small, chroma)
        with mock.patch.object(compiled, 'PART', 100), \
                mock.patch('colorize.cplusplus.cores', return_value=7):
            np.testing.assert_array_equal(
                painted(compiled, given, small, chroma), alone)


class TestNumpy(unittest.TestCase):
    def test_strips_do_not_show(self):
        """A photo of more pixels than a strip, beside all of it at once."""
        given = np.tile(photo(0, 37, 38), (10, 10, 1))
        small, chroma = compiled.shrink(given, 24, 32), some_chroma(24, 32)
        np.testing.assert_allclose(
            numpy_way.shrink(given, 24, 32),
            images.resize(color.lightness_of(given), 24, 32), atol=1e-4)
        whole = painted(numpy_way, given / 255, small, chroma)
        wide = guided_filter.upscale(guided_filter.guide(chroma, small),
                                     color.lightness_of(given / 255))
        np.testing.assert_allclose(whole, color.merge(color.lightness_of(
            given / 255), wide), atol=2e-3)


class TestChoice(Folder):
    def test_what_is_compiled_and_what_is_not(self):
        given, chroma = photo(), some_chroma(24, 32)
        small = paint.shrink(given, 24, 32)
        np.testing.assert_array_equal(small, compiled.shrink(given, 24, 32))
        np.testing.assert_array_equal(
            paint.paint(given, small, chroma),
            painted(compiled, given, small, chroma))
        hues = np.abs(chroma) / 180
        np.testing.assert_array_equal(
            paint.paint(given, small / 100, hues, 'hsv'),
            painted(numpy_way, given, small / 100, hues, 'hsv'))
        swapped = given.astype('>u2')
        np.testing.assert_array_equal(
            paint.paint(swapped, small, chroma),
            painted(numpy_way, swapped, small, chroma))

    def run_code(self, code, **environment):
        """A process of its own: what it wrote."""
        return subprocess.run(
            [sys.executable, '-c', code], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, universal_newlines=True,
            env=dict(os.environ, **environment))

    def test_without_a_compiler_it_is_numpy_and_one_warning(self):
        code = ('import logging, numpy as np\n'
                'logging.basicConfig(format="%(message)s")\n'
                'from colorize import cplusplus, paint\n'
                'cplusplus.compiler = lambda: None\n'
                'gray = np.full((9, 9), 99, "uint8")\n'
                'for _ in range(2):\n'
                '    small = paint.shrink(gray, 8, 8)\n'
                '    print(paint.paint(gray, small, np.zeros((8, 8, 2)))'
                '.mean())')
        done = self.run_code(code, XDG_CACHE_HOME=self.folder)
        self.assertEqual(done.stdout, '99.0\n99.0\n', done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn('no C++ compiler', done.stderr)

    def test_where_text_is_ascii(self):
        """The compiled code is found by sources that are not."""
        code = ('import numpy as np\n'
                'from colorize import paint\n'
                'print(paint.shrink(np.full((9, 9), 99, "uint8"), 8, 8)'
                '.shape)')
        done = self.run_code(code, LC_ALL='POSIX', PYTHONUTF8='0')
        self.assertEqual(done.stdout, '(8, 8)\n', done.stderr)

    def test_what_is_needed_last_is_compiled_last(self):
        code = ('import time\n'
                'from colorize import paint\n'
                'said = []\n'
                'def library(source, dtype):\n'
                '    said.append(source)\n'
                '    time.sleep(0.2)\n'
                '    said.append(source)\n'
                'paint.compiled.library = library\n'
                'paint.prepare()\n'
                'paint._has_library("scores")\n'
                'print(*said)')
        done = self.run_code(code)
        self.assertEqual(done.stdout, 'paint paint scores scores\n',
                         done.stderr)

    def test_code_that_does_not_compile(self):
        source = self.path('a.cpp')
        with open(source, 'w') as file:
            file.write('int wrong(')
        with self.assertRaisesRegex(cplusplus.CompileError, 'a.cpp'):
            cplusplus.library('test', [source])

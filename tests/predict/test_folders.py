"""Folders of photos: skipping, scores, photos of every kind."""

import json
import os
import shutil
from unittest import mock

import numpy as np
from PIL import Image

from colorize.color import rounding
from colorize.photos import images, photo_file
from colorize.predict.report import Summary
from tests.shared import icc, permissions
from tests.shared.photos import photo, write_photos
from tests.shared.predicting import Predicting


class TestFolders(Predicting):
    def test_mirrors_a_tree_and_goes_on_where_it_was(self):
        for place in ('in', 'in/deep'):
            os.makedirs(self.path(place))
            write_photos(self.path(place), 2)
        run = [self.path('in'), '-o', self.path('out')]
        status, lines, _ = self.run_main(*run)
        self.assertEqual((status, len(lines)), (0, 1))
        self.assertIn('4 of 4 photos coloured, 0 failed', lines[0])
        names = ['deep/photo0-color.png', 'deep/photo1-color.png',
                 'photo0-color.png', 'photo1-color.png']
        self.assertEqual(self.tree(), names)
        os.remove(self.path('out', names[0]))
        before = os.stat(self.path('out', names[1])).st_mtime_ns
        _, lines, _ = self.run_main(*run)
        self.assertIn('1 of 4 photos coloured, 3 were done before', lines[0])
        self.assertEqual(
            os.stat(self.path('out', names[1])).st_mtime_ns, before)
        self.assertEqual(len(self.made), 2)
        self.run_main(*run)
        self.assertEqual(len(self.made), 2)  # nothing to do, no network
        _, lines, _ = self.run_main(*run, '--overwrite')
        self.assertIn('4 of 4 photos coloured, 0 failed', lines[0])
        self.assertNotEqual(
            os.stat(self.path('out', names[1])).st_mtime_ns, before)

    def test_beside_the_photos_twice(self):
        write_photos(self.folder, 2)
        self.run_main(self.folder)
        _, lines, _ = self.run_main(self.folder)
        self.assertIn('0 of 2 photos coloured, 2 were done before '
                      '(--overwrite colours them again), 0 failed, 2 results '
                      'among them passed over', lines[0])
        self.assertEqual(len(os.listdir(self.folder)), 4)

    def test_results_that_lie_elsewhere(self):
        """What carries our mark is passed over, however it is called."""
        write_photos(self.folder, 2)
        self.run_main(self.folder, '-o', self.path('colored'))
        shutil.copy(self.path('colored', 'photo0-color.png'),
                    self.path('colored', 'renamed.png'))
        for place in (self.folder, self.path('**', '*.png')):
            shutil.rmtree(self.path('out'), ignore_errors=True)
            status, lines, _ = self.run_main(place, '-o', self.path('out'))
            self.assertEqual(status, 0)
            self.assertIn('2 of 2 photos coloured, 0 failed, 3 results among '
                          'them passed over', lines[0])
            self.assertEqual(self.tree(), ['photo0-color.png',
                                           'photo1-color.png'])
        status, lines, _ = self.run_main(self.path('colored'))
        self.assertEqual(status, 0)
        self.assertIn('0 of 0 photos coloured, 0 failed, 3 results', lines[0])

    def test_a_result_that_is_named_is_coloured(self):
        source, = write_photos(self.folder, 1)
        self.run_main(source, '-o', self.path('out/a.png'))
        self.assertEqual(self.run_main(self.path('out', 'a.png'))[0], 0)
        self.assertEqual(self.tree(), ['a-color.png', 'a.png'])

    def test_a_single_photo_that_is_done(self):
        source, = write_photos(self.folder, 1)
        self.assertEqual(self.run_main(source)[1], [])
        _, lines, _ = self.run_main(source)
        self.assertIn('0 of 1 photo coloured, 1 was done', lines[0])

    def test_what_was_done_is_kept_when_it_is_stopped(self):
        write_photos(self.folder, 3)
        calls, add = [], Summary.add

        def stop(summary, task, *args, **kwargs):
            calls.append(task)
            if len(calls) == 2:
                raise KeyboardInterrupt
            add(summary, task, *args, **kwargs)
        with mock.patch.object(Summary, 'add', stop):
            status, lines, _ = self.run_main(
                self.folder, '-o', self.path('out'), '--json',
                self.path('a.json'))
        self.assertEqual(status, 130)
        # What was being written is done, and counted.
        done = len(self.tree())
        self.assertGreater(done, 1)
        self.assertIn(f'{done} of 3 photos coloured, 0 failed', lines[0])
        self.assertIn('stopped', lines[1])
        with open(self.path('a.json')) as file:
            found = json.load(file)
        self.assertEqual(found['totals']['done'], done)
        self.assertEqual({each['output'] for each in found['photos']},
                         {self.path('out', name) for name in self.tree()})

    def locked(self, place, mode=0):
        os.chmod(place, mode)
        self.addCleanup(os.chmod, place, 0o700)

    def test_an_unreadable_folder_does_not_stop_the_others(self):
        for place in ('in', 'in/secret', 'in/shut'):
            os.makedirs(self.path(place))
            write_photos(self.path(place), 1)
        with open(self.path('in', 'a.dng'), 'w'):
            pass
        self.locked(self.path('in', 'secret'))
        self.locked(self.path('in', 'shut'), 0o400)  # names are seen, only
        with permissions.held():
            status, lines, _ = self.run_main(self.path('in'), '-o',
                                             self.path('out'))
        self.assertEqual(status, 1)
        self.assertIn(self.path('in', 'secret') + ': Permission denied',
                      lines[0])
        self.assertIn(self.path('in', 'shut', 'photo0.png')
                      + ': Permission denied', lines[1])
        self.assertIn('1 of 2 photos coloured, 1 failed, 1 folder cannot be '
                      'read, 1 not read (DNG)', lines[2])
        self.assertEqual(self.tree(), ['photo0-color.png'])

    def test_an_unreadable_photo_does_not_stop_the_others(self):
        paths = write_photos(self.folder, 3)
        self.locked(paths[1])
        with permissions.held():
            for _ in range(2):
                status, lines, _ = self.run_main(self.folder, '-o',
                                                 self.path('out'))
                self.assertEqual((status, len(lines)), (1, 2))
                self.assertIn(f'{paths[1]}: Permission denied', lines[0])
        self.assertIn('0 of 3 photos coloured, 2 were done before '
                      '(--overwrite colours them again), 1 failed',
                      lines[1])
        self.assertEqual(self.tree(), ['photo0-color.png',
                                       'photo2-color.png'])

    def test_an_output_folder_that_cannot_be_written(self):
        source, = write_photos(self.folder, 1)
        os.mkdir(self.path('out'))
        self.locked(self.path('out'), 0o500)
        with permissions.held():
            status, lines, _ = self.run_main(source, '-o', self.path('out'))
        self.assertEqual((status, len(lines)), (1, 1))
        self.assertIn('photo0-color.png: cannot be written (Permission '
                      'denied)', lines[0])

    def test_animations_are_said(self):
        frames = [Image.fromarray(photo(number)) for number in (0, 1)]
        frames[0].save(self.path('a.gif'), save_all=True,
                       append_images=frames[1:])
        status, lines, _ = self.run_main(self.path('a.gif'))
        self.assertEqual((status, len(lines)), (0, 1))
        self.assertIn('a.gif: only the first of its 2 frames', lines[0])
        with Image.open(self.path('a-color.png')) as image:
            self.assertEqual(image.size, (48, 40))

    def test_bad_settings(self):
        source, = write_photos(self.folder, 1)
        for option, value in (
                ('--quality', '0'), ('--quality', '101'),
                ('--quality', 'high'), ('--saturation', '-1'),
                ('--saturation', 'nan'), ('--saturation', '11'),
                ('--batch-size', '0'), ('--decode', 'best'),
                ('--format', 'bmp'), ('--json', source),
                ('--json', self.path('photo0-color.png'))):
            status, lines, _ = self.run_main(source, option, value)
            self.assertEqual(status, 2)
            self.assertIn(option, lines[-1])
        self.assertEqual(os.listdir(self.folder), ['photo0.png'])

    def test_format_and_quality(self):
        source, = write_photos(self.folder, 1)
        sizes = []
        for form, quality, name in (('jpg', '20', 'x-color.jpg'),
                                    ('JPEG', '90', 'x-color.jpg'),
                                    ('webp', '20', 'x-color.webp'),
                                    ('tiff', '20', 'x-color.tif')):
            shutil.copy(source, self.path('x.png'))
            self.assertEqual(self.run_main(
                self.path('x.png'), '--format', form, '--quality', quality,
                '--overwrite')[0], 0)
            sizes.append(os.path.getsize(self.path(name)))
        self.assertLess(sizes[0], sizes[1])


class TestEveryKind(Predicting):
    """From a file of each kind to its result, grey to the last bit."""

    def check(self, name, image, expected, **options):
        image.save(self.path(name), **options)
        status, _, _ = self.run_main(self.path(name), '-o', self.path('out'))
        self.assertEqual(status, 0, name)
        output, = self.tree()
        output = self.path('out', output)
        found = photo_file.read(output)
        self.assertEqual(found.pixels.dtype, expected.dtype)
        if output.endswith(('.png', '.tif')):
            np.testing.assert_array_equal(rounding.grays(found.pixels),
                                          expected)
        self.assertEqual(found.pixels.shape, expected.shape + (3,))
        shutil.rmtree(self.path('out'))
        return found

    def test_all(self):
        grey = photo()[..., 1]
        deep = grey.astype('uint16') * 256 + 77
        image, rgb = Image.fromarray(grey), Image.fromarray(photo())
        few = rgb.quantize(16)
        for name in ('a.png', 'a.tif', 'a.gif', 'a.bmp', 'a.pgm'):
            self.check(name, image, grey)
            self.check(name, image.convert('1'), np.asarray(
                image.convert('1')) * np.uint8(255))
        for name in ('a.png', 'a.tif', 'a.bmp', 'a.ppm'):
            self.check(name, rgb, rounding.grays(photo()))
        for name in ('a.jpg', 'a.webp'):
            self.check(name, rgb, rounding.grays(photo()))
        for name in ('a.png', 'a.tif'):
            self.check(name, Image.fromarray(deep), deep)
            self.check(name, few, rounding.grays(np.asarray(
                few.convert('RGB'))))
        self.check('a.tif', rgb.convert('CMYK'), rounding.grays(np.asarray(
            rgb.convert('CMYK').convert('RGB'))))
        self.check('a.jpg', rgb.convert('CMYK'), grey)
        alpha = Image.fromarray(grey)
        both = rgb.copy()
        both.putalpha(alpha)
        for name in ('a.png', 'a.tif'):
            found = self.check(name, both, rounding.grays(photo()))
            np.testing.assert_array_equal(found.alpha, grey)

    def test_wider_than_srgb(self):
        """Its lightness in its own space; scores and sides as in sRGB."""
        profile = icc.rgb(icc.ADOBE, 563 / 256)
        Image.fromarray(photo()).save(self.path('a.png'),
                                      icc_profile=profile)
        status, _, table = self.run_main(self.path('a.png'), '-o',
                                         self.path('out'), '--evaluate')
        self.assertEqual((status, len(table)), (0, 3))
        before = photo_file.read(self.path('a.png'))
        after = photo_file.read(self.path('out', 'a-color.png'))
        self.assertEqual((after.icc, after.space), (profile, 'uint8'))
        self.assertLess(np.abs(after.pixels.astype(int)
                               - before.pixels).max(), 257)
        self.run_main(self.path('a.png'), '--side-by-side')
        sheet = photo_file.read(self.path('a-side-by-side.png'))
        np.testing.assert_allclose(sheet.colors[:, 96:] / 257,
                                   before.colors / 257, atol=1.5)

    def test_turned(self):
        grey = photo()[..., 1]
        exif = Image.Exif()
        exif[0x0112], exif[271] = 6, 'Maker'
        found = self.check('a.png', Image.fromarray(np.rot90(grey)), grey,
                           exif=exif)
        self.assertIn(b'Maker', found.exif)


class TestSideBySide(Predicting):
    def test_grey_coloured_and_the_original(self):
        source, = write_photos(self.folder, 1)
        self.run_main(source, '--side-by-side')
        found = images.load(self.path('photo0-side-by-side.png'))
        self.assertEqual(found.shape, (40, 3 * 48, 3))
        grey = rounding.grays(photo())
        np.testing.assert_array_equal(found[:, :48], np.repeat(
            grey[..., None], 3, axis=2))
        np.testing.assert_array_equal(
            rounding.grays(found[:, 48:96]), grey)
        np.testing.assert_array_equal(found[:, 96:], photo())

    def test_a_grey_photo_has_no_original(self):
        Image.fromarray(photo()[..., 1]).save(self.path('g.png'))
        self.run_main(self.path('g.png'), '--side-by-side')
        self.assertEqual(images.load(self.path(
            'g-side-by-side.png')).shape, (40, 2 * 48, 3))

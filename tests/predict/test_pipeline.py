"""Folders of photos: order, errors, memory, skipping, scores."""

import contextlib
import io
import json
import os
import shutil
import threading
import time
from unittest import mock

import numpy as np
from PIL import Image

from colorize import command
from colorize.color import rounding
from colorize.photos import images, photo_file
from colorize.predict import __main__ as predict
from colorize.predict import pipeline
from colorize.predict.plan import Task, make_plan
from experiments.shared.stand_in import Uncompiled
from tests.shared import icc
from tests.shared.folder import Folder
from tests.shared.photos import photo, write_photos


class Predicting(Folder):
    def setUp(self):
        super().setUp()
        self.made = []
        patch = mock.patch('colorize.colorizer.Colorizer', self.make)
        patch.start()
        self.addCleanup(patch.stop)

    def make(self, *args, **kwargs):
        self.made.append(Uncompiled(*args, **kwargs))
        return self.made[-1]

    def run_main(self, *arguments):
        """Exit status, lines on stderr, lines on stdout."""
        said, shown = io.StringIO(), io.StringIO()
        with contextlib.redirect_stderr(said), \
                contextlib.redirect_stdout(shown):
            try:
                command.run(lambda: predict.main(list(arguments)))
            except SystemExit as stopped:
                return (stopped.code, said.getvalue().splitlines(),
                        shown.getvalue().splitlines())

    def tree(self):
        return sorted(os.path.relpath(os.path.join(parent, name),
                                      self.path('out'))
                      for parent, _, names in os.walk(self.path('out'))
                      for name in names)


class TestColored(Predicting):
    def tasks(self, count, bad=()):
        paths = write_photos(self.folder, count)
        for number in bad:
            with open(paths[number], 'wb') as file:
                file.write(b'no photo')
        return [Task(path, self.path('out', os.path.basename(path)))
                for path in paths]

    def test_order_is_kept_and_a_bad_photo_alone_fails(self):
        tasks = self.tasks(9, bad=(2, 8))
        write = photo_file.write

        def slow(path, *rest):
            time.sleep(0.05 * (path.endswith('0.png')))
            return write(path, *rest)
        for batch_size in (1, 2, 50):
            with mock.patch.object(photo_file, 'write', slow):
                found = list(pipeline.colored(tasks, Uncompiled(None),
                                              batch_size))
            self.assertEqual([each.task for each in found], tasks)
            self.assertEqual([number for number, each in enumerate(found)
                              if each.status == 'failed'], [2, 8])
            self.assertIn(tasks[2].photo, str(found[2].error))
            self.assertEqual(found[0].size, (40, 48))
            self.assertEqual(len(self.tree()), 7)

    def test_photos_of_one_shape_share_a_pass(self):
        """Two shapes, in turns: batches are of one shape all the same."""
        for number in range(8):
            Image.fromarray(photo(0, *((20, 60), (60, 20))[
                number % 2])).save(self.path(f'{number}.png'))
        colorizer, passes = Uncompiled(None), []

        def answer(shown):
            passes.append(shown.shape)
            return [np.zeros((len(shown), 2) + shown.shape[2:], 'float32')]
        held = mock.Mock()
        held.network.settings = {'system': 'regression', 'color_space': 'luv'}
        plan = make_plan([self.folder], self.path('out'))
        with mock.patch.multiple(
                Uncompiled, _outputs=staticmethod(answer), _trained=held,
                predict=Uncompiled.__mro__[1].predict, create=True):
            found = list(pipeline.colored(plan.tasks, colorizer, 4))
        self.assertEqual([len(each) for each in passes], [4, 4])
        self.assertNotIn('failed', [each.status for each in found])

    def test_memory_is_bounded_by_pixels(self):
        """No more than the room, however slow writing is."""
        tasks, most, taken = self.tasks(12), [], []
        give, take = pipeline._Room.give, pipeline._Room.take

        def counted(room, pixels):
            take(room, pixels)
            most.append(room._taken)
        with mock.patch.object(pipeline, '_ROOM', 5 * 1920), \
                mock.patch.object(pipeline, '_GROUP', 2 * 1920), \
                mock.patch.object(pipeline._Room, 'take', counted), \
                mock.patch.object(pipeline._Room, 'give', lambda *args: (
                    time.sleep(0.01), taken.append(args[1]), give(*args))):
            found = list(pipeline.colored(tasks, Uncompiled(None)))
        self.assertEqual(len(found), 12)
        self.assertLessEqual(max(most), 5 * 1920)
        self.assertEqual(sum(taken), 12 * 1920)

    def test_photos_larger_than_the_room_pass_one_by_one(self):
        with mock.patch.object(pipeline, '_ROOM', 100), \
                mock.patch.object(pipeline, '_GROUP', 10):
            found = list(pipeline.colored(self.tasks(4), Uncompiled(None)))
        self.assertEqual([each.status for each in found], ['done'] * 4)

    def test_stopping_early_leaves_no_thread_and_no_half_file(self):
        before = threading.active_count()
        with mock.patch.object(pipeline, '_ROOM', 2000), \
                mock.patch.object(pipeline, '_GROUP', 1000):
            outcomes = pipeline.colored(self.tasks(9), Uncompiled(None))
            next(outcomes)
            outcomes.close()
        self.assertEqual(threading.active_count(), before)
        self.assertFalse([name for name in self.tree()
                          if name.startswith('.')])
        self.assertLess(len(self.tree()), 9)

    def test_too_little_memory_names_the_photo(self):
        with mock.patch.object(Uncompiled, 'paint',
                               side_effect=MemoryError):
            found, = pipeline.colored(self.tasks(1), Uncompiled(None))
        self.assertRegex(str(found.error), 'photo0.png: not enough memory')


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
        self.assertIn('0 of 2 photos coloured, 2 were done before, 0 failed, '
                      '2 results among them passed over', lines[0])
        self.assertEqual(len(os.listdir(self.folder)), 4)

    def test_a_single_photo_that_is_done(self):
        source, = write_photos(self.folder, 1)
        self.assertEqual(self.run_main(source)[1], [])
        _, lines, _ = self.run_main(source)
        self.assertIn('0 of 1 photos coloured, 1 were done', lines[0])

    def test_what_was_done_is_kept_when_it_is_stopped(self):
        write_photos(self.folder, 3)
        calls = []

        def stop(outcome, summary):
            calls.append(outcome)
            if len(calls) == 2:
                raise KeyboardInterrupt
        with mock.patch.object(predict, '_say', stop):
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

    def test_an_unreadable_folder_does_not_stop_the_others(self):
        write_photos(self.folder, 1)
        os.mkdir(self.path('secret'))
        write_photos(self.path('secret'), 1)
        scandir = os.scandir

        def locked(folder):
            if os.path.basename(folder) == 'secret':
                raise PermissionError(13, 'Permission denied', folder)
            return scandir(folder)
        with open(self.path('a.dng'), 'w'), mock.patch('os.scandir', locked):
            status, lines, _ = self.run_main(self.folder, '-o',
                                             self.path('out'))
        self.assertEqual(status, 1)
        self.assertIn(self.path('secret') + ': Permission denied', lines[0])
        self.assertIn('1 of 1 photos coloured, 0 failed, 1 folders cannot be '
                      'read, 1 not read (DNG)', lines[1])
        self.assertEqual(self.tree(), ['photo0-color.png'])

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

"""What people and strangers hand in: each bad thing is one clear line."""

import os
import shutil
import subprocess
import sys
import zlib
from unittest import mock

import numpy as np
from PIL import Image

from colorize import command, memory
from colorize.disk import whole
from colorize.photos import images, opening
from colorize.predict import __main__ as predict
from colorize.training import __main__ as training
from experiments.measure import fuzz_cases, fuzz_photos
from tests.shared.photos import photo
from tests.shared.commands import Commands
from tests.shared.peaks import new_peak_mib


class TestPhotos(Commands):
    def refuse(self, path, words):
        """One line; the other photo is done, the bad one leaves nothing."""
        good = self.path('good.png')
        Image.fromarray(photo()).save(good)
        out = self.path('out')
        status, lines = self.run_command(predict.main, path, good, '-o', out)
        self.assertEqual(status, 1)
        self.assertEqual(len(lines), 2, lines)
        self.assertIn(command.printable(path) + ': ', lines[0])
        self.assertRegex(lines[0], words)
        self.assertIn('1 of 2 photos coloured, 1 failed', lines[1])
        self.assertEqual(os.listdir(out), ['good-color.png'])
        shutil.rmtree(out)

    def test_content(self):
        self.refuse(self.write('empty.jpg', b''), 'not a readable photo')
        self.refuse(self.write('text.png', b'text'), 'not a readable photo')
        nan = np.full((4, 4), np.nan, 'float32')
        Image.fromarray(nan).save(self.path('nan.tif'))
        self.refuse(self.path('nan.tif'), 'no numbers')
        self.refuse(self.write('script.eps', b'%!PS-Adobe-3.0 EPSF-3.0\n'
                               b'%%BoundingBox: 0 0 9 9\n%%EndComments\n'),
                    'an EPS .document.; convert it')

    def test_truncated_anywhere(self):
        for form in ('jpg', 'png', 'tif'):
            whole = fuzz_cases.good_files()[form][0]
            for size in np.linspace(1, len(whole) * 0.8, 12).astype(int):
                self.refuse(self.write('half.' + form, whole[:size]),
                            'not a readable photo')

    def test_decompression_bomb(self):
        """A file of 300 bytes that says 20000 x 20000."""
        bomb = fuzz_photos.saved(Image.new('1', (8, 8)), 'PNG')
        head = b'IHDR' + 2 * (20000).to_bytes(4, 'big') + bomb[24:29]
        bomb = (bomb[:12] + head + zlib.crc32(head).to_bytes(4, 'big')
                + bomb[33:])
        before = new_peak_mib()
        self.refuse(self.write('bomb.png', bomb), 'larger than 178 megapixels')
        self.assertLess(memory.peak_mib() - before, 100)

    def test_large_file(self):
        with open(self.path('sparse.jpg'), 'wb') as file:
            file.truncate(1 << 40)
        with mock.patch.object(opening, 'LARGEST', 1 << 20):
            self.refuse(self.path('sparse.jpg'), 'larger than 1 MiB')

    def test_places(self):
        os.mkdir(self.path('folder.jpg'))
        self.refuse(self.path('missing.jpg'), 'No such file')
        os.symlink('nowhere', self.path('dangling.jpg'))
        self.refuse(self.path('dangling.jpg'), 'No such file')
        os.symlink('loop.jpg', self.path('loop.jpg'))
        self.refuse(self.path('loop.jpg'), 'Too many levels')
        os.mkfifo(self.path('pipe.jpg'))
        self.refuse(self.path('pipe.jpg'), 'not a file')
        with self.assertRaisesRegex(images.ImageError, 'Is a directory'):
            images.load(self.path('folder.jpg'))

    def test_no_permission(self):
        secret = self.write('secret.png', b'')
        os.chmod(secret, 0)
        os.chmod(self.folder, 0o755)
        before = os.geteuid()
        if before == 0:  # whom modes do not stop
            os.seteuid(65534)
        try:
            with self.assertRaisesRegex(images.ImageError,
                                        'Permission denied'):
                images.load(secret)
        finally:
            os.seteuid(before)

    def test_names(self):
        for name in ('with space.png', 'new\nline.png', 'byte\udcff.png',
                     'red\x1b[31m.png', "quo'te\".png"):
            self.refuse(self.write(name, b''), 'not a readable photo')
            path = self.path(name)
            Image.fromarray(photo()).save(path)
            status, lines = self.run_command(predict.main, path)
            self.assertEqual((status, lines), (0, []))
            self.assertTrue(os.path.exists(path[:-4] + '-color.png'))

    def test_shapes_and_endings_that_are_fine(self):
        for rows, columns in ((1, 1), (1, 10000), (10000, 1)):
            Image.new('L', (columns, rows)).save(self.path('a.png'))
            status, lines = self.run_command(
                predict.main, self.path('a.png'), '-o', self.path('b.png'),
                '--overwrite')
            self.assertEqual((status, lines), (0, []))
            self.assertEqual(images.load(self.path('b.png')).shape,
                             (rows, columns, 3))
        Image.fromarray(photo()).save(self.path('a.jpg'), 'PNG')
        np.testing.assert_array_equal(images.load(self.path('a.jpg')),
                                      photo())

    def test_a_write_that_fails_names_its_file(self):
        with self.assertRaises(OSError) as caught:
            with whole.written_whole(self.path('a')):
                raise OSError(28, 'No space left on device')
        self.assertEqual(caught.exception.filename, self.path('a'))


class TestCommands(Commands):
    def test_settings(self):
        Image.fromarray(photo()).save(self.path('a.png'))
        for option, value, status in (
                ('--batch-size', '0', 2), ('--width', '99', 2),
                ('--epochs', '0', 2), ('--learning-rate', 'nan', 2),
                ('--side', '100', 2), ('--loss', 'l2', 2),
                ('--vgg16', self.path('nothing'), 1)):
            found, lines = self.run_command(
                training.main, self.folder, '--run', self.path('run'),
                option, value)
            self.assertEqual((found, len(lines)), (status, 1), lines)
        for option, value in (('--width', 'wide'), ('--no-such', '1')):
            found, lines = self.run_command(
                training.main, self.folder, '--run', self.path('run'),
                option, value)
            self.assertEqual(found, 2)
            self.assertIn(option, lines[-1])

    def test_debug_shows_the_traceback_and_only_that_does(self):
        for main, rest in ((predict.main, [self.path('none.png')] * 1),
                           (training.main, [self.path('none'), '--run',
                                            self.path('run')])):
            _, lines = self.run_command(main, *rest)
            self.assertEqual(len(lines), 1, lines)
            _, lines = self.run_command(main, '--debug', *rest)
            self.assertTrue(lines[0].startswith('Traceback'), lines)
            self.assertIn('none', lines[-1])

    def test_whatever_goes_wrong_is_one_line(self):
        for error, words in ((KeyError('x'), "unexpected KeyError: 'x'"),
                             (MemoryError(), 'not enough memory'),
                             (AssertionError('a\nb'), 'Error: a .*--debug'),
                             (OSError(28, 'No space', 'f'), 'f: No space'),
                             (RuntimeError('a\nb'), r'a\\nb')):
            status, lines = self.run_command(mock.Mock(side_effect=error))
            self.assertEqual((status, len(lines)), (1, 1), lines)
            self.assertRegex(lines[0], words)

    def test_every_command_has_the_option(self):
        for module in ('colorize.datasets', 'colorize.predict',
                       'colorize.training', 'experiments.paper.aggregation',
                       'experiments.measure.bleeding', 'experiments.show.demo',
                       'experiments.paper.figures', 'experiments.measure.fuzz',
                       'experiments.show.gallery', 'experiments.measure.judge',
                       'experiments.measure.load', 'experiments.paper.overfit',
                       'experiments.paper.smoothing',
                       'experiments.paper.table1',
                       'experiments.paper.table2',
                       'experiments.measure.throughput',
                       'experiments.measure.torture',
                       'experiments.paper.train',
                       'experiments.beyond.train_default', 'weights.fetch'):
            shown = subprocess.run([sys.executable, '-m', module, '--help'],
                                   capture_output=True, text=True, check=True)
            self.assertIn('--debug', shown.stdout, module)

"""What people and strangers hand in: each bad thing is one clear line."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from unittest import mock

import h5py
import numpy as np
from PIL import Image

from colorize import colorizer, command, memory
from colorize.disk import npz, whole
from colorize.photos import images, opening
from colorize.predict import __main__ as predict
from colorize.systems import pretrained, weights_file
from colorize.training import __main__ as training
from experiments.measure import fuzz_cases, fuzz_photos, fuzz_weights
from experiments.shared.stand_in import Uncompiled
from tests.shared.folder import Folder
from tests.shared.photos import photo


class Commands(Folder):
    def setUp(self):
        super().setUp()
        patch = mock.patch.object(colorizer, 'Colorizer',
                                  Uncompiled)
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content)
        return self.path(name)

    def run_command(self, main, *arguments):
        """Exit status, and the lines on stderr."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            try:
                command.run(lambda: main(list(arguments)))
            except SystemExit as stopped:
                return stopped.code, said.getvalue().splitlines()


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
        before = memory.peak_mib()
        self.refuse(self.write('bomb.png', bomb), 'decompression bomb')
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


class TestWeights(Commands):
    def refuse(self, path, words):
        Image.new('L', (9, 7)).save(self.path('photo.png'))
        status, lines = self.run_command(
            predict.main, self.path('photo.png'), '--weights', path)
        self.assertEqual((status, len(lines)), (1, 1), lines)
        self.assertRegex(lines[0], words)
        self.assertIn(path, lines[0])
        self.assertNotIn('photo-color.png', os.listdir(self.folder))

    def good(self):
        return fuzz_weights.archives()[0]

    def test_altered(self):
        whole = self.good()
        self.refuse(self.write('half.npz', whole[:len(whole) // 2]), 'torn')
        name = whole.rindex(b'bin_means.npy')
        self.refuse(self.write('other.npz', whole[:name] + b'B'
                               + whole[name + 1:]), 'torn')
        self.refuse(self.write('sum.npz', whole[:-1] + b'x'), 'checksum')

    def test_pickled_objects(self):
        np.savez(self.path('a.npz'), settings=np.array({'a': print}, object))
        self.refuse(self.path('a.npz'), 'torn, or not')

    def test_values_and_arrays(self):
        path = self.write('a.npz', self.good())
        arrays, settings = weights_file.read(path)
        for change, words in (
                ({'bin_means': np.full((2, 50), np.nan)}, 'no numbers'),
                ({'bin_means': np.full((2, 50), 1e308)}, 'no numbers'),
                ({'more': np.zeros(3)}, 'has more, which the network has'),
                ({'output.b': np.zeros(9)}, 'output.b has shape')):
            with open(path, 'wb') as file:
                np.savez(file, settings=np.array(
                    '{"network": %s, "training": {"side": 32}}' % str(
                        settings['network']).replace("'", '"').replace(
                            'False', 'false').replace('True', 'true')),
                         **dict(arrays, **change))
            self.refuse(path, words)

    def test_settings(self):
        arrays, settings = weights_file.read(self.write('a.npz', self.good()))
        network = settings['network']
        for wrong in (None, [], {'network': network}, {'training': {}},
                      {'network': network, 'training': {'side': 1e9}},
                      {'network': [], 'training': {'side': 32}}):
            weights_file.write(self.path('a.npz'), arrays, wrong)
            self.refuse(self.path('a.npz'), 'settings that make no network')
        for name, value in (('width', -1), ('width', 'wide'), ('width', 1e9),
                            ('width', True), ('system', []), ('speed', 3),
                            ('freeze_vgg', 'no'), ('color_space', {})):
            weights_file.write(self.path('a.npz'), arrays, dict(
                settings, network=dict(network, **{name: value})))
            self.refuse(self.path('a.npz'), name)

    def test_bombs(self):
        """Ten gigabytes in ten megabytes, and in two hundred bytes."""
        before = memory.peak_mib()
        zeros = bytes(1 << 20)
        header = ("{'descr': '<f4', 'fortran_order': False, 'shape': "
                  '(2500000000,), }').ljust(117) + '\n'
        member = b'\x93NUMPY\x01\x00v\x00' + header.encode()
        for kind, count in ((zipfile.ZIP_DEFLATED, 300),
                            (zipfile.ZIP_STORED, 0)):
            with zipfile.ZipFile(self.path('bomb.npz'), 'w', kind) as file:
                file.writestr('settings.npy', member)
                with file.open('conv1_1.W.npy', 'w') as big:
                    big.write(member)
                    for _ in range(count):
                        big.write(zeros)
            self.refuse(self.path('bomb.npz'), 'torn, or not')
            with self.assertRaisesRegex(ValueError, 'conv1_1.W has shape'):
                pretrained.load_vgg16(self.path('bomb.npz'))
        self.assertLess(memory.peak_mib() - before, 50)
        with zipfile.ZipFile(self.path('bomb.npz')) as file:
            with self.assertRaisesRegex(ValueError, 'larger than its bytes'):
                npz.refuse_bombs(file, npz.headers(file))

    def test_settings_that_ask_for_a_large_network(self):
        """Refused while it is built, before its memory is taken."""
        arrays, settings = weights_file.read(self.write('a.npz', self.good()))
        settings['network']['width'] = 4
        weights_file.write(self.path('a.npz'), arrays, settings)
        before = memory.peak_mib()
        self.refuse(self.path('a.npz'), 'larger than the arrays')
        self.assertLess(memory.peak_mib() - before, 50)


class TestPublishedWeights(Commands):
    def refuse(self, words):
        with self.assertRaisesRegex(ValueError, words) as caught:
            pretrained.load_vgg16(self.path('w'))
        self.assertNotIn('\n', str(caught.exception))

    def keras(self, make):
        """A file whose first kernels are made by `make(group, name)`."""
        with h5py.File(self.path('w'), 'w') as file:
            group = file.create_group('block1_conv1')
            group.attrs['weight_names'] = np.array(['W', 'b'], 'S')
            make(group, 'W')

    def test_hdf5_bomb(self):
        self.keras(lambda group, name: group.create_dataset(
            name, (3, 3, 3, 64), 'f4', chunks=(3, 3, 3, 64),
            compression='gzip'))
        self.refuse('conv1_1.W is compressed or in parts')
        self.keras(lambda group, name: group.create_dataset(
            name, (10 ** 6, 10 ** 6), 'f4', chunks=(9, 9)))
        self.refuse('conv1_1.W .*in parts')
        self.keras(lambda group, name: group.create_group(name))
        self.refuse('conv1_1.W is missing')

    def test_hdf5_that_points_elsewhere(self):
        self.write('secret', bytes(6912))

        def linked(group, name):
            group[name] = h5py.ExternalLink(self.path('secret'), '/x')

        def outside(group, name):
            group.create_dataset(name, (3, 3, 3, 64), 'f4', external=[
                (self.path('secret'), 0, 6912)])
        self.keras(linked)
        self.refuse('conv1_1.W is missing')
        self.keras(outside)
        self.refuse('conv1_1.W is compressed or in parts')

    def test_pickles_that_ask_for_memory(self):
        before = memory.peak_mib()
        for pickled in (
                # An array of a terabyte, filled by nobody.
                b"\x80\x02cnumpy\nndarray\n(J\x00\x00\x00\x7ftR.",
                # A text of a megabyte, encoded again and again.
                b'\x80\x02c_codecs\nencode\nq\x01X\x00\x00\x10\x00'
                + bytes(1 << 20) + b'q\x02X\x06\x00\x00\x00latin1q\x030('
                + b'h\x01h\x02h\x03\x86R' * 2000 + b'l.',
                # Lists of lists of lists, for a mean.
                b'\x80\x02}(X\x0c\x00\x00\x00param values]'
                b'X\x0a\x00\x00\x00mean value]q\x01(K\x01K\x01e'
                + b''.join(b'](' + b'h' + bytes([n]) + b'h' + bytes([n])
                           + b'eq' + bytes([n + 1])
                           for n in range(1, 40)) + b'u.'):
            self.write('w', pickled)
            with self.assertRaises(ValueError) as caught:
                pretrained.load_vgg16(self.path('w'))
            self.assertNotIn('\n', str(caught.exception))
        self.assertLess(memory.peak_mib() - before, 50)


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
                       'experiments.train_default', 'weights.fetch'):
            shown = subprocess.run([sys.executable, '-m', module, '--help'],
                                   capture_output=True, text=True, check=True)
            self.assertIn('--debug', shown.stdout, module)

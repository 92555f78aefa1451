"""Damaged and doctored weights: one clear line each."""

import json
import os
import zipfile

import h5py
import numpy as np
from PIL import Image

from colorize import memory
from colorize.disk import npz
from colorize.predict import __main__ as predict
from colorize.systems import pretrained, trained, weights_file
from experiments.measure import fuzz_weights
from tests.shared.commands import Commands
from tests.shared.peaks import new_peak_mib


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
                np.savez(file, settings=np.array(json.dumps(
                    {'network': settings['network'],
                     'training': {'side': 32}})), **dict(arrays, **change))
            self.refuse(path, words)

    def test_a_trainings_folder_and_its_checkpoint(self):
        run = self.path('run')
        os.mkdir(run)
        self.refuse(run, 'run: Is a directory$')
        arrays, settings = weights_file.read(self.write(
            os.path.join('run', 'weights.npz'), self.good()))
        self.refuse(run, 'Is a directory; take .*run/weights.npz$')
        del arrays['bin_means']
        weights_file.write(os.path.join(run, 'checkpoint.npz'), arrays,
                           dict(settings, progress={}))
        for path, words in ((run, 'take .*run/weights.npz'), (
                os.path.join(run, 'checkpoint.npz'),
                'checkpoint; take weights.npz of its folder')):
            self.refuse(path, words)
            with self.assertRaisesRegex(ValueError, words):
                trained.settings_of(path)  # as --start does

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
        before = new_peak_mib()
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
        before = new_peak_mib()
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
        before = new_peak_mib()
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

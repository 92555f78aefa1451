"""The fetch command, its manifest and the files that it converts."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import numpy as np

from colorize.colorizer import default_weights
from colorize.systems.pretrained import load_vgg16
from tests.shared.served import Served, md5
from tests.shared.vgg16_files import (random_arrays, write_keras, write_npz,
                                      write_zoo)
from weights import fetch


class TestManifest(unittest.TestCase):

    def test_every_record(self):
        for record in fetch.manifest().values():
            self.assertGreater(record['size'], 0)
            self.assertRegex(record['md5'], '^[0-9a-f]{32}$')
            self.assertTrue(record['licence'])
            self.assertEqual(os.path.basename(record['name']),
                             record['name'])

    def test_what_is_fetched_comes_over_tls(self):
        self.assertRegex(fetch.manifest()['vgg16']['source'], '^https://')

    def test_what_ships_is_what_is_listed(self):
        record = fetch.manifest()['light']
        with open(default_weights(), 'rb') as file:
            content = file.read()
        self.assertEqual((len(content), md5(content)),
                         (record['size'], record['md5']))

    def test_published_size_of_vgg16(self):
        # 13 convolutions of float32 and a little HDF5 around them.
        depths = [3, 64, 64, 128, 128] + [256] * 3 + [512] * 6
        floats = sum(9 * i * o + o for i, o in zip(depths, depths[1:]))
        extra = fetch.manifest()['vgg16']['size'] - 4 * floats
        self.assertTrue(0 < extra < 50000, extra)


class TestCommand(Served):
    """main(), with a stand-in for the published file."""

    @classmethod
    def setUpClass(cls):
        cls.files = tempfile.mkdtemp()
        arrays = random_arrays(np.random.default_rng(4), 'rcio')
        write_keras(cls.file('keras'), arrays)
        cls.arrays = {
            name: (np.moveaxis(kernels, (3, 2), (0, 1)), biases)
            for name, (kernels, biases) in arrays.items()}
        write_zoo(cls.file('zoo'), cls.arrays)
        write_npz(cls.file('ours'), cls.arrays)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.files)

    @classmethod
    def file(cls, name):
        return os.path.join(cls.files, name)

    def setUp(self):
        super().setUp()
        with open(self.file('keras'), 'rb') as file:
            self.server.content = file.read()
        self.record = dict(fetch.manifest()['vgg16'], source=self.url,
                           size=len(self.server.content),
                           md5=md5(self.server.content))
        for patch in (
                mock.patch.dict(os.environ, XDG_CACHE_HOME=self.folder),
                mock.patch.object(fetch, 'manifest',
                                  lambda: {'vgg16': self.record})):
            patch.start()
            self.addCleanup(patch.stop)
        self.by_hand = self.path(f"colorize/{self.record['name']}")

    def run_main(self, *argv):
        """Exit code, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out):
            with contextlib.redirect_stderr(err):
                try:
                    code = fetch.main(argv, self.opener)
                except SystemExit as stopped:
                    code = stopped.code
        return code, out.getvalue(), err.getvalue()

    def check_converted(self, path):
        found = load_vgg16(path)
        for name, (kernels, biases) in self.arrays.items():
            np.testing.assert_array_equal(found[f'{name}.W'], kernels)
            np.testing.assert_array_equal(found[f'{name}.b'], biases)

    def test_download_and_convert(self):
        code, out, err = self.run_main()
        self.assertEqual((code, err), (0, ''))
        self.check_converted(self.path('colorize/vgg16.npz'))
        self.assertIn('10 layers, conv1_1 to conv4_3', out)
        self.assertEqual(sorted(os.listdir(self.path('colorize'))),
                         ['vgg16.npz', self.record['name']])

    def test_once_is_enough(self):
        self.run_main('vgg16')
        code, out, err = self.run_main('vgg16')
        self.assertEqual((code, err), (0, ''))
        self.assertIn(self.path('colorize/vgg16.npz') + ' is there already',
                      out)
        self.assertEqual(len(self.server.ranges), 1)

    def test_damaged_result_is_made_again(self):
        self.run_main()
        self.write('colorize/vgg16.npz', b'PK\x03\x04')
        self.assertEqual(self.run_main()[0], 0)
        self.check_converted(self.path('colorize/vgg16.npz'))
        self.assertEqual(len(self.server.ranges), 1)

    def test_from_every_format(self):
        for name in ('keras', 'zoo', 'ours'):
            code, _, err = self.run_main('--from', self.file(name),
                                         '-o', self.path(name))
            self.assertEqual((code, err), (0, ''))
            self.check_converted(self.path(name))
            np.load(self.path(name)).close()
        self.assertEqual(self.server.ranges, [])

    def test_by_hand(self):
        os.makedirs(self.path('colorize'))
        shutil.copy(self.file('zoo'), self.by_hand)
        code, out, err = self.run_main()
        self.assertEqual((code, err), (0, ''))
        self.assertIn('judged by its content', out)
        self.check_converted(self.path('colorize/vgg16.npz'))
        self.assertEqual(self.server.ranges, [])

    def test_by_hand_damaged_is_named_and_kept(self):
        os.makedirs(self.path('colorize'))
        self.write(self.by_hand, b'<html>')
        code, _, err = self.run_main()
        self.assertEqual(code, 1)
        self.assertIn(self.by_hand, err)
        self.assertEqual(self.read(self.by_hand), b'<html>')

    def test_no_network(self):
        self.record['source'] = 'https://127.0.0.1:1/file'
        code, _, err = self.run_main()
        self.assertEqual(code, 1)
        for word in (self.record['source'], self.by_hand, '--from FILE',
                     'vgg16.pkl', '_kernels.h5', '_notop.h5', '.npz'):
            self.assertIn(word, err)
        self.assertNotIn('Traceback', err)
        self.assertFalse(os.path.exists(self.path('colorize/vgg16.npz')))

    def test_wrong_checksum(self):
        self.record['md5'] = '0' * 32
        code, _, err = self.run_main()
        self.assertEqual(code, 1)
        self.assertIn('0' * 32, err)
        self.assertEqual(os.listdir(self.path('colorize')), [])

    def test_wrong_file_leaves_the_old_result(self):
        self.write('text', b'no weights')
        self.write('old', b'old')
        code, _, err = self.run_main('--from', self.path('text'),
                                     '-o', self.path('old'))
        self.assertEqual((code, err.count('\n')), (1, 1))
        self.assertIn(self.path('text'), err)
        self.assertEqual(self.read('old'), b'old')

    def test_cannot_write(self):
        os.mkdir(self.path('folder'))
        self.write('plain', b'no folder')
        for target in ('folder', 'plain/file'):
            code, _, err = self.run_main('--from', self.file('ours'),
                                         '-o', self.path(target))
            self.assertEqual((code, err.count('\n')), (1, 1))
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ['folder', 'plain'])

    def test_never_written_over_its_source(self):
        shutil.copy(self.file('keras'), self.path('mine'))
        os.symlink(self.path('mine'), self.path('link'))
        for target in ('mine', 'link'):
            code, _, err = self.run_main('--from', self.path('mine'),
                                         '-o', self.path(target))
            self.assertEqual(code, 2)
        self.assertEqual(self.read('mine'), self.server.content)

    def test_bad_usage(self):
        for argv in (['vgg99'], ['--frm', 'x'], ['vgg16', 'x'], ['--from']):
            self.assertEqual(self.run_main(*argv)[0], 2)

    def test_stopped_by_hand(self):
        self.opener = mock.Mock(open=mock.Mock(side_effect=KeyboardInterrupt))
        code, _, err = self.run_main()
        self.assertEqual((code, err.count('\n')), (130, 1))


def test_command_without_theano():
    code = ('import runpy, sys\n'
            'sys.argv = ["fetch", "--help"]\n'
            'try: runpy.run_module("weights.fetch", run_name="__main__")\n'
            'except SystemExit as stopped: assert not stopped.code\n'
            'assert "theano" not in sys.modules')
    done = subprocess.run([sys.executable, '-c', code], check=True,
                          stdout=subprocess.PIPE, text=True)
    assert '--from FILE' in done.stdout, done.stdout

"""The predict command as people call it."""

import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stderr

import numpy as np
from PIL import Image

from colorize import color
from colorize.color import bins
from colorize.hints import places
from colorize.photos import images
from colorize.predict import __main__ as predict
from colorize.systems import params, weights_file
from colorize.training.initial import build_initial
from colorize.colorizer import Colorizer, network_size
from tests.shared.folder import Folder
from tests.shared.photos import photo, write_photos


def write_weights(path, **network):
    """Weights of a small network as it is before training."""
    built = build_initial(dict({'width': 0.05}, **network))
    arrays = {name: shared.get_value() for name, shared
              in params.get_params(built.outputs).items()}
    weights_file.write(path, dict(arrays, bin_means=bins.bin_centers()),
                       {'network': built.settings, 'training': {'side': 32}})


class Weights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='colorize-test-')
        cls.weights = os.path.join(cls.folder, 'w.npz')
        write_weights(cls.weights)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)


class TestPredict(Weights):
    def setUp(self):
        self.here = tempfile.mkdtemp(dir=self.folder)

    def path(self, *parts):
        return os.path.join(self.here, *parts)

    def run_main(self, *arguments):
        said = io.StringIO()
        with redirect_stderr(said):
            try:
                status = predict.main(list(arguments)
                                      + ['--weights', self.weights])
            except SystemExit as stop:
                status = stop.code
        return status, said.getvalue()

    def test_beside_the_photo_at_its_own_size_with_its_own_lightness(self):
        source, = write_photos(self.here, 1, rows=50, columns=77)
        self.assertEqual(self.run_main(source), (0, ''))
        self.assertEqual(sorted(os.listdir(self.here)),
                         ['photo0-color.png', 'photo0.png'])
        found = images.load(self.path('photo0-color.png'))
        original = images.load(source)
        self.assertEqual(found.shape, original.shape)
        self.assertGreater(color.saturation(found).mean(), 0.02)
        # Eight bits hold lightness to about a third of a unit.
        np.testing.assert_allclose(color.split(found)[0],
                                   color.split(original)[0], atol=1.2)

    def test_the_colors_of_the_photo_are_not_looked_at(self):
        source, = write_photos(self.here, 1)
        lightness, _ = color.split(photo())
        grey = images.to_uint8(color.to_gray(lightness) / 255)
        Image.fromarray(grey).save(self.path('grey.png'))
        self.run_main(source, self.path('grey.png'), '-o', self.here)
        from_color = images.load(self.path('photo0-color.png'))
        from_grey = images.load(self.path('grey-color.png'))
        # Rounding grey to eight bits may tip a pixel into the next bin.
        differs = np.abs(from_color.astype(int) - from_grey) > 8
        self.assertLess(differs.mean(), 0.05)

    def test_hints_and_coherence(self):
        source, = write_photos(self.here, 1)
        hint = {'row': 20, 'column': 29, 'color': '#c8a098', 'radius': 3}
        with open(self.path('hints.json'), 'w') as file:
            json.dump([hint], file)
        status, said = self.run_main(source, '--hints', file.name,
                                     '--coherence', 'guided')
        self.assertEqual((status, said), (0, ''))
        expected = Colorizer(self.weights, coherence='guided')(photo(), [hint])
        np.testing.assert_array_equal(
            images.load(self.path('photo0-color.png')), expected)

    def test_hints_that_cannot_be(self):
        sources = write_photos(self.here, 2)
        bright = {'row': 20, 'column': 29, 'color': '#0000ff'}
        for content, photos, status, words in (
                ([bright], sources[:1], 0, '1 of 1 hinted pixels are paler'),
                ([dict(bright, row=99)], sources[:1], 2,
                 'hints.json: hint 1: row must be 0 to 39, got 99'),
                ([bright], sources, 2, 'is for one photo, these are 2')):
            with open(self.path('hints.json'), 'w') as file:
                json.dump(content, file)
            try:
                found, said = self.run_main(*photos, '--overwrite', '--hints',
                                            file.name)
            except places.HintError as error:
                found, said = error.status, str(error)
            self.assertEqual(found, status)
            self.assertIn(words, said)

    def test_into_a_file_or_folder(self):
        sources = write_photos(self.here, 2)
        status, _ = self.run_main(sources[0], '-o', self.path('x.jpg'))
        self.assertEqual(status, 0)
        with Image.open(self.path('x.jpg')) as image:
            self.assertEqual((image.format, image.size), ('JPEG', (48, 40)))
        status, _ = self.run_main(*sources, '-o', self.path('new', 'one'))
        self.assertEqual(status, 0)
        self.assertEqual(sorted(os.listdir(self.path('new', 'one'))),
                         ['photo0-color.png', 'photo1-color.png'])

    def test_one_bad_photo_does_not_stop_the_others(self):
        good = write_photos(self.here, 2)
        bad = self.path('bad.png')
        with open(bad, 'wb') as file:
            file.write(b'no photo at all')
        status, said = self.run_main(good[0], bad, good[1])
        self.assertEqual(status, 1)
        lines = [line for line in said.splitlines() if 'bad.png' in line]
        self.assertEqual(len(lines), 1, said)
        self.assertIn('not a readable photo', lines[0])
        self.assertEqual(sorted(os.listdir(self.here)),
                         ['bad.png', 'photo0-color.png', 'photo0.png',
                          'photo1-color.png', 'photo1.png'])

    def test_tiny_and_thin_photos(self):
        for rows, columns in ((1, 1), (1, 400), (400, 1), (7, 9)):
            name = self.path(f'{rows}x{columns}.png')
            Image.fromarray(np.full((rows, columns), 99, 'uint8')).save(name)
            self.assertEqual(self.run_main(name)[0], 0)
            with Image.open(f'{name[:-4]}-color.png') as image:
                self.assertEqual(image.size, (columns, rows))

    def test_bad_usage(self):
        sources = write_photos(self.here, 2)
        before = sorted(os.listdir(self.here))
        for arguments, text in (
                ([], 'required'), ([sources[0], '--no-such'], 'no-such'),
                ([sources[0], '-o', sources[0]], 'would overwrite'),
                ([sources[0], '--batch-size', '0'], 'must be 1 to 1024'),
                ([sources[0], '-o', sources[0], sources[1]],
                 'several photos need a folder')):
            status, said = self.run_main(*arguments)
            self.assertEqual(status, 2)
            self.assertIn(text, said)
        self.assertEqual(sorted(os.listdir(self.here)), before)


class TestWeightsOfOtherNetworks(Folder):
    def setUp(self):
        super().setUp()
        self.weights = self.path('w.npz')

    def test_settings_travel_with_the_weights(self):
        for network in (dict(system='regression', color_space='hsv'),
                        dict(aggregation='sum', head_depths=[9],
                             vgg_batch_norm=True)):
            write_weights(self.weights, **network)
            found = Colorizer(self.weights)(photo())
            self.assertEqual((found.shape, found.dtype),
                             (photo().shape, 'uint8'))

    def test_a_grey_array_will_do(self):
        write_weights(self.weights, system='regression')
        self.assertEqual(Colorizer(self.weights)(photo()[..., 0]).shape,
                         photo().shape)

    def refuse(self, text, arrays, settings):
        weights_file.write(self.weights, arrays, settings)
        with self.assertRaisesRegex(weights_file.WeightsError, text):
            Colorizer(self.weights)

    def test_unfit_files_are_refused(self):
        write_weights(self.weights, system='regression')
        arrays, settings = weights_file.read(self.weights)
        network = settings['network']
        self.refuse('make no network', arrays, {})
        self.refuse("unknown setting 'speed'", arrays, dict(
            settings, network=dict(network, speed=1)))
        self.refuse('the network needs', arrays, dict(
            settings, network=dict(network, width=0.1)))
        self.refuse('larger than the arrays', arrays, dict(
            settings, network=dict(network, width=4)))
        self.refuse('the network needs', arrays, dict(
            settings, network={'width': 0.05}))
        del arrays['bin_means']
        self.refuse('bin_means', arrays, settings)


class TestNetworkSize(unittest.TestCase):
    def test_area_and_proportions(self):
        for rows, columns in ((224, 224), (480, 640), (640, 480),
                              (1000, 3000)):
            found = network_size(rows, columns, 224)
            self.assertEqual([side % 8 for side in found], [0, 0])
            self.assertAlmostEqual(found[0] * found[1] / 224 ** 2, 1,
                                   delta=0.08)
            self.assertAlmostEqual(found[0] / found[1] * columns / rows, 1,
                                   delta=0.08)

    def test_extremes_stay_small(self):
        for rows, columns in ((1, 10000), (10000, 1), (1, 1)):
            found = network_size(rows, columns, 224)
            self.assertLessEqual(found[0] * found[1], 1.1 * 224 ** 2)
            self.assertGreaterEqual(min(found), 8)


def test_help_answers_at_once():
    """In seconds of the processor, whatever else runs on the machine."""
    began = _seconds_of_children()
    for module in ('predict', 'training'):
        shown = subprocess.run(
            [sys.executable, '-m', f'colorize.{module}', '--help'],
            capture_output=True, text=True, check=True)
        assert f'usage: python -m colorize.{module}' in shown.stdout
    assert _seconds_of_children() - began < 2 * 0.5 + 0.5


def _seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime

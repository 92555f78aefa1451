"""Networks as ONNX files, against our own and against slow numpy."""

import json
import os
import re
import textwrap
from unittest import mock

import numpy as np
import onnx
import onnxruntime
from PIL import Image

from colorize import color
from colorize.color import bins
from colorize.colorizer import Colorizer
from colorize.disk import whole
from colorize.export import __main__ as command
from colorize.export import onnx_file
from colorize.settings import SettingError
from colorize.systems import arrays as systems_arrays
from colorize.systems import params, weights_file
from colorize.systems.trained import load
from colorize.training.initial import build_initial
from experiments.measure.bench import contender, onnx_contender
from experiments.shared import bundled
from tests.shared import reference
from tests.shared.folder import ROOT, Folder
from tests.shared.precision import limit

#: Batch, rows and columns.
SIZES = ((1, 8, 24), (2, 48, 32), (1, 64, 64))

#: So that scores differ, and that chroma stays inside its range.
_STRETCH = {'scores_u.W': 3, 'scores_v.W': 3, 'output.W': 0.02}


def write_trained(path, seed=0, levels=False, **network):
    """Weights of a small network whose batch norms do something."""
    built = build_initial(dict({'width': 0.05}, **network))
    draw = np.random.RandomState(seed)
    arrays = {}
    for name, shared in params.get_params(built.outputs).items():
        values = shared.get_value()
        if values.ndim == 1:
            values = values + draw.uniform(-0.3, 0.3, values.shape)
        arrays[name] = values * _STRETCH.get(name, 1)
    means = bins.bin_centers(built.settings['color_space'])
    shares = draw.uniform(0.1, 1, (2, 50))
    arrays.update(bin_means=means + draw.uniform(0, 0.01, (2, 50)),
                  bin_shares=shares / shares.sum(axis=1, keepdims=True))
    if levels:
        arrays['level_means'] = means + draw.uniform(-20, 20, (11, 2, 50))
    weights_file.write(path, arrays, {'network': built.settings,
                                      'training': {'side': 32}})


def lightness(batch, rows, columns, most=100):
    draw = np.random.RandomState(rows)
    coarse = draw.uniform(0, most, (batch, rows // 8, columns // 8))
    return np.kron(coarse, np.ones((8, 8))).astype('float32') * draw.uniform(
        0.9, 1, (batch, rows, columns)).astype('float32')


class Networks(Folder):
    def setUp(self):
        super().setUp()
        self.weights = self.path('w.npz')

    def session(self, **kwargs):
        path = self.path('w.onnx')
        onnx_file.write(path, self.weights, **kwargs)
        return onnxruntime.InferenceSession(path)

    def agree(self, most=100, apart=1e-4, **how):
        ours = Colorizer(self.weights, **how)
        if ours.coherence == 'areas':  # which ONNX cannot have
            ours = ours.like(how.get('decode'), coherence='guided')
        session = self.session(**how)
        for size in SIZES:
            photos = lightness(*size, most=most)
            found, = session.run(['chroma'], {'lightness': photos})
            expected = np.stack(ours.predict(list(photos)))
            unit = color.color_space(
                session.get_modelmeta().custom_metadata_map['color_space']
            ).unit
            self.assertGreater(np.ptp(expected), 0.02 * unit)
            np.testing.assert_allclose(found / unit, expected / unit, apart,
                                       apart)


class TestAgreement(Networks):
    def test_classification_in_every_decoding(self):
        # Stretched scores and a low temperature enlarge what AMX rounds off.
        apart = limit(1e-4, 5e-4)
        write_trained(self.weights)
        for decode in ('vivid', 'annealed', 'argmax'):
            self.agree(decode=decode, apart=apart)
        self.agree(decode='vivid', coherence='none', apart=apart)
        self.agree(decode='mean', coherence='guided', apart=apart)

    def test_means_by_level(self):
        write_trained(self.weights, levels=True)
        apart = limit(1e-4, 5e-4)
        for decode in ('vivid', 'mean', 'argmax'):
            self.agree(decode=decode, apart=apart)

    def test_regression(self):
        write_trained(self.weights, system='regression')
        for coherence in ('none', 'guided'):
            self.agree(coherence=coherence)

    def test_a_page_of_one_grey_stays_grey(self):
        """Beside another photo, too."""
        write_trained(self.weights)
        both = lightness(2, 16, 24)
        both[1] = 70
        found, = self.session().run(['chroma'], {'lightness': both})
        self.assertGreater(np.abs(found[0]).mean(), 1)
        np.testing.assert_array_equal(found[1], 0)

    def test_ablations(self):
        for network in (dict(aggregation='sum', head_depths=[9],
                             vgg_batch_norm=True),
                        dict(residual_encoder=False, head_depths=[9, 7])):
            write_trained(self.weights, **network)
            self.agree()

    def test_hsv(self):
        write_trained(self.weights, color_space='hsv', system='regression')
        self.agree(most=1)
        write_trained(self.weights, color_space='hsv')
        self.agree(most=1)

    def test_what_ships(self):
        self.weights = None
        self.agree()

    def test_scores_are_those_of_slow_numpy(self):
        write_trained(self.weights, vgg_batch_norm=True)
        values, _ = weights_file.read(self.weights)
        photo = lightness(1, 16, 24)
        expected = reference.classification(
            systems_arrays.network_input(photo[0]), values, True)
        found = self.session().run(['scores_u', 'scores_v'],
                                   {'lightness': photo})
        np.testing.assert_allclose(np.concatenate(found), expected, 1e-4,
                                   1e-4)


class TestFile(Networks):
    def test_batch_norm_is_folded_and_metadata_are_inside(self):
        write_trained(self.weights, levels=True, vgg_batch_norm=True)
        model = onnx_file.model(self.weights)
        kinds = [node.op_type for node in model.graph.node]
        self.assertNotIn('BatchNormalization', kinds)
        # Of 19 batch norms only the three before a sum remain.
        scaled = [node.name for node in model.graph.node
                  if node.name.endswith('.scaled')]
        self.assertEqual(scaled, [
            'gray.scaled', 'tap3.scaled', 'tap2.scaled', 'tap1.scaled',
            'scores_u.weighed.even.scaled', 'scores_v.weighed.even.scaled'])
        self.assertGreaterEqual(model.opset_import[0].version, 13)
        about = {each.key: each.value for each in model.metadata_props}
        _, means, shares, side, levels = load(self.weights)
        for name, values in (('bin_means', means), ('bin_shares', shares),
                             ('level_means', levels)):
            np.testing.assert_allclose(json.loads(about[name]), values)
        self.assertEqual(
            [about[name] for name in ('side', 'decode', 'coherence')],
            [str(side), 'vivid', 'guided'])

    def test_sizes_are_free(self):
        write_trained(self.weights)
        graph = onnx_file.model(self.weights).graph
        shapes = {each.name: [axis.dim_param or axis.dim_value for axis
                              in each.type.tensor_type.shape.dim]
                  for each in list(graph.input) + list(graph.output)}
        self.assertEqual(shapes, {
            'lightness': ['batch', 'row', 'column'],
            'chroma': ['batch', 'row', 'column', 2],
            'scores_u': ['batch', 50, 'row', 'column'],
            'scores_v': ['batch', 50, 'row', 'column']})

    def test_a_decoding_that_cannot_be(self):
        write_trained(self.weights, system='regression')
        with self.assertRaisesRegex(SettingError, 'no bins'):
            onnx_file.model(self.weights, 'vivid')

    def test_a_coherence_that_cannot_be(self):
        write_trained(self.weights)
        with self.assertRaisesRegex(SettingError, 'ONNX.*crf'):
            onnx_file.model(self.weights, coherence='crf')

    def test_nothing_is_left_of_a_file_that_could_not_be_written(self):
        write_trained(self.weights)
        path = self.path('kept.onnx')
        with open(path, 'w') as file:
            file.write('before')
        with mock.patch.object(whole.os, 'fsync', side_effect=OSError(
                28, 'No space left on device')):
            with self.assertRaisesRegex(OSError, 'No space'):
                onnx_file.write(path, self.weights)
        with open(path) as file:
            self.assertEqual(file.read(), 'before')
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ['kept.onnx', 'w.npz'])


class TestCommand(Networks):
    def test_writes_what_onnx_reads(self):
        write_trained(self.weights)
        path = self.path('made', 'net.onnx')
        self.assertEqual(command.main([
            path, '--weights', self.weights, '--decode', 'argmax']), 0)
        about = {each.key: each.value for each
                 in onnx.load(path).metadata_props}
        self.assertEqual(about['decode'], 'argmax')

    def test_a_name_that_is_no_onnx_file(self):
        with self.assertRaises(SystemExit) as stop, mock.patch(
                'sys.stderr') as stderr:
            command.main([self.weights])
        self.assertEqual(stop.exception.code, 2)
        said = ''.join(call.args[0] for call in stderr.write.call_args_list)
        self.assertIn('must end in .onnx', said)

    def test_without_the_package(self):
        with mock.patch.dict('sys.modules', {'onnx': None}):
            with self.assertRaisesRegex(RuntimeError, r'\.\[export\]'):
                command.main([self.path('net.onnx')])


def test_its_place_in_the_bench():
    for system in ('classification', 'regression'):
        photos, _ = contender.data(2, system, 16)
        found = onnx_contender.OnnxRuntime(system, 0.05).predict(photos)
        assert found.shape == (2, 16, 16, 2)


class TestReadme(Folder):
    def test_its_lines_colour_a_photo(self):
        """With nothing but onnxruntime and scikit-image, as it says."""
        with open(os.path.join(ROOT, 'colorize', 'export',
                               'README.rst')) as file:
            block = re.search(r'code-block:: python\n\n(( {4}.*\n|\n)+)',
                              file.read()).group(1)
        lines = textwrap.dedent(block)
        self.assertNotIn('colorize import', lines)
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)
        onnx_file.write('colorize.onnx')
        with Image.open(bundled.path('coffee.png')) as image:
            image = image.convert('L').resize((200, 150))
        image.save('grandma.jpg')
        exec(lines, {})
        with Image.open('grandma-color.png') as painted:
            painted = np.asarray(painted)
        ours = Colorizer()(np.asarray(Image.open('grandma.jpg')))
        self.assertGreater(color.saturation(painted).mean(), 0.1)
        error = np.mean((painted / 255 - ours / 255) ** 2)
        self.assertGreater(-10 * np.log10(error), 30)

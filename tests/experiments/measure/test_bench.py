"""The PyTorch twin of the bench is the same network."""

import json
import os
import tempfile
import unittest

import numpy as np

from colorize.systems import networks, params, weights_file
from colorize.backend import lasagne, theano
from tests.onednn.test_ops import needs_onednn
from tests.shared.photos import write_photos
from tests.shared.precision import limit

try:
    import torch
except ImportError:
    torch = None

WIDTH = 0.1


@unittest.skipIf(torch is None, 'needs PyTorch')
class TestTwin(unittest.TestCase):

    def outputs(self, system):
        """Ours and the twin's, from one weights file."""
        from experiments.measure.bench.twin import load, Twin
        network = networks.build({'system': system, 'width': WIDTH})
        known = params.get_params(network.outputs)
        rng = np.random.RandomState(1)
        for shared in known.values():
            values = shared.get_value()
            shared.set_value((values * rng.uniform(
                0.5, 1.5, values.shape)).astype('float32'))
        twin = Twin(system, WIDTH).eval()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'weights.npz')
            weights_file.write(path, {
                name: shared.get_value()
                for name, shared in known.items()}, {})
            load(twin, path)
        photo = rng.uniform(-120, 130, (2, 3, 16, 24)).astype('float32')
        ours = theano.function([network.input_var], lasagne.layers.get_output(
            network.outputs, deterministic=True))(photo)
        with torch.no_grad():
            return ours, [each.numpy() for each in twin(torch.tensor(photo))]

    def check(self, system):
        ours, twins = self.outputs(system)
        self.assertEqual(len(ours), len(twins))
        for mine, other in zip(ours, twins):
            np.testing.assert_allclose(other, mine,
                                       atol=1e-3 * abs(mine).max())

    def test_classification(self):
        self.check('classification')

    def test_regression(self):
        self.check('regression')

    def test_a_training_is_ours_but_for_the_rounding(self):
        from colorize.training.loop import train
        from experiments.measure.bench import twin_loop
        settings = {'side': 32, 'crop': 16, 'flip': True, 'batch_size': 2,
                    'learning_rate': 0.001, 'schedule': 'cosine',
                    'average': 0.9, 'vgg_rate': 0.5, 'holdout': 0.25}
        network = {'width': WIDTH, 'freeze_until': 'conv1_2',
                   'vgg_batch_norm': False}
        with tempfile.TemporaryDirectory() as folder:
            paths = write_photos(folder, 16)
            ours = train(paths, os.path.join(folder, 'ours'), 2, network,
                         **settings)
            twins = twin_loop.train(
                paths, os.path.join(folder, 'twin'), 2, network, settings)
            (mine, _), (other, told) = (
                weights_file.read(os.path.join(folder, name, 'weights.npz'))
                for name in ('ours', 'twin'))
        self.assertEqual(told['training']['vgg_rate'], 0.5)
        self.assertEqual(set(other), set(mine))
        np.testing.assert_array_equal(other['conv1_2.W'], mine['conv1_2.W'])
        for key in ('loss', 'val_loss'):
            self.assertLess(abs(twins[key] / ours[key] - 1), 0.01, key)
        for name in ('head1.W', 'conv3_1.W'):
            self.assertLess(abs(other[name] - mine[name]).mean(),
                            0.1 * abs(mine[name]).mean(), name)


@needs_onednn
def test_the_bench_writes_its_results_and_bars():
    from experiments.measure.bench.__main__ import bench
    contenders = ['colorize', 'onnxruntime'] + [
        'pytorch_fp32', 'pytorch_bf16_last'] * bool(torch)
    with tempfile.TemporaryDirectory() as folder:
        bench(folder, 1, ['regression'], contenders, (WIDTH, 16))
        with open(os.path.join(folder, 'bench.json')) as file:
            written = json.load(file)
        assert os.path.getsize(os.path.join(folder, 'bench.png'))
    assert written['amx'] is (limit(24, 17) == 17), written['amx']
    found = written['regression']
    names = {name.replace('_last', '') for name in contenders}
    for task in ('train', 'predict1', 'predict6', 'peak_mib'):
        # What is exported does not train.
        other = (names - {'onnxruntime'} if task in ('train', 'peak_mib')
                 else names)
        assert set(found[task]) == other, found
        assert all(value > 0 for value in found[task].values())


@unittest.skipIf(torch is None, 'needs PyTorch')
def test_the_network_of_zhang_isola_and_efros():
    from experiments.measure.bench.cic import cic
    network = cic()
    # Their published model is a file of 129 MB in float32.
    size = 4 * sum(each.numel() for each in network.parameters())
    assert 128e6 < size < 130e6, size
    with torch.no_grad():
        chroma = network(torch.zeros(1, 1, 256, 256))
    assert chroma.shape == (1, 2, 64, 64)


@needs_onednn
def test_the_whole_way_beside_theirs():
    from experiments.measure.bench.__main__ import bench
    contenders = ['colorize'] + ['pytorch_fp32'] * bool(torch)
    with tempfile.TemporaryDirectory() as folder:
        found = bench(folder, 1, ['cic'], contenders, (WIDTH, 16))['cic']
    for task in ('predict1', 'file', 'peak_mib'):
        assert set(found[task]) == set(contenders), found
        assert all(value > 0 for value in found[task].values())

"""Weights files: round trips, and every way in which one can be bad."""

import os

import numpy as np

from colorize.systems import networks, params, weights_file
from tests.shared.folder import Folder


class TestWeights(Folder):
    def setUp(self):
        super().setUp()
        self.file = self.path('w.npz')
        self.arrays = {'a.W': np.linspace(-1, 1, 6, dtype='f').reshape(2, 3),
                       'n': np.arange(3)}

    def test_round_trip(self):
        settings = {'network': {'width': 0.5, 'head_depths': [1, 2]}}
        weights_file.write(self.file, self.arrays, settings)
        arrays, found = weights_file.read(self.file)
        self.assertEqual(found, settings)
        for name, values in self.arrays.items():
            np.testing.assert_array_equal(arrays[name], values)
            self.assertEqual(arrays[name].dtype, values.dtype)

    def test_half_precision(self):
        weights_file.write(self.file, self.arrays, {}, 'float16')
        small = os.path.getsize(self.file)
        arrays, _ = weights_file.read(self.file)
        self.assertEqual(arrays['a.W'].dtype, 'float32')
        np.testing.assert_allclose(arrays['a.W'], self.arrays['a.W'],
                                   rtol=1e-3)
        weights_file.write(self.file, self.arrays, {})
        self.assertLess(small, os.path.getsize(self.file))

    def refuse(self, text):
        with self.assertRaisesRegex(weights_file.WeightsError, text) as caught:
            weights_file.read(self.file)
        self.assertTrue(str(caught.exception).startswith(self.file))

    def test_bad_files(self):
        self.refuse('No such file')
        weights_file.write(self.file, self.arrays, {})
        with open(self.file, 'rb') as file:
            whole = file.read()
        for content in (b'', b'text', whole[:len(whole) // 2], whole[:-30]):
            with open(self.file, 'wb') as file:
                file.write(content)
            self.refuse('torn,? or')

    def test_altered_array_fails_its_checksum(self):
        weights_file.write(self.file, {'a.W': np.zeros(999, 'f')}, {})
        with open(self.file, 'r+b') as file:
            file.seek(1500)
            file.write(b'altered')
        self.refuse('torn')

    def test_pickled_objects_are_refused(self):
        np.savez(self.file, settings=np.array({'code': print}, object))
        self.refuse('torn, or not')

    def test_a_network_is_not_half_changed(self):
        network = networks.build({'system': 'regression', 'width': 0.05})
        known = params.get_params(network.outputs)
        arrays = {name: shared.get_value() + 1
                  for name, shared in known.items()}
        before = known['conv1_1.W'].get_value()
        for change, text in (
                ({'output.b': np.zeros(3)}, r'output.b has shape \(3,\), the '
                 r'network needs \(2,\)'),
                ({'output.b': None}, 'has no output.b')):
            wrong = dict(arrays, **change)
            wrong = {name: values for name, values in wrong.items()
                     if values is not None}
            with self.assertRaisesRegex(weights_file.WeightsError, text):
                params.set_params(known, wrong, 'some.npz')
            np.testing.assert_array_equal(known['conv1_1.W'].get_value(),
                                          before)
        params.set_params(known, arrays, 'some.npz')
        np.testing.assert_array_equal(known['conv1_1.W'].get_value(),
                                      before + 1)

"""Networks compiled for prediction, beside Theano's usual way."""

import unittest
from unittest import mock

import numpy as np

from colorize import onednn
from colorize.backend import theano
from colorize.systems import networks, params, prediction
from colorize.training.initial import build_initial
from tests.onednn.test_ops import needs_onednn

PHOTOS = np.random.RandomState(0).uniform(-100, 100, (2, 3, 16, 24)).astype(
    'float32')


class TestPrediction(unittest.TestCase):
    def check(self, network):
        usual = theano.function([network.input_var], networks.outputs(
            network, deterministic=True))
        function = prediction.compiled(network)
        for found, expected in zip(function(PHOTOS), usual(PHOTOS)):
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
        return function

    @needs_onednn
    def test_nothing_is_compiled_where_convolutions_run_on_onednn(self):
        for network in ({}, {'system': 'regression'}):
            with mock.patch.object(theano.gof.cmodule.GCC_compiler,
                                   'compile_str', side_effect=AssertionError):
                function = prediction.compiled(
                    build_initial(dict(network, width=0.05)))
            self.assertFalse(function.maker.linker.c_thunks)
            self.check(build_initial(dict(network, width=0.05)))

    @needs_onednn
    def test_what_only_parameters_decide_is_computed_once(self):
        network = build_initial({'width': 0.05})
        function = self.check(network)
        self.assertNotIn(theano.tensor.Elemwise, [
            type(node.op) for node in function.maker.fgraph.apply_nodes])
        before = function(PHOTOS)
        for value in params.get_params(network.outputs).values():
            value.set_value(2 * value.get_value())
        np.testing.assert_array_equal(function(PHOTOS), before)

    def test_minibatches_side_by_side_are_those_one_by_one_in_order(self):
        function = prediction.compiled(build_initial({'width': 0.05}))
        lanes = prediction.Lanes(function)
        batches = [PHOTOS[:, :, :8 * (1 + number % 2)] + number
                   for number in range(12)]
        expected = list(map(function, batches))
        for count in 1, 3, 2:
            for found, right in zip(lanes.answers(batches, count), expected):
                np.testing.assert_array_equal(found, right)

    def test_an_error_beside_others_is_raised_in_its_place(self):
        def answer(batch):
            if batch == 5:
                raise MemoryError
            return batch
        function = mock.Mock(side_effect=answer)
        function.copy.return_value = function
        found = prediction.Lanes(function).answers(range(9), 2)
        self.assertEqual([next(found) for _ in range(5)], list(range(5)))
        with self.assertRaises(MemoryError):
            next(found)

    def test_elsewhere_theano_compiles(self):
        with mock.patch.object(onednn, 'registered', []), \
                mock.patch.object(onednn, 'wanted', return_value=False):
            function = self.check(build_initial({'width': 0.05}))
        self.assertTrue(function.maker.linker.c_thunks)

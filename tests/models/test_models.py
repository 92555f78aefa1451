"""The networks against the design's tables and a slow numpy reference."""

import unittest

import numpy as np

from colorize.systems import params
from colorize.backend import lasagne, seed, theano
from models.classification import build_classification
from models.regression import build_regression
from tests.shared import reference

T = theano.tensor


def count(outputs, **tags):
    return sum(shared.get_value().size for shared
               in lasagne.layers.get_all_params(outputs, **tags))


def scramble(outputs, number=0):
    """Random parameters of a sane size, batch norm's averages too."""
    rng = np.random.RandomState(number)
    known = params.get_params(outputs)
    for name, shared in known.items():
        values = shared.get_value()
        if values.ndim == 1:
            values = rng.uniform(0.5, 1.5, values.shape)
            if name.endswith(('.b', '.beta', '.mean')):
                values -= 1
        shared.set_value(values.astype('float32'))
    return {name: shared.get_value() for name, shared in known.items()}


def photo_input(rows, columns, batch=1):
    rng = np.random.RandomState(5)
    return rng.uniform(-120, 130, (batch, 3, rows, columns)).astype('f')


class TestShapes(unittest.TestCase):
    # Figures 2 and 3 as DESIGN's table has them, at 224 x 224.
    ENCODER = {
        'conv1_2': (64, 224), 'conv2_2': (128, 112), 'conv3_3': (256, 56),
        'conv4_3': (512, 28), 'tap1': (64, 224), 'tap2': (128, 112),
        'tap3': (256, 56), 'tap4': (512, 28), 'encoder4': (256, 28),
        'encoder3': (128, 56), 'encoder2': (64, 112), 'encoder1': (64, 224)}

    def check(self, net, expected):
        for name, (depth, side) in expected.items():
            found = lasagne.layers.get_output_shape(
                net[name], {net['input']: (6, 3, 224, 224)})
            self.assertEqual(found, (6, depth, side, side), name)

    def test_regression(self):
        self.check(build_regression(), dict(
            self.ENCODER, head1=(64, 224), output=(2, 224)))

    def test_classification(self):
        self.check(build_classification(), dict(
            self.ENCODER, full_encoder4=(256, 224), full_encoder3=(128, 224),
            full_encoder2=(64, 224), full_encoder1=(64, 224),
            aggregate=(512, 224), head1=(128, 224), head2=(64, 224),
            head3=(64, 224), scores_u=(50, 224), scores_v=(50, 224),
            prob_u=(50, 224), prob_v=(50, 224)))

    def test_every_layer_has_a_name_of_its_own(self):
        for net in (build_regression(), build_classification()):
            layers = lasagne.layers.get_all_layers(list(net.values()))
            names = [layer.name for layer in layers]
            self.assertNotIn(None, names)
            self.assertEqual(len(names), len(set(names)))


class TestParameterCounts(unittest.TestCase):
    # Worked out by hand: kernel rows * columns * maps in * maps out, biases,
    # and two trained numbers per normalised map.
    VGG = 7635264
    ENCODER = 1920 + 131584 + 295168 + 73856 + 36992

    def test_regression(self):
        found = count(build_regression()['output'], trainable=True)
        self.assertEqual(found, self.VGG + self.ENCODER + 36928 + 1154)

    def test_classification(self):
        net = build_classification()
        found = count([net['scores_u'], net['scores_v']], trainable=True)
        self.assertEqual(found, self.VGG + self.ENCODER
                         + 590080 + 73856 + 36928 + 6500)

    def test_width(self):
        net = build_regression(width=0.25)
        self.assertEqual(net['conv4_3'].output_shape[1], 128)
        self.assertEqual(net['encoder3'].output_shape[1], 32)
        self.assertEqual(net['output'].output_shape[1], 2)

    def test_fewer_maps_in_conv4(self):
        net = build_regression(conv4_depth=128)
        self.assertEqual(net['conv3_3'].output_shape[1], 256)
        conv4 = 9 * 128 * (256 + 128 + 128) + 3 * 128
        full = 9 * 512 * (256 + 512 + 512) + 3 * 512
        # Its batch norm and the 1x1 convolution behind it get fewer, too.
        after = (512 - 128) * (2 + 256)
        self.assertEqual(
            count(net['output'], trainable=True), self.VGG + self.ENCODER
            + 36928 + 1154 - full + conv4 - after)

    def test_frozen_vgg_is_not_trained(self):
        net = build_regression(freeze_until='conv4_3')
        self.assertEqual(count(net['output'], trainable=True),
                         self.ENCODER + 36928 + 1154)
        self.assertEqual(count(net['output']), count(
            build_regression()['output']))


class TestForward(unittest.TestCase):
    def compare(self, net, names, expected, **kwargs):
        outputs = [net[name] for name in names]
        values = scramble(outputs)
        compute = theano.function(
            [net['input'].input_var],
            lasagne.layers.get_output(outputs, deterministic=True))
        for rows, columns in ((16, 24), (8, 8)):
            shown = photo_input(rows, columns)
            wanted = expected(shown[0].astype('float64'), values, **kwargs)
            for found, truth in zip(compute(shown), wanted):
                np.testing.assert_allclose(found[0], truth, rtol=1e-3,
                                           atol=1e-4 * np.abs(truth).max())

    def test_regression(self):
        self.compare(
            build_regression(width=0.05), ['output'],
            lambda *args: [reference.regression(*args)])

    def test_classification(self):
        self.compare(build_classification(width=0.05),
                     ['scores_u', 'scores_v'], reference.classification)

    def test_trunk_with_batch_norm(self):
        net = build_classification(width=0.05, vgg_batch_norm=True)
        self.compare(net, ['scores_u', 'scores_v'],
                     reference.classification, batch_norm=True)

    def test_probabilities_are_the_softmax_of_the_scores(self):
        net = build_classification(width=0.05)
        outputs = [net[name] for name in ('scores_u', 'prob_u')]
        scramble(outputs)
        scores, prob = theano.function(
            [net['input'].input_var],
            lasagne.layers.get_output(outputs, deterministic=True))(
                photo_input(8, 8, batch=2))
        raised = np.exp(scores.astype('float64')
                        - scores.max(axis=1, keepdims=True))
        np.testing.assert_allclose(
            prob, raised / raised.sum(axis=1, keepdims=True), rtol=1e-4,
            atol=1e-7)


class TestBatchNorm(unittest.TestCase):
    def test_stands_before_every_relu_but_the_last(self):
        """Section 3.4: apart from the last few layers before the output."""
        net = build_classification(width=0.05, vgg_batch_norm=True)
        relu = lasagne.nonlinearities.rectify
        layers = lasagne.layers.get_all_layers(
            [net['scores_u'], net['scores_v']])
        without = [layer.name for layer in layers
                   if getattr(layer, 'nonlinearity', None) is relu
                   and 'BatchNorm' not in type(
                       getattr(layer, 'input_layer', None)).__name__]
        self.assertEqual(without, ['head3'])

    def test_regression_head_has_none(self):
        net = build_regression(width=0.05)
        self.assertIsNotNone(net['head1'].b)
        self.assertIs(net['head1'].input_layer, net['encoder1'])
        self.assertIs(net['output'].input_layer, net['head1'])

    def test_a_map_that_is_seldom_active_is_not_blown_up(self):
        from models.layers import BatchNormLayer
        x = T.tensor4('x')
        layer = BatchNormLayer(lasagne.layers.InputLayer(
            (None, 1, None, None), x), name='bn')
        train = theano.function([x], lasagne.layers.get_output(layer))
        fixed = theano.function([x], lasagne.layers.get_output(
            layer, deterministic=True))
        active = np.abs(photo_input(6, 6, batch=2)[:, :1])
        for step in range(100):
            train(active * (step % 5 == 0))
        # Its variance is about a fifth of that of an active minibatch.
        scale = np.abs(fixed(active)).max() / np.abs(train(active)).max()
        self.assertLess(scale, 10)

    def test_training_pass_uses_and_tracks_the_minibatch(self):
        from models.layers import BatchNormLayer
        x = T.tensor4('x')
        layer = BatchNormLayer(lasagne.layers.InputLayer(
            (None, 3, None, None), x), name='bn')
        shown = photo_input(6, 5, batch=4)
        train = theano.function([x], lasagne.layers.get_output(layer))
        fixed = theano.function([x], lasagne.layers.get_output(
            layer, deterministic=True))
        mean = shown.mean(axis=(0, 2, 3), dtype='float64')
        inv_std = 1 / np.sqrt(shown.var(axis=(0, 2, 3), dtype='float64')
                              + 1e-4)
        shape = (1, 3, 1, 1)
        expected = (shown - mean.reshape(shape)) * inv_std.reshape(shape)
        np.testing.assert_allclose(fixed(shown), shown, rtol=1e-5)
        np.testing.assert_allclose(train(shown), expected, rtol=1e-3,
                                   atol=1e-4)
        np.testing.assert_allclose(layer.mean.get_value(), 0.1 * mean,
                                   rtol=1e-3, atol=1e-4)
        # It is the variance that is averaged.
        moved = 1 / np.sqrt(0.9 + 0.1 / inv_std ** 2)
        np.testing.assert_allclose(layer.inv_std.get_value(), moved,
                                   rtol=1e-3)
        fixed(shown)
        np.testing.assert_allclose(layer.mean.get_value(), 0.1 * mean,
                                   rtol=1e-3, atol=1e-4)


class TestAblations(unittest.TestCase):
    def channels(self, net, name):
        return net[name].output_shape[1]

    def test_sum_keeps_the_depth_of_one_map(self):
        net = build_classification(aggregation='sum')
        self.assertEqual(self.channels(net, 'aggregate'), 64)

    def test_without_residual_encoder(self):
        net = build_classification(residual_encoder=False)
        self.assertNotIn('encoder1', net)
        self.assertEqual(self.channels(net, 'aggregate'),
                         512 + 256 + 128 + 64)
        net = build_classification(residual_encoder=False,
                                   aggregation='sum')
        self.assertEqual(self.channels(net, 'aggregate'), 64)

    def test_head_of_one_two_three(self):
        for depths in ((32,), (128, 64), (128, 64, 64)):
            net = build_classification(head_depths=depths)
            heads = [name for name in net if name[:4] == 'head'
                     and name != 'head']
            self.assertEqual(len(heads), len(depths))
            self.assertEqual(self.channels(net, 'head'), depths[-1])

    def test_each_computes(self):
        for switches in (dict(aggregation='sum'),
                         dict(residual_encoder=False), dict(
                             head_depths=(32,))):
            net = build_classification(width=0.05, **switches)
            found = lasagne.layers.get_output(
                net['prob_v'], deterministic=True).eval(
                    {net['input'].input_var: photo_input(16, 8)})
            self.assertEqual(found.shape, (1, 50, 16, 8))
            np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)

    def test_impossible_ones_are_refused(self):
        for switches in (dict(aggregation='max'), dict(head_depths=()),
                         dict(head_depths=(1, 2, 3, 4)), dict(width=0)):
            with self.assertRaises(ValueError):
                build_classification(**switches)


def test_initial_weights_come_from_the_seed():
    drawn = []
    for number in (1, 1, 2):
        seed(number)
        drawn.append(build_regression(width=0.05)['head1'].W.get_value())
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])

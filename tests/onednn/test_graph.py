"""Networks on blocked arrays against Theano's own graph and float64."""

import unittest

import numpy as np

from colorize import backend, onednn
from colorize.backend import lasagne, theano
from models.classification import build_classification
from models.regression import build_regression
from tests.onednn.test_ops import difference, needs_onednn, resident
from tests.shared.precision import limit

T = theano.tensor
CLASSES = 7


def own_mode():
    """Theano's mode without any of our rewrites."""
    return theano.compile.get_default_mode().excluding('conv_onednn')


def outputs_of(network, accelerated, **kwargs):
    """Output expressions, as a program would ask for them."""
    outputs = lasagne.layers.get_output(network, **kwargs)
    return onednn.accelerate(outputs) if accelerated else outputs


def cross_entropy(scores, target):
    fused = onednn.cross_entropy(scores, target)
    if fused is not None:
        return fused
    probabilities = T.nnet.softmax(
        scores.dimshuffle(0, 2, 3, 1).reshape((-1, CLASSES)))
    return T.nnet.categorical_crossentropy(probabilities,
                                           target.flatten()).mean()


class Training:
    """A network, its compiled training step and what the step changes."""

    def __init__(self, accelerated, build=build_classification, side=16,
                 batch=2, rule=None, **settings):
        backend.seed(3)
        self.input_var = T.tensor4()
        kind = build is build_classification
        if kind:
            settings['num_bins'] = CLASSES
        net = build(self.input_var, **settings)
        self.layers = ([net['scores_u'], net['scores_v']] if kind
                       else [net['output']])
        outputs = outputs_of(self.layers, accelerated)
        # One by which no unit lies so near zero that rounding turns it on.
        rng = np.random.RandomState(7)
        photo = rng.uniform(-120, 130, (batch, 3, side, side))
        self.given = [photo.astype('float32')]
        if kind:
            loss = self._classes(outputs, rng, (batch, side, side))
        else:
            target = T.constant(rng.normal(size=(batch, 2, side, side))
                                .astype('float32'))
            loss = ((outputs[0] - target) ** 2).mean()
        self.params = lasagne.layers.get_all_params(self.layers)
        trained = lasagne.layers.get_all_params(self.layers, trainable=True)
        rule = rule or (lambda *rest: lasagne.updates.sgd(*rest + (1e-2,)))
        self.step = theano.function(
            [self.input_var], loss, updates=rule(loss, trained),
            mode=None if accelerated else own_mode())

    def _classes(self, outputs, rng, shape):
        targets = [T.constant(rng.randint(0, CLASSES, shape).astype('int32'))
                   for _ in outputs]
        return sum(map(cross_entropy, outputs, targets))

    def changes(self):
        """Loss of one step, and each parameter's change in it."""
        before = [param.get_value() for param in self.params]
        loss = float(self.step(*self.given))
        return loss, [param.get_value() - old
                      for param, old in zip(self.params, before)]


def check_step(**settings):
    ours, own = (Training(accelerated, **settings)
                 for accelerated in (True, False))
    (loss, changes), (own_loss, own_changes) = ours.changes(), own.changes()
    assert abs(loss - own_loss) < 1e-4 * abs(own_loss)
    for param, mine, truth in zip(ours.params, changes, own_changes):
        # Where a gradient is zero in theory only rounding is left.
        most = 1e-3 * abs(truth).max() + limit(2e-7, 1e-6)
        assert abs(mine - truth).max() < most, (param, settings)
    return ours


def op_names(function):
    return [type(node.op).__name__
            for node in function.maker.fgraph.toposort()]


@needs_onednn
def test_a_training_step_of_the_classification_network():
    step = check_step(width=0.1, side=24).step
    names = op_names(step)
    assert names.count('ToBlocked') == 1 and 'FromBlocked' not in names
    assert not {'Join', 'Alloc', 'Pool'} & set(names)
    # What is left to Theano are the parameters' updates.
    large = [node for node in step.maker.fgraph.toposort()
             if isinstance(node.op, T.Elemwise) and node.outputs[0].ndim > 4]
    assert not large


@needs_onednn
def test_a_training_step_at_full_width():
    check_step(side=16, batch=1)


@needs_onednn
def test_a_training_step_of_the_regression_network():
    check_step(build=build_regression, width=0.1, batch=3)


@needs_onednn
def test_every_ablation_trains_as_in_theano():
    check_step(width=0.1, aggregation='sum', head_depths=(128,))
    check_step(width=0.1, residual_encoder=False, head_depths=(128, 64),
               freeze_until='conv4_3')
    check_step(width=0.1, aggregation='sum', residual_encoder=False,
               vgg_batch_norm=True)


@needs_onednn
def test_ten_updates_of_adam_end_at_the_same_loss():
    def adam(loss, params):
        return lasagne.updates.adam(loss, params, 1e-3)

    losses = []
    for accelerated in (True, False):
        training = Training(accelerated, width=0.1, rule=adam)
        losses.append([float(training.step(*training.given))
                       for _ in range(10)])
    assert losses[0][-1] < losses[0][0]
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)


def randomize(params, seed=5):
    """Give every parameter, the averages too, values of its own."""
    rng = np.random.RandomState(seed)
    for param in params:
        value = param.get_value()
        noise = rng.uniform(0.5, 1.5, value.shape)
        param.set_value((value * noise + 0.1 * noise).astype('float32'))


def prediction_fn(layers, input_var, accelerated):
    outputs = outputs_of(layers, accelerated, deterministic=True)
    best = [T.argmax(output, axis=1) for output in outputs]
    return theano.function([input_var], outputs + best,
                           mode=None if accelerated else own_mode())


@needs_onednn
def test_prediction_with_batch_norm_folded_into_the_convolutions():
    input_var = T.tensor4()
    net = build_classification(input_var, width=0.1, num_bins=CLASSES)
    layers = [net['scores_u'], net['scores_v']]
    randomize([param for param in lasagne.layers.get_all_params(layers)
               if param.name and param.name.split('.')[1] != 'W'])
    ours, own = (prediction_fn(layers, input_var, accelerated)
                 for accelerated in (True, False))
    for rows, columns in ((16, 16), (24, 40)):
        photo = np.random.RandomState(6).uniform(
            -120, 130, (3, 3, rows, columns)).astype('float32')
        mine, truth = ours(photo), own(photo)
        for result, other in zip(mine[:2], truth[:2]):
            assert difference(result, other) < 1e-4
        for result, other in zip(mine[2:], truth[2:]):
            assert (result != other).mean() < 1e-3
    names = op_names(ours)
    # Left are the four taps, whose ReLU comes before their norm.
    # Upscaled maps are added to three of them in the same pass.
    assert names.count('Affine') == 4 and 'Add' not in names, names
    assert 'Argmax' not in names and names.count('BestClass') == 2


@needs_onednn
def test_two_networks_in_one_process_and_no_leak():
    steps = [Training(True, width=0.1, side=side) for side in (16, 24)]
    truths = [step.changes()[0] for step in steps]
    for step, truth in zip(steps, truths):
        for param in step.params:
            assert np.isfinite(param.get_value()).all()
        assert step.changes()[0] < truth
    for step in steps:
        step.changes()
    before = resident()
    for _ in range(15):
        for step in steps:
            step.changes()
    assert resident() - before < 4 << 20


def upscaled_conv(factors, depths, out, side, dtype, accelerated):
    """Compiled: output and all gradients, the plain way unless ours."""
    kind = T.TensorType(dtype, (False,) * 4)
    maps, kernels, grad = [kind() for _ in factors], kind(), kind()
    ups = []
    for variable, factor in zip(maps, factors):
        # A pooled map has a layer before it, as in the networks.
        rows = variable
        for axis in (2, 3) if factor > 1 else ():
            rows = T.extra_ops.repeat(rows, factor, axis=axis)
        ups.append(rows)
    joined = T.concatenate(ups, axis=1) if len(ups) > 1 else ups[0]
    result = T.nnet.conv2d(joined, kernels, border_mode='half',
                           filter_flip=False,
                           filter_shape=(out, sum(depths), 3, 3))
    if accelerated:
        from colorize.onednn.blocked import FromBlocked, ToBlocked
        from colorize.onednn.upscaled import UpscaledConv
        result = FromBlocked()(UpscaledConv(factors, depths)(
            kernels, *[ToBlocked()(each) for each in maps]), out)
    grads = theano.grad(None, [kernels] + maps, known_grads={result: grad})
    return theano.function([kernels, grad] + maps, [result] + grads)


@needs_onednn
def test_convolution_of_upscaled_maps():
    rng = np.random.RandomState(7)
    for factors, depths, out, side in (
            ((8, 4, 2, 1), (20, 16, 8, 16), 24, (16, 24)),
            ((2,), (3,), 2, (2, 6)), ((3, 1), (5, 4), 50, (9, 3)),
            ((8,), (16,), 16, (8, 8)), ((1, 1), (16, 7), 16, (5, 7)),
            ((2, 2), (40, 5), 70, (152, 50))):
        given = [rng.normal(size=(out, sum(depths), 3, 3)),
                 rng.normal(size=(2, out) + side)]
        given += [rng.normal(size=(2, depth) + tuple(
            length // factor for length in side))
            for depth, factor in zip(depths, factors)]
        truth = upscaled_conv(factors, depths, out, side, 'float64', False)(
            *given)
        mine = upscaled_conv(factors, depths, out, side, 'float32', True)(
            *[each.astype('float32') for each in given])
        for result, other in zip(mine, truth):
            assert difference(result, other) < 1e-4, factors


@needs_onednn
def test_cross_entropy_and_its_gradient():
    rng = np.random.RandomState(8)
    target = rng.randint(0, 50, (2, 5, 7))
    for size in (1, 100):
        scores = (size * rng.normal(size=(2, 50, 5, 7))).astype('float32')
        variable = T.tensor4()
        loss = onednn.cross_entropy(
            onednn_array(variable, 50), T.constant(target))
        mine, grad = theano.function([variable],
                                     [loss, T.grad(3 * loss, variable)])(
            scores)
        shifted = scores.astype('float64')
        shifted -= shifted.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        right = np.arange(50)[:, None, None] == target[:, None]
        np.testing.assert_allclose(mine, -(logs * right).sum(1).mean(),
                                   rtol=1e-5)
        truth = 3 * (np.exp(logs) - right) / target.size
        np.testing.assert_allclose(grad, truth, atol=2e-6 * truth.max())


@needs_onednn
def test_cross_entropy_of_soft_bins_and_its_gradient():
    rng = np.random.RandomState(10)
    target, asked = rng.randint(0, 50, (2, 5, 7)), rng.uniform(size=(50, 50))
    # Rows that ask for nothing, for one class, for more than one in all.
    asked[:2] = np.eye(50)[:2] * [[0], [3]]
    for size in (1, 100):
        scores = (size * rng.normal(size=(2, 50, 5, 7))).astype('float32')
        variable = T.tensor4()
        loss = onednn.cross_entropy(
            onednn_array(variable, 50), T.constant(target), asked)
        mine, grad = theano.function([variable],
                                     [loss, T.grad(3 * loss, variable)])(
            scores)
        shifted = scores.astype('float64')
        shifted -= shifted.max(axis=1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        wanted = asked[target].transpose(0, 3, 1, 2)
        np.testing.assert_allclose(mine, -(logs * wanted).sum(1).mean(),
                                   rtol=1e-5)
        truth = 3 * (np.exp(logs) * wanted.sum(1, keepdims=True)
                     - wanted) / target.size
        np.testing.assert_allclose(grad, truth, atol=2e-6 * abs(truth).max())


@needs_onednn
def test_soft_bins_of_another_number_of_classes_are_an_error():
    variable, target = T.tensor4(), T.itensor3()
    loss = theano.function([variable, target], onednn.cross_entropy(
        onednn_array(variable, 3), target, np.eye(4)))
    with unittest.TestCase().assertRaisesRegex(ValueError, r'3 .*\(4, 4\)'):
        loss(np.zeros((1, 3, 2, 2), 'float32'), np.zeros((1, 2, 2), 'int32'))


def onednn_array(variable, depth):
    """`variable` as if it came from an accelerated network."""
    from colorize.onednn.blocked import FromBlocked, ToBlocked
    return FromBlocked()(ToBlocked()(variable), depth)


@needs_onednn
def test_a_class_that_does_not_exist_is_an_error():
    variable, target = T.tensor4(), T.itensor3()
    loss = theano.function([variable, target], onednn.cross_entropy(
        onednn_array(variable, 3), target))
    scores = np.zeros((1, 3, 2, 2), 'float32')
    for wrong in (-1, 3):
        with unittest.TestCase().assertRaisesRegex(
                Exception, f'class {wrong} in the target'):
            loss(scores, np.full((1, 2, 2), wrong, 'int32'))


@needs_onednn
def test_pooling_of_odd_sizes_with_its_gradient():
    from colorize.onednn.blocked import FromBlocked, ToBlocked
    from colorize.onednn.planes import MaxPool
    variable = T.tensor4()
    own = lasagne.layers.MaxPool2DLayer((None, 20, 7, 9), 2)
    own = own.get_output_for(variable)
    mine = FromBlocked()(MaxPool()(ToBlocked()(variable)), 20)
    array = np.random.RandomState(9).normal(size=(2, 20, 7, 9))
    found = [theano.function([variable], [
        each, T.grad((each ** 2).sum(), variable)])(
            array.astype('float32')) for each in (mine, own)]
    for result, truth in zip(*found):
        np.testing.assert_allclose(result, truth, rtol=1e-6)


@needs_onednn
def test_errors_of_upscaled_maps_name_the_shapes():
    mine = upscaled_conv((2, 1), (3, 4), 5, None, 'float32', True)
    # Theano adds the shapes of the inputs below the first line.
    with unittest.TestCase().assertRaisesRegex(ValueError, '^.*9, 6'):
        mine(np.zeros((5, 7, 3, 3), 'float32'),
             np.zeros((1, 5, 8, 6), 'float32'),
             np.zeros((1, 3, 4, 3), 'float32'),
             np.zeros((1, 4, 9, 6), 'float32'))

"""A step's order and its work in place: less memory, the same values."""

import numpy as np

from colorize import onednn
from colorize.backend import theano
from tests.onednn.test_ops import needs_onednn

T = theano.tensor
LAYERS, CLASSES = 4, 16
#: Of a map; smaller ones are not the arena's.
SHAPE = 2, 16, 32, 32


def layers(array, kernels, gamma, beta):
    """Convolution, batch norm, ReLU, as often as there are kernels."""
    from colorize.onednn.conv import Conv
    from colorize.onednn.norm import BatchNorm
    for each in kernels:
        array = BatchNorm(1e-3, True)(Conv()(array, each), gamma, beta)[0]
    return array


class Step:
    """Loss and gradients of a chain, without some of the optimizer."""

    def __init__(self, *excluded):
        from colorize.onednn.blocked import FromBlocked, ToBlocked
        from colorize.onednn.conv import Conv
        photo, target = T.tensor4(), T.itensor3()
        self.kernels = [T.tensor4() for _ in range(LAYERS)]
        vectors = T.fvector(), T.fvector()
        found = layers(ToBlocked()(photo), self.kernels, *vectors)
        scores = FromBlocked()(
            Conv()(found, self.kernels[0], vectors[1]), CLASSES)
        loss = onednn.cross_entropy(scores, target)
        given = [photo, target, *self.kernels, *vectors]
        wanted = [photo, *self.kernels, *vectors]
        self.run = theano.function(
            given, [loss, *T.grad(loss, wanted)],
            mode=theano.compile.get_default_mode().excluding(*excluded))

    def results(self):
        rng = np.random.RandomState(1)
        values = [rng.normal(size=SHAPE),
                  rng.randint(0, CLASSES, SHAPE[:1] + SHAPE[2:]).astype('i4')]
        values += [rng.normal(size=(16, 16, 3, 3)) for _ in range(LAYERS)]
        values += [rng.uniform(.5, 1, 16), rng.normal(size=16)]
        return self.run(*[each if each.dtype == 'i4' else each.astype('f4')
                          for each in values])


class Counted:
    """How many maps are made and alive at most, while it is entered."""

    def __enter__(self):
        from colorize.onednn import arrays
        self.most = self.made = self.alive = 0
        self.arrays, self.block = arrays, arrays.Block
        counted, size = self, 4 * np.prod(SHAPE)

        class Block(arrays.Block):
            def __init__(self, shape, nbytes):
                super().__init__(shape, nbytes)
                self.maps = nbytes / size
                counted.made += self.maps
                counted.alive += self.maps
                counted.most = max(counted.most, counted.alive)

            def __del__(self):
                counted.alive -= self.maps
                super().__del__()

        arrays.Block = Block
        return self

    def __exit__(self, *error):
        self.arrays.Block = self.block


def counted(step):
    """A step's results, and the maps that it took."""
    with Counted() as maps:
        return step.results(), maps


@needs_onednn
def test_a_step_keeps_little_and_its_values_do_not_change():
    truth, plain = counted(Step('onednn_memory'))
    assert plain.most >= 2 * LAYERS, plain.most
    found, sparing = counted(Step())
    # The photo, each layer before its batch norm, and two at work.
    assert sparing.most <= LAYERS + 3, sparing.most
    ordered, apart = counted(Step('onednn_inplace'))
    # Gradients of batch norms and of the loss.
    assert apart.made - sparing.made == LAYERS + 1
    for results in zip(truth, found, ordered):
        for result in results:
            np.testing.assert_array_equal(result, results[0])


@needs_onednn
def test_a_batch_norm_again_is_the_same_to_the_last_bit():
    from colorize.onednn.blocked import ToBlocked
    from colorize.onednn.norm import BatchNorm, again
    photo, small = T.tensor4(), T.tensor4()
    vectors = T.fvector(), T.fvector()
    array, added = ToBlocked()(photo), ToBlocked()(small)
    pairs = []
    for out in (BatchNorm(1e-3, True)(array, *vectors)[0],
                BatchNorm(1e-3, False, 2)(array, *vectors, added)[0]):
        pairs += [out, again(out, array)]
        assert pairs[-1] is not out
    assert again(array, array) is array
    rng = np.random.RandomState(2)
    found = theano.function([photo, small, *vectors], pairs)(
        *[rng.normal(size=shape).astype('f4')
          for shape in ((2, 20, 6, 8), (2, 20, 3, 4), (20,), (20,))])
    np.testing.assert_array_equal(found[::2], found[1::2])


@needs_onednn
def test_what_is_asked_for_is_not_overwritten():
    from colorize.onednn.blocked import FromBlocked, ToBlocked
    from colorize.onednn.planes import ReluGrad
    array, grad = T.tensor4(), T.tensor4()
    blocked = ToBlocked()(grad)
    out = ReluGrad(True)(ToBlocked()(array), blocked)[0]
    step = theano.function([array, grad], [
        FromBlocked()(each, 16) for each in (out, blocked)])
    ones = np.ones((1, 16, 2, 2), 'f4')
    result, kept = step(-ones, ones)
    assert not result.any() and (kept == 1).all()

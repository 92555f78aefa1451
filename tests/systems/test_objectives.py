"""Losses against numpy, their gradients against finite differences."""

import unittest

import numpy as np

from colorize.systems import objectives
from colorize.backend import theano

T = theano.tensor


def values_and_gradient(loss, inputs, target, integer=False):
    x = T.tensor4('x')
    y = T.tensor3('y', dtype='uint8') if integer else T.tensor4('y')
    found = loss(x, y)
    return theano.function([x, y], [found, T.grad(found, x)])(inputs, target)


def finite_difference(loss, inputs, places, step=1e-5):
    slopes = []
    for place in places:
        up, down = inputs.copy(), inputs.copy()
        up[place] += step
        down[place] -= step
        slopes.append((loss(up) - loss(down)) / (2 * step))
    return slopes


class TestRegressionLosses(unittest.TestCase):
    def setUp(self):
        rng = np.random.RandomState(0)
        self.x = rng.uniform(-1, 1, (3, 2, 4, 5)).astype('f')
        self.y = rng.uniform(-1, 1, (3, 2, 4, 5)).astype('f')

    def check(self, symbolic, plain):
        """`plain` is the penalty of one number in pure Python."""
        def slow(x):
            total = sum(plain(float(a) - float(b))
                        for a, b in zip(x.ravel(), self.y.ravel()))
            return total / (3 * 4 * 5)
        found, gradient = values_and_gradient(symbolic, self.x, self.y)
        self.assertAlmostEqual(float(found), slow(self.x), 4)
        places = [(0, 0, 0, 0), (1, 1, 2, 3), (2, 0, 3, 4)]
        np.testing.assert_allclose(
            [gradient[place] for place in places],
            finite_difference(slow, self.x.astype('float64'), places),
            rtol=1e-3, atol=1e-6)

    def test_l2(self):
        self.check(objectives.squared_error, lambda u: u ** 2)

    def test_huber_is_the_papers(self):
        def penalty(u, m=0.4):
            return u * u if abs(u) < m else m * (2 * abs(u) - m)
        self.check(lambda x, y: objectives.huber(x, y, 0.4), penalty)

    def test_huber_is_twice_half_square(self):
        # Textbook Huber (and Lasagne's) with delta M is half of it.
        x = np.array([0.1, 0.5], 'f').reshape(1, 2, 1, 1)
        found, _ = values_and_gradient(
            lambda a, b: objectives.huber(a, b, 0.3), x, 0 * x)
        textbook = 0.5 * 0.1 ** 2 + 0.3 * (0.5 - 0.15)
        self.assertAlmostEqual(float(found), 2 * textbook, 6)

    def test_huber_threshold_has_to_be_positive(self):
        with self.assertRaisesRegex(ValueError, 'above 0, got -1'):
            objectives.huber(T.tensor4(), T.tensor4(), -1)


class TestCrossEntropy(unittest.TestCase):
    def setUp(self):
        rng = np.random.RandomState(1)
        self.x = rng.normal(0, 3, (2, 6, 3, 4)).astype('f')
        self.y = rng.randint(0, 6, (2, 3, 4)).astype('uint8')

    def slow(self, x):
        total = 0
        for photo, row, column in np.ndindex(self.y.shape):
            scores = x[photo, :, row, column].astype('float64')
            prob = np.exp(scores) / np.exp(scores).sum()
            total -= np.log(prob[self.y[photo, row, column]])
        return total / self.y.size

    def test_value_and_gradient(self):
        found, gradient = values_and_gradient(
            objectives.cross_entropy, self.x, self.y, integer=True)
        self.assertAlmostEqual(float(found), self.slow(self.x), 5)
        places = [(0, 0, 0, 0), (1, 5, 2, 3), (1, 3, 1, 1)]
        np.testing.assert_allclose(
            [gradient[place] for place in places],
            finite_difference(self.slow, self.x.astype('float64'), places),
            rtol=1e-3, atol=1e-6)

    def test_asked_weighs_and_spreads(self):
        asked = np.random.RandomState(2).uniform(0, 2, (6, 6)).astype('f')

        def slow(x):
            total = 0
            for photo, row, column in np.ndindex(self.y.shape):
                scores = x[photo, :, row, column].astype('float64')
                prob = np.exp(scores) / np.exp(scores).sum()
                right = self.y[photo, row, column]
                total -= sum(asked[right, number] * np.log(prob[number])
                             for number in range(6))
            return total / self.y.size
        found, gradient = values_and_gradient(
            lambda x, y: objectives.cross_entropy(x, y, asked), self.x,
            self.y, integer=True)
        self.assertAlmostEqual(float(found), slow(self.x), 4)
        places = [(0, 0, 0, 0), (1, 5, 2, 3), (1, 3, 1, 1)]
        np.testing.assert_allclose(
            [gradient[place] for place in places],
            finite_difference(slow, self.x.astype('float64'), places),
            rtol=1e-3, atol=1e-6)

    def test_equal_scores_cost_the_log_of_the_classes(self):
        found, _ = values_and_gradient(objectives.cross_entropy, 0 * self.x,
                                       self.y, integer=True)
        self.assertAlmostEqual(float(found), np.log(6), 5)

    def test_large_scores_do_not_overflow(self):
        found, gradient = values_and_gradient(
            objectives.cross_entropy, 1e4 * self.x, self.y, integer=True)
        self.assertTrue(np.isfinite(found))
        self.assertTrue(np.isfinite(gradient).all())

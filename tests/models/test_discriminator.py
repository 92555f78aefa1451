"""The discriminator's shapes, and how far a patch sees."""

import unittest

import numpy as np

from colorize.backend import lasagne, seed, theano
from models.discriminator import build_discriminator


class TestDiscriminator(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        seed(0)
        shown = theano.tensor.tensor4('shown')
        net = build_discriminator(shown, width=0.05)
        cls.judge = staticmethod(theano.function(
            [shown], lasagne.layers.get_output(net['real'])))

    def test_a_score_for_every_eight_pixels(self):
        found = self.judge(np.zeros((2, 3, 32, 48), 'float32'))
        self.assertEqual((found.shape, found.dtype), ((2, 1, 4, 6), 'float32'))

    def test_a_patch_sees_its_neighbourhood_only(self):
        """Three 3 x 3 convolutions at strides 1, 2, 4, one at 8: 19 pixels
        around the patch of 8."""
        shown = np.random.RandomState(0).rand(1, 3, 96, 96).astype('float32')
        before = self.judge(shown)[0, 0, 6, 6]  # pixels 48 to 55
        for place, seen in ((48 - 20, False), (48 - 8, True), (51, True),
                            (55 + 8, True), (55 + 20, False)):
            changed = shown.copy()
            changed[..., place] += 5
            after = self.judge(changed)[0, 0, 6, 6]
            self.assertEqual(bool(abs(after - before) > 1e-6), seen, place)

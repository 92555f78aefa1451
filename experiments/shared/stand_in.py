"""A colorizer without a network, for what is about photos and files."""

import numpy as np

from colorize import colorizer
from colorize.systems import trained

__all__ = ['Uncompiled']


class Uncompiled(colorizer.Colorizer):
    """Reads its weights and photos, compiles nothing, answers "grey".

    Parameters
    ----------
    weights : str or None
        A file that is read as any colorizer's, and then left alone; None
        reads none.
    decode, saturation, coherence
        As of :class:`colorize.colorizer.Colorizer`.
    """

    def __init__(self, weights, decode=None, saturation=1, coherence=None):
        self.space, self.side, self.saturation = 'luv', 32, saturation
        self.decoding, self.coherence = decode, coherence
        if weights:
            trained.load(weights)

    def answered(self, smalls, batch_size=4):
        """No colour, as the regression network would say it."""
        for number, small in enumerate(smalls):
            yield [number], [np.zeros((2,) + small.shape, 'float32')]

    def decode(self, answer, small, hints=None):
        """No colour for a lightness (row, column)."""
        return np.zeros(small.shape + (2,), 'float32')

"""What the network answers for a film's frames, and its colours."""

import numpy as np

from colorize.backend import theano
from colorize.systems import arrays, networks
from colorize.color import bins
from colorize.settings import DECODINGS
from colorize import colorizer as photos
from colorize.video.extra import FilmError


class Scores:
    """Until the colorizer gives its scores: they are computed here."""

    def __init__(self, colorizer, path):
        network = colorizer._network
        self._settings = network.settings
        if network.settings['color_space'] != 'luv':
            raise FilmError(f'{path}: these weights answer in hsv; films need luv')
        self._means = colorizer._means
        self._saturation = colorizer.saturation
        self._decode = colorizer.decode
        self._shares = np.full((2, 50), .02)
        self._shares = photos.load(photos.default_weights())[2]
        self._function = theano.function(
            [network.input_var],
            theano.tensor.concatenate(networks._outputs(network, deterministic=True), axis=1))

    def answer(self, small):
        found = self._function(arrays.network_input(small)[None])[0]
        found = np.ascontiguousarray(np.moveaxis(found, 0, -1))
        if self._settings['system'] != 'classification':
            return found
        found = found.reshape(found.shape[:2] + (2, 50))
        found = np.exp(found - found.max(-1, keepdims=True))
        found /= found.sum(-1, keepdims=True)
        return found.reshape(found.shape[:2] + (100,))

    def decode(self, scores):
        if self._settings['system'] != 'classification':
            return np.clip(scores * 100, -100, 100) * self._saturation
        temperature, rebalancing = DECODINGS[self._decode]
        rows, columns = scores.shape[:2]
        scores = np.log(np.maximum(scores, np.float32(1e-7))).reshape(rows, columns, 2, 50)
        if rebalancing:
            scores = scores + np.log(bins.weights(self._shares, rebalancing)).astype('f4')
        scores = scores / np.float32(temperature)
        w = np.exp(scores - scores.max(-1, keepdims=True))
        return (w * self._means).sum(-1) / w.sum(-1) * np.float32(self._saturation)

"""Colouring photos with a trained network."""

import os

import numpy as np

from colorize import batches, color, images, params, systems
from colorize.backend import theano

__all__ = ['Colorizer', 'default_weights', 'network_size']


def default_weights():
    """Path of the weights that ship with the project."""
    import weights
    return os.path.join(os.path.dirname(weights.__file__), 'light.npz')


def network_size(rows, columns, side):
    """The size at which the network looks at a photo.

    Parameters
    ----------
    rows, columns : int
        Size of the photo.
    side : int
        The network was trained on `side` x `side` pixels.

    Returns
    -------
    rows, columns : int
        About as many pixels in the photo's own proportions, both divisible
        by 8.
    """
    stretch = np.sqrt(rows / columns)
    # Beyond 16 : 1 a strip would be too thin for the network to see much.
    stretch = min(max(stretch, 0.25), 4)
    return tuple(max(8, int(round(side * factor / 8)) * 8)
                 for factor in (stretch, 1 / stretch))


class Colorizer:
    """A trained network, ready to colour photos.

    Parameters
    ----------
    weights : str, optional
        Weights file; without, the one that ships.

    Raises
    ------
    colorize.params.WeightsError
        When the file does not hold such a network.
    """

    def __init__(self, weights=None):
        path = weights or default_weights()
        arrays, settings = params.read(path)
        self._network = _build(path, settings)
        params.set_params(params.get_params(self._network.outputs), arrays,
                          path)
        self._means = _means(path, arrays)
        self.side = settings['training']['side']
        self._predict = theano.function(
            [self._network.input_var],
            systems.predictions(self._network, deterministic=True))

    def __call__(self, rgb):
        """Colour a photo.

        Parameters
        ----------
        rgb : uint8 array, (row, column, 3) or (row, column)
            sRGB in 0 to 255; colours, if any, are not looked at.

        Returns
        -------
        uint8 array, (row, column, 3)
            Of the same size, and with the same lightness.
        """
        settings = self._network.settings
        if rgb.ndim == 2:
            rgb = np.repeat(rgb[..., None], 3, axis=2)
        lightness, _ = color.split(rgb, settings['color_space'])
        chroma = images.resize(self.chroma(lightness), *lightness.shape)
        merged = color.merge(lightness, chroma, settings['color_space'])
        return images.to_uint8(merged)

    def chroma(self, lightness):
        """What the network answers for a photo.

        Parameters
        ----------
        lightness : float array, (row, column)

        Returns
        -------
        float32 array, (row, column, 2)
            Chroma at the size of the network.
        """
        settings = self._network.settings
        small = images.resize(lightness, *network_size(*lightness.shape,
                                                       self.side))
        shown = batches.network_input(small, settings['color_space'])
        answer, = self._predict(shown[None])
        return systems.decode(answer, settings, self._means)


def _build(path, settings):
    """The network of a weights file, whose settings anyone may have made."""
    try:
        int(settings['training']['side'])
        return systems.build(settings['network'])
    except (KeyError, TypeError, ValueError) as error:
        raise params.WeightsError('{}: settings that make no network ({})'
                                  .format(path, error)) from None


def _means(path, arrays):
    means = arrays.get('bin_means')
    if means is None or means.shape != (2, 50):
        raise params.WeightsError('{}: has no bin_means of shape (2, 50)'
                                  .format(path))
    return means

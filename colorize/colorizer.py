"""Colouring photos with a trained network."""

import math
import os

import numpy as np

from colorize import batches, bins, color, images, params, systems
from colorize.backend import theano
from colorize.settings import check_training

__all__ = ['Colorizer', 'default_weights', 'load', 'network_size']


#: Values of a network that any machine can hold, 16 MiB. One that is built
#: can say what it needs and the file lacks.
_SMALL = 1 << 22


#: Pixels whose colours are computed at a time.
_PART = 1 << 20


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
        self._network, self._means, self.side = load(
            weights or default_weights())
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
        space = settings['color_space']
        lightness = _by_parts(lambda part: color.split(part, space)[0], rgb)
        chroma = images.resize(self.chroma(lightness), *lightness.shape)
        return _by_parts(lambda *part: images.to_uint8(
            color.merge(*part, space)), lightness, chroma)

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


def _by_parts(function, *photos):
    """Apply a function of pixels to photos, (row, column, ...).

    Colours take a hundred bytes for each pixel on their way, too many for
    all pixels of a scan at once.
    """
    flat = [photo.reshape((-1,) + photo.shape[2:]) for photo in photos]
    found = np.concatenate([
        function(*(pixels[start:start + _PART] for pixels in flat))
        for start in range(0, len(flat[0]), _PART)])
    return found.reshape(photos[0].shape[:2] + found.shape[1:])


def load(path):
    """The network of a weights file that anyone may have made.

    Parameters
    ----------
    path : str

    Returns
    -------
    network : systems.Network
    means : float32 array, (2, 50)
        Per-bin means.
    side : int
        The network was trained on `side` x `side` pixels.

    Raises
    ------
    colorize.params.WeightsError
        When the file does not hold such a network.
    """
    built = []

    def fits(settings, shapes):
        built.append(_build(path, settings, shapes))
        known = dict(params.get_params(built[0].outputs),
                     bin_means=theano.shared(np.zeros((2, bins.NUM_BINS))))
        params.fit(known, shapes, path)
        for name in shapes:
            if name not in known:
                raise params.WeightsError(
                    '{}: has {}, which the network has not'.format(path,
                                                                   name))
    arrays, settings = params.read(path, fits)
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise params.WeightsError('{}: {} holds values that are no '
                                      'numbers'.format(path, name))
    params.set_params(params.get_params(built[0].outputs), arrays, path)
    return built[0], arrays['bin_means'], settings['training']['side']


def _build(path, settings, shapes):
    """The network that the settings ask for, if the file can fill it."""
    try:
        check_training({'side': settings['training']['side']})
        held = sum(math.prod(shape) for shape, _ in shapes.values())
        with params.blank(max(held, _SMALL)):
            return systems.build(settings['network'])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise params.WeightsError('{}: settings that make no network ({})'
                                  .format(path, error)) from error

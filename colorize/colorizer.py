"""Colouring photos with a trained network."""

import os

import numpy as np

from colorize import color, paint
from colorize.photos import images
from colorize.systems import arrays, decodings, networks, trained
from colorize.backend import theano
from colorize.settings import check

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

    ``Colorizer(weights)(photo)`` is all that one photo needs. Whoever reads
    and writes photos on threads takes its three steps one by one:
    :meth:`shrink`, :meth:`predict` and :meth:`paint`; only the second uses
    the network and shall not be called by two threads at a time.

    Parameters
    ----------
    weights : str, optional
        Weights file; without, the one that ships.
    decode : {'argmax', 'mean', 'annealed', 'vivid'}, optional
        How the classification network's probabilities become a colour: the
        most probable bin (the paper's), the mean over the bins, that at
        temperature 0.38, or that with rare colours weighed up.
    saturation : float
        Factor of the chroma, 0 to 10; 1 leaves it as predicted.

    Attributes
    ----------
    side : int
        The network looks at about `side` x `side` pixels.
    decode : str
    saturation : float

    Raises
    ------
    colorize.systems.weights_file.WeightsError
        When the file does not hold such a network.
    colorize.settings.SettingError
        When an argument is none of the above, or the network has no bins.
    """

    def __init__(self, weights=None, decode=None, saturation=1):
        check('saturation', saturation, (int, float), '0 to 10',
              lambda factor: 0 <= factor <= 10)
        paint.prepare()
        self._network, self._means, prior, self.side = trained.load(
            default_weights() if weights is None else weights)
        self._space = self._network.settings['color_space']
        self.saturation = saturation
        self.decode = decodings.check_decoding(decode,
                                               self._network.settings)
        self._predict = theano.function(
            [self._network.input_var],
            networks.chroma(self._network, self.decode, self._means, prior,
                            deterministic=True))

    def __call__(self, photo):
        """Colour a photo.

        Parameters
        ----------
        photo : array, (row, column) or (row, column, 3)
            Grey or sRGB; uint8 (0 to 255), uint16 (0 to 65535), or float
            (0 to 1). Colours, if any, are not looked at.

        Returns
        -------
        array, (row, column, 3)
            sRGB of the same size and type. Turned back into grey
            (:func:`colorize.color.rounding.grays`) it is the photo that
            came in, to the last bit.

        Raises
        ------
        ValueError
            When the array is no such photo.
        """
        return self.many([photo])[0]

    def many(self, photos, batch_size=4):
        """Colour several photos; those of one shape share the arithmetic.

        Parameters
        ----------
        photos : sequence of array
            Each as for one photo; shapes and types may differ.
        batch_size : int
            So many at most pass the network together.

        Returns
        -------
        list of array
        """
        smalls = [self.shrink(photo) for photo in photos]
        return [self.paint(*each) for each in zip(
            photos, smalls, self.predict(smalls, batch_size))]

    def shrink(self, photo):
        """What the network looks at.

        Parameters
        ----------
        photo : array
            As for one photo.

        Returns
        -------
        float32 array, (row, column)
            Lightness at the size of the network.
        """
        _check(photo)
        return paint.shrink(photo, *network_size(*photo.shape[:2], self.side),
                            self._space)

    def predict(self, smalls, batch_size=4):
        """What the network answers.

        Parameters
        ----------
        smalls : sequence of float array, (row, column)
            Lightness, both sides divisible by 8.
        batch_size : int

        Returns
        -------
        list of float32 array, (row, column, 2)
            Chroma, in the order of `smalls`.
        """
        found = [None] * len(smalls)
        for numbers in _same_shape(smalls, batch_size):
            answers = self._predict(np.stack([
                arrays.network_input(smalls[number], self._space)
                for number in numbers]))
            for number, answer in zip(numbers, answers):
                found[number] = np.moveaxis(answer, 0, -1)
        return found

    def paint(self, photo, small, chroma):
        """Put the network's chroma onto the photo.

        Parameters
        ----------
        photo : array
            As for one photo.
        small : float array, (row, column)
            What :meth:`shrink` made of it.
        chroma : float array, (row, column, 2)
            What :meth:`predict` found for that.

        Returns
        -------
        array, (row, column, 3)
            sRGB of the type of the photo.
        """
        chroma = color.saturate(chroma, self.saturation, self._space)
        return paint.paint(photo, small, chroma, self._space)

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
        small = images.resize(lightness, *network_size(*lightness.shape,
                                                       self.side))
        return self.predict([small])[0]


def _check(photo):
    """Refuse what is no photo."""
    if not isinstance(photo, np.ndarray):
        raise ValueError(f'a photo is an array, got a {type(photo).__name__}')
    shape, kind = photo.shape, photo.dtype
    if len(shape) not in (2, 3) or shape[2:] not in ((), (3,)) or 0 in shape:
        raise ValueError('a photo is an array of (row, column) or (row, '
                         f'column, 3), got {shape}')
    if kind not in ('uint8', 'uint16') and kind.kind != 'f':
        raise ValueError(f'a photo is of uint8, uint16 or float, got {kind}')
    if kind.kind == 'f' and not (photo.min() >= 0 and photo.max() <= 1):
        raise ValueError(f'a photo of floats holds 0 to 1, got {photo.min()} '
                         f'to {photo.max()}')


def _same_shape(arrays, most):
    """Numbers of the arrays in lists of `most` or fewer of one shape."""
    shapes = {}
    for number, array in enumerate(arrays):
        shapes.setdefault(array.shape, []).append(number)
    return [numbers[start:start + most] for numbers in shapes.values()
            for start in range(0, len(numbers), most)]

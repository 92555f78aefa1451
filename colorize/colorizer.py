"""Colouring photos with a trained network."""

import copy

import numpy as np

from colorize import answers, color, memory, paint
from colorize.coherence import check_coherence
from colorize.hints import places
from colorize.photos import images
from colorize.systems import arrays, decodings, prediction, trained
from colorize.systems.arrays import network_size
from colorize.systems.weights_file import default_weights
from colorize.settings import check

__all__ = ['Colorizer', 'default_weights', 'network_size']


class Colorizer:
    """A trained network, ready to colour photos.

    ``Colorizer(weights)(photo)`` is all that one photo needs. Whoever reads
    and writes photos on threads takes its three steps one by one:
    :meth:`shrink`, :meth:`predict` and :meth:`paint`; only the second uses
    the network and shall not be called by two threads at a time.

    Predicting is two steps again: :meth:`answer` is the network's, and
    :meth:`decode` makes colours of it, as often as settings and hints
    change.

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
    coherence : {'none', 'segments', 'tv', 'crf', 'guided', 'areas'}, optional
        How colours are made to hold together, see
        :mod:`colorize.coherence`; without, 'areas' under 'vivid', else
        'none'.

    Attributes
    ----------
    side : int
        The network looks at about `side` x `side` pixels.
    space : {'luv', 'hsv'}
        What its colours are.
    decoding, coherence : str or None
    saturation : float
    trained : colorize.systems.trained.Trained
        The network, with what its bins stand for.

    Raises
    ------
    colorize.systems.weights_file.WeightsError
        When the file does not hold such a network.
    colorize.settings.SettingError
        When an argument is none of the above, or the network has no bins.
    """

    def __init__(self, weights=None, decode=None, saturation=1,
                 coherence=None):
        paint.prepare()
        self.trained = trained.load(
            default_weights() if weights is None else weights)
        network, self.side = self.trained.network, self.trained.side
        self.space = network.settings['color_space']
        self._set(decode, saturation, coherence)
        self._lanes = prediction.Lanes(prediction.compiled(network))
        memory.give_back()

    @property
    def settings(self):
        """Of the network, see :data:`colorize.settings.NETWORKS`."""
        return dict(self.trained.network.settings)

    def _set(self, decode, saturation, coherence):
        self.saturation = check('saturation', saturation, (int, float),
                                '0 to 10', lambda factor: 0 <= factor <= 10)
        settings = self.trained.network.settings
        self.decoding = decodings.check_decoding(decode, settings)
        self.coherence = check_coherence(coherence, settings, self.decoding)

    def like(self, decode=None, saturation=1, coherence=None):
        """The same network with other settings; nothing is compiled anew.

        Parameters
        ----------
        decode, saturation, coherence
            As for the class.

        Returns
        -------
        Colorizer
        """
        other = copy.copy(self)
        other._set(decode, saturation, coherence)
        return other

    def __call__(self, photo, hints=None):
        """Colour a photo.

        Parameters
        ----------
        photo : array, (row, column) or (row, column, 3)
            Grey or sRGB; uint8 (0 to 255), uint16 (0 to 65535), or float
            (0 to 1). Colours, if any, are not looked at.
        hints : sequence of dict, or array, optional
            Colours that the photo has at some places, see
            :func:`colorize.hints.places.placed`.

        Returns
        -------
        array, (row, column, 3)
            sRGB of the same size and type. Turned back into grey
            (:func:`colorize.color.rounding.grays`) it is the photo that
            came in, to the last bit.

        Raises
        ------
        ValueError
            When the array is no such photo, or a hint none.
        """
        small = self.shrink(photo)
        if hints is not None:
            hints = places.placed(hints, photo.shape[:2])
        chroma, = self.predict([small], hints=[hints])
        return self.paint(photo, small, chroma, hints)

    def many(self, photos, batch_size=4):
        """Colour several photos; those of one shape share the arithmetic.

        Parameters
        ----------
        photos : iterable of array
            Each as for one photo; shapes and types may differ.
        batch_size : int
            So many at most pass the network together.

        Returns
        -------
        list of array
        """
        photos = list(photos)
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
        images.check_array(photo)
        return paint.shrink(photo, *network_size(*photo.shape[:2], self.side),
                            self.space)

    def predict(self, smalls, batch_size=4, hints=None):
        """The colours of photos: :meth:`answer`, then :meth:`decode`.

        Parameters
        ----------
        smalls : sequence of float array, (row, column)
            Lightness, both sides divisible by 8.
        batch_size : int
        hints : sequence, optional
            For each of them what :meth:`decode` takes.

        Returns
        -------
        list of float32 array, (row, column, 2)
            Chroma, in the order of `smalls`.
        """
        found = [None] * len(smalls)
        for numbers, several in self.answered(smalls, batch_size):
            for number, answer in zip(numbers, several):
                found[number] = self.decode(answer, smalls[number],
                                            hints and hints[number])
        return found

    def answer(self, smalls, batch_size=4):
        """What the network answers; to be decoded as often as one likes.

        Parameters
        ----------
        smalls, batch_size
            As for :meth:`predict`.

        Returns
        -------
        list of float32 array
            In the order of `smalls`: class scores of U and V, (2, 50, row,
            column), of the regression network (2, row, column) in units of
            the colour space.
        """
        found = [None] * len(smalls)
        for numbers, several in self.answered(smalls, batch_size):
            for number, answer in zip(numbers, several):
                found[number] = answers.whole(answer)
        return found

    def answered(self, smalls, batch_size=4):
        """As :meth:`answer`, but as each minibatch is ready.

        Photos of one shape pass the network together. Where there are more
        than `batch_size`, cores take parts of a minibatch each, and the next
        ones while those that are ready are used.

        Parameters
        ----------
        smalls, batch_size
            As for :meth:`predict`.

        Yields
        ------
        numbers : list of int
            Which of `smalls` have passed the network together.
        answers : list
            Of float32 array, or of class scores a pair of U's and V's,
            which :meth:`decode` takes, too.
        """
        batch_size = check('batch_size', batch_size, (int,), 'a whole number, '
                           '1 or more', lambda number: number >= 1)
        lanes = (self._lanes.count(batch_size)
                 if len(smalls) > batch_size else 1)
        groups = arrays.same_shape(smalls, batch_size // lanes)
        batches = (np.stack([arrays.network_input(smalls[number], self.space)
                             for number in numbers]) for numbers in groups)
        for numbers, outputs in zip(groups, self._lanes.answers(batches,
                                                                lanes)):
            yield numbers, [each if each[1:] else each[0]
                            for each in zip(*outputs)]

    def decode(self, answer, small, hints=None):
        """Colours from what the network answered for a photo.

        Parameters
        ----------
        answer : float32 array, or pair
            One of :meth:`answer` or :meth:`answered`.
        small : float array, (row, column)
            What :meth:`shrink` made of the photo.
        hints : colorize.hints.places.Hinted, optional
            Of :func:`colorize.hints.places.placed`. Saturation does not
            touch them.

        Returns
        -------
        float32 array, (row, column, 2)
            Chroma.
        """
        return answers.chroma(answer, small, self.trained, self.decoding,
                              self.coherence, self.saturation, hints)

    def suggest(self, photo, row, column, count=5, answer=None):
        """The likeliest colours at a place of a photo.

        Parameters
        ----------
        photo : array
            As for one photo.
        row, column : int
            Of a pixel of the photo.
        count : int
        answer : float32 array, optional
            The photo's :meth:`answer`, where it is at hand.

        Returns
        -------
        list of (str, float)
            '#rrggbb' at the photo's lightness there, and its probability;
            most probable first. See :mod:`colorize.hints.suggest`.

        Raises
        ------
        colorize.settings.SettingError
            When the network has no probabilities of U and V.
        ValueError
            When the array is no photo, or has no such pixel.
        """
        answers.check_suggestions(self.trained)
        images.check_array(photo)
        places.check_place(row, column, photo.shape[:2])
        if answer is None:
            answer, = self.answer([self.shrink(photo)])
        lightness = color.lightness_of(photo[row:row + 1, column:column + 1])
        return answers.suggestions(
            answer, (row / photo.shape[0], column / photo.shape[1]),
            lightness[0, 0], self.trained, count)

    def paint(self, photo, small, chroma, hints=None, out=None):
        """Put the network's chroma onto the photo.

        Parameters
        ----------
        photo : array
            As for one photo.
        small : float array, (row, column)
            What :meth:`shrink` made of it.
        chroma : float array, (row, column, 2)
            What :meth:`predict` found for that.
        hints : colorize.hints.places.Hinted, optional
            As for :meth:`decode`. They hold in each of the photo's pixels.
        out : array, (row, column, 3), optional
            What is painted into; a ValueError unless it is of the photo's
            size and type.

        Returns
        -------
        array, (row, column, 3)
            sRGB of the type of the photo.
        """
        images.check_array(photo)
        painted = paint.paint(photo, small, chroma, self.space, out)
        if hints is not None:
            sure = hints.certainty == 1
            where = hints.rows[sure], hints.columns[sure]
            painted[where] = paint.pixels(photo[where], hints.chroma[sure])
        return painted

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

"""What the network says of a film's frames, as it is carried along."""

import numpy as np

from colorize.video import hints
from colorize.video.extra import FilmError

__all__ = ['Scores']

#: Probabilities below this are as good as none.
_LEAST = np.float32(1e-6)


class Scores:
    """A colorizer's answers with their axes as pictures have them.

    Probabilities, as these may be averaged; chroma of a network that has no
    bins.

    Parameters
    ----------
    colorizer : colorize.colorizer.Colorizer
    path : str
        The film, for errors.

    Raises
    ------
    FilmError
        When the weights answer in hue and saturation, which have no mean.
    """

    def __init__(self, colorizer, path):
        if colorizer.space != 'luv':
            raise FilmError(f'{path}: these weights answer in '
                            f'{colorizer.space}; films need U and V')
        self._colorizer, self._shape = colorizer, None

    def answer(self, small):
        """What the network answers for a frame.

        Parameters
        ----------
        small : float32 array, (row, column)
            Lightness.

        Returns
        -------
        float32 array, (row, column, channel)
        """
        found = self._colorizer.answer([small])[0]
        self._shape = found.shape[:-2]
        if found.ndim == 4:
            found = np.exp(found - found.max(axis=1, keepdims=True))
            found /= found.sum(axis=1, keepdims=True)
        return np.ascontiguousarray(np.moveaxis(
            found.reshape((-1,) + small.shape), 0, -1))

    def decode(self, scores, small, points=hints.NONE):
        """Chroma of what may be an average of answers.

        Parameters
        ----------
        scores : float32 array, (row, column, channel)
        small : float32 array, (row, column)
        points : float32 array, (point, 5)
            See :mod:`colorize.video.hints`.

        Returns
        -------
        float32 array, (row, column, 2)
        """
        planes = np.ascontiguousarray(np.moveaxis(scores, -1, 0)).reshape(
            self._shape + small.shape)
        if planes.ndim == 4:
            planes = np.log(np.maximum(planes, _LEAST))
        return self._colorizer.decode(planes, small, hints.hinted(
            points, small.shape))

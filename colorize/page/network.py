"""The network as the page needs it: asked once, painted again and again."""

from colorize.coherence import ASKED
from colorize.colorizer import Colorizer
from colorize.hints import places
from colorize.settings import SettingError
from colorize.systems.decodings import DECODINGS

__all__ = ['Network']


class Network:
    """A colorizer whose look is chosen photo by photo.

    Parameters
    ----------
    weights : str, optional
        Weights file; without, the one that ships.

    Attributes
    ----------
    about : dict
        What these weights can do; JSON types.
    """

    def __init__(self, weights=None):
        self._colorizer = Colorizer(weights)
        settings = self._colorizer.settings
        hints = settings['color_space'] == 'luv'
        decodings = self._possible('decode', DECODINGS)
        self.about = {
            'decode': self._colorizer.decoding if decodings else None,
            'decodings': decodings,
            'coherences': self._possible('coherence', ASKED),
            'hints': hints,
            'suggestions': hints and settings['system'] == 'classification'}

    def _possible(self, name, values):
        found = []
        for value in values:
            try:
                self._colorizer.like(**{name: value})
            except SettingError:
                continue
            found.append(value)
        return found

    def shrink(self, pixels):
        """What the network looks at, see :meth:`Colorizer.shrink`."""
        return self._colorizer.shrink(pixels)

    def answer(self, small):
        """What it answers; one thread at a time."""
        return self._colorizer.answer([small])[0]

    def like(self, look):
        """Its colorizer with a look's settings.

        Refuses those that the weights cannot do, see
        :meth:`Colorizer.like`.
        """
        return self._colorizer.like(look.decode, look.saturation,
                                    look.coherence)

    def paint(self, pixels, small, answer, look, whole):
        """The photo, or a smaller picture of it, in colour.

        Parameters
        ----------
        pixels : array
            Of any size.
        small, answer : array
            Of the photo in its own size.
        look : colorize.page.looks.Look
        whole : tuple of int
            Rows and columns of the photo in its own size, in which the
            hints of `look` are.

        Returns
        -------
        array
            As `pixels`, in colour.

        Raises
        ------
        ValueError
            When the weights cannot do that, or a hint is none.
        """
        made = self.like(look)
        hints = _placed(look.hints, whole, pixels.shape[:2])
        return made.paint(pixels, small, made.decode(answer, small, hints),
                          hints)

    def suggest(self, pixels, answer, row, column):
        """Likely colours of a place, see :meth:`Colorizer.suggest`."""
        return self._colorizer.suggest(pixels, row, column, answer=answer)


def _placed(hints, whole, shape):
    """Hints in the photo, or in a smaller picture of it; None of none."""
    if not hints:
        return None
    if shape != whole:
        hints = [_moved(hint, whole, shape)
                 for hint in places.checked(hints, whole)]
    return places.placed(hints, shape)


def _moved(hint, whole, shape):
    place = {name: min(int(hint[name] * few / many), few - 1)
             for name, few, many in zip(('row', 'column'), shape, whole)}
    # Rounded sides may make the largest radius a little too large.
    radius = min(hint['radius'] * shape[0] / whole[0], max(shape))
    return dict(hint, **place, radius=radius)

"""What may be made of a network's answer, without the network.

An answer is float32: class scores of U and V, (2, 50, row, column); of the
regression network (2, row, column), in units of the colour space.
"""

import numpy as np

from colorize import color
from colorize.coherence import COHERENCES
from colorize.color import level_means
from colorize.hints import places, spread, suggest
from colorize.settings import SettingError
from colorize.systems import decodings

__all__ = ['EVEN', 'check_suggestions', 'chroma', 'suggestions', 'whole']


#: A photo whose lightness varies by less of its largest (standard deviation)
#: shows nothing that has a colour: an empty page, a wall. Fog has 3 in 100.
EVEN = 0.005


def chroma(answer, small, trained, decoding, coherence=None, saturation=1,
           hints=None):
    """Colours of a photo, at the network's size.

    Parameters
    ----------
    answer : float32 array, or pair of those of U and V
    small : float array, (row, column)
        Lightness that the network was asked for.
    trained : colorize.systems.trained.Trained
    decoding : str
        See :data:`colorize.systems.decodings.DECODINGS`.
    coherence : str, optional
        See :data:`colorize.coherence.COHERENCES`.
    saturation : float
    hints : colorize.hints.places.Hinted, optional
        In the photo's pixels.

    Returns
    -------
    float32 array, (row, column, 2)

    Raises
    ------
    SettingError
        For hints of a network whose chroma is not U and V.
    """
    space = trained.network.settings['color_space']
    planes = _coherent(answer, small, trained, decoding,
                       COHERENCES.get(coherence))
    found = color.saturate(np.moveaxis(planes, 0, -1), saturation, space)
    if small.std() < EVEN * small.max():
        found = np.zeros_like(found)
    if hints is None:
        return found
    if space != 'luv':
        raise SettingError(f'hints: these weights answer in {space}; only U '
                           'and V can be told')
    return spread.spread(found, small, places.shrunk(hints, small.shape),
                         decodings.certainty(whole(answer))
                         if answer[0].ndim == 3 else 1)


def whole(answer):
    """An answer as one array, also of a pair of those of U and V."""
    return answer if isinstance(answer, np.ndarray) else np.stack(answer)


def _coherent(answer, small, trained, decoding, way):
    """Planes of chroma, decoded and held together."""
    if answer[0].ndim == 2:
        planes = decodings.decode([answer[None]], trained.network.settings,
                                  decoding)[0]
        return way.chroma(planes, small) if way else planes
    planes = _at_once(answer, small, trained, decoding, way)
    if planes is not None:
        return planes
    scores = decodings.weighed(whole(answer), decoding, trained.prior)
    if way and way.scores:
        scores = way.scores(scores, small)
    planes = decodings.unbinned(scores, decoding, decodings.means_for(
        decoding, trained), small)
    return way.chroma(planes, small) if way and not way.scores else planes


def _at_once(answer, small, trained, decoding, way):
    """The same of class scores in compiled code, None where it cannot be."""
    temperature = decodings.DECODINGS[decoding].temperature
    if not (temperature and way and way.at_once):
        return None
    return way.at_once(answer, small,
                       decodings.rarity(decoding, trained.prior),
                       decodings.means_for(decoding, trained), temperature)


def check_suggestions(trained):
    """Refuse a network that has no probabilities of U and V.

    Raises
    ------
    SettingError
    """
    if not decodings.averages(trained.network.settings):
        raise SettingError('suggestions: these weights have no probabilities '
                           'of U and V')


def suggestions(answer, place, lightness, trained, count=5):
    """The likeliest colours of a place.

    Parameters
    ----------
    answer : float32 array, (2, 50, row, column)
    place : tuple of float
        Of the photo's rows and columns, 0 to below 1.
    lightness : float
        The photo's there.
    trained : colorize.systems.trained.Trained
    count : int

    Returns
    -------
    list of (str, float)
        See :func:`colorize.hints.suggest.likeliest`.
    """
    row, column = (int(share * length) for share, length
                   in zip(place, answer.shape[2:]))
    chances = decodings.probabilities(answer[..., row, column])
    means = (trained.means if trained.levels is None
             else level_means.at(trained.levels, lightness))
    return suggest.likeliest(chances, means, lightness, count)

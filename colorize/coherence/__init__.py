"""Colours that hold together within an object (Section 6).

Five ways, a file each. All of them look at the lightness, at the network's
size, and know nothing of photos and networks.
"""

from collections import namedtuple

import numpy as np

from colorize.coherence import (areas, guided, random_field, segments,
                                total_variation)
from colorize.settings import SettingError

__all__ = ['ASKED', 'COHERENCES', 'Coherence', 'check_coherence',
           'for_films']


def _on_probabilities(change):
    """Make a filter of planes one of class scores, by their probabilities."""
    def changed(scores, lightness):
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        found = change(chances.reshape((-1,) + lightness.shape), lightness)
        # A guided filter may undershoot; no bin is impossible.
        return np.log(np.maximum(found, 1e-6)).reshape(scores.shape)
    return changed


def _in_areas(change):
    """The same filter of planes whose smooth areas have one answer each."""
    def changed(planes, lightness, *more):
        return change(areas.average(planes, lightness), lightness, *more)
    return changed


#: scores: changes class scores, (2, 50, row, column), before they are
#: decoded. chroma: changes planes of U and V, (2, row, column). Both take
#: the lightness besides. A way that has both takes scores where there are.
#: at_once: class scores to chroma, decoded at a temperature above 0, see
#: :func:`guided.colors`; or None.
Coherence = namedtuple('Coherence', 'scores chroma at_once',
                       defaults=(None,))

_GUIDED = Coherence(_on_probabilities(guided.smooth), guided.smooth,
                    guided.colors)

COHERENCES = {
    'segments': Coherence(_on_probabilities(segments.average),
                          segments.average),
    'tv': Coherence(None, total_variation.denoise),
    'crf': Coherence(random_field.mean_field, None),
    'guided': _GUIDED,
    'areas': Coherence(*map(_in_areas, _GUIDED)),
}

#: What may be asked for.
ASKED = ('none',) + tuple(COHERENCES)

#: What goes with a decoding unless it is told: where rare colours are weighed
#: up, they blotch.
_WITH = {'vivid': 'areas'}


def check_coherence(name, settings, decoding):
    """Check a way to hold colours together; choose one where none is named.

    Parameters
    ----------
    name : str or None
        One of :data:`ASKED`; None asks for what goes with the decoding.
    settings : dict
        Of the network.
    decoding : str
        Which the network can do, see
        :func:`colorize.systems.decodings.check_decoding`.

    Returns
    -------
    str or None
        One of :data:`COHERENCES`, or None for none.

    Raises
    ------
    SettingError
        When there is none of that name, or the network cannot do it.
    """
    if name is None:
        return _WITH.get(decoding)
    if name == 'none':
        return None
    if name not in tuple(COHERENCES):  # it may be a list
        raise SettingError(f"coherence must be one of {', '.join(ASKED)}"
                           f', got {name!r}')
    if settings['color_space'] != 'luv':
        raise SettingError(f'coherence {name}: these weights answer in '
                           f"{settings['color_space']}; colours are held "
                           'together in U and V')
    if settings['system'] == 'regression' and not COHERENCES[name].chroma:
        raise SettingError(f'coherence {name}: these weights are of the '
                           'regression network, which has no class scores')
    return name


def for_films(coherence):
    """What films have in place of a way to keep colours together.

    From frame to frame, areas would merge and split, and their colours
    flicker.

    Parameters
    ----------
    coherence : str or None

    Returns
    -------
    str or None
    """
    return 'guided' if coherence == 'areas' else coherence

"""The likeliest colours of a place, for who has to choose one."""

import numpy as np

from colorize import color
from colorize.hints.places import hex_of

__all__ = ['likeliest']

#: Bins to each side that count as one colour.
_ALIKE = 2

#: A colour less probable than this is none to suggest. What rounding leaves
#: of a sum of zeros lies below it.
_LEAST = 1e-9


def likeliest(chances, means, lightness, count=5):
    """The most probable distinct colours of a pixel.

    Peaks of the joint distribution of U and V, which are independent given
    the photo as the network has it.

    Parameters
    ----------
    chances : float array, (2, 50)
        Probabilities of the bins of U and of V.
    means : float array, (2, 50)
        Per-bin means.
    lightness : float
        L of the pixel.
    count : int

    Returns
    -------
    list of (str, float)
        '#rrggbb' at that lightness and its probability, that of the bins
        around the peak; most probable first, all different.
    """
    joint, found = np.outer(*chances), {}
    while len(found) < count:
        u, v = np.unravel_index(_around(joint).argmax(), joint.shape)
        near = np.s_[max(0, u - _ALIKE):u + _ALIKE + 1,
                     max(0, v - _ALIKE):v + _ALIKE + 1]
        part = joint[near]
        if part.sum() < _LEAST:
            break
        chroma = [(part.sum(axis=1 - axis) * means[axis][near[axis]]).sum()
                  / part.sum() for axis in (0, 1)]
        shown = hex_of(color.merge(np.float32(lightness), np.float32(chroma)))
        # What no screen shows may look like a colour that is there already.
        found[shown] = found.get(shown, 0) + float(part.sum())
        joint[near] = 0
    return sorted(found.items(), key=lambda pair: -pair[1])


def _around(joint):
    """Sum over the bins around each pair of bins."""
    from scipy.ndimage import uniform_filter
    return uniform_filter(joint, 2 * _ALIKE + 1, mode='constant')

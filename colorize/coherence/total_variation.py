"""Chroma with as little change as possible, and that at edges.

Minimises, over both channels together, the total variation of the chroma
plus the squared distance from what the network said (Rudin, Osher & Fatemi,
1992), by Chambolle's (2004) projection. Where the lightness has an edge,
change costs less.
"""

import numpy as np

__all__ = ['EDGE', 'STEPS', 'WEIGHT', 'denoise']

#: How much calm weighs against the network's answer, in units of U and V;
#: change of L to the next pixel that halves the cost of a change of chroma.
WEIGHT = 15
EDGE = 4
#: Of the projection.
STEPS = 40


def denoise(planes, lightness, weight=WEIGHT, edge=EDGE, steps=STEPS):
    """Even chroma out, but for the edges of the lightness.

    Parameters
    ----------
    planes : float array, (2, row, column)
        U and V.
    lightness : float array, (row, column)
        L, 0 to 100.
    weight : float
    edge : float
        inf for the plain total variation, which sees no lightness.
    steps : int

    Returns
    -------
    float32 array, (2, row, column)
    """
    cost = weight / (1 + (_change(lightness) / edge) ** 2)
    planes = np.asarray(planes, 'float32')
    flow = np.zeros((2,) + planes.shape, 'float32')  # axis, channel, …
    for _ in range(steps):
        found = planes - _divergence(flow)
        slope = _gradient(found)
        size = np.sqrt((slope ** 2).sum(axis=(0, 1)))
        # A quarter is the largest step that Chambolle's proof allows.
        flow -= 0.25 * slope
        flow /= 1 + 0.25 * size / cost
    return planes - _divergence(flow)


def _gradient(planes):
    """Change to the next pixel down and to the right; 0 at the ends."""
    slope = np.zeros((2,) + planes.shape, 'float32')
    slope[0, ..., :-1, :] = planes[..., 1:, :] - planes[..., :-1, :]
    slope[1, ..., :-1] = planes[..., 1:] - planes[..., :-1]
    return slope


def _divergence(flow):
    """The transpose of the gradient, with the other sign."""
    found = flow[0] + flow[1]
    found[..., 1:, :] -= flow[0, ..., :-1, :]
    found[..., 1:] -= flow[1, ..., :-1]
    return found


def _change(lightness):
    return np.sqrt((_gradient(np.asarray(lightness, 'float32')[None])
                    ** 2).sum(axis=(0, 1)))

"""Hints spread over a photo along its lightness.

After Levin, Lischinski & Weiss (2004): pixels beside each other have the
same colour, the more so the nearer they are in lightness. Theirs is a photo
without colours; ours has the network's, each pixel drawn to its own as
firmly as the network was certain. So a hint rules around it, stops at edges,
and gives way with distance.
"""

import numpy as np

__all__ = ['EDGE', 'PULL', 'influence', 'spread']

#: Standard deviation of the difference in L at which neighbours still agree.
EDGE = 2.5
#: How firmly the network's certainty holds a pixel, against one neighbour of
#: the same lightness, where there is one hint: the square root of its inverse
#: is about as many pixels as that reaches. Of n hints each reaches farther,
#: as the network has less to say (``make hints``).
PULL = 1e-3
#: Of agreement over the strongest edge, so that the system stays regular.
_LEAST = 1e-5
#: A hint of less than full certainty is drawn to, not held.
_DRAWN = 1


def spread(chroma, lightness, hinted, certainty=1, pull=PULL, edge=EDGE):
    """Chroma that has the hints' colours at their places and around.

    Parameters
    ----------
    chroma : float array, (row, column, 2)
        The network's.
    lightness : float array, (row, column)
        L, 0 to 100.
    hinted : colorize.hints.places.Hinted
        Of this size.
    certainty : float array, (row, column), or float
        Of the network, 0 to 1.
    pull, edge : float

    Returns
    -------
    float32 array, (row, column, 2)
        Exactly the hints' where they are certain.
    """
    if not hinted.certainty.any():
        return chroma
    share, colors = influence(lightness, hinted, pull * certainty
                              / _separate(hinted), edge)
    return (chroma * (1 - share[..., None]) + colors).astype('float32')


def _separate(hinted):
    """How many patches of pixels the hints are."""
    from scipy.ndimage import label
    told = np.zeros(hinted.shape, bool)
    told[hinted.rows, hinted.columns] = True
    return label(told)[1]


def influence(lightness, hinted, pull, edge=EDGE):
    """How much of each pixel's colour comes from the hints, and what.

    Parameters
    ----------
    lightness : float array, (row, column)
    hinted : colorize.hints.places.Hinted
    pull : float array, (row, column), or float
        How firmly each pixel is held where it is.
    edge : float

    Returns
    -------
    share : float array, (row, column)
        0 to 1.
    colors : float array, (row, column, 2)
        The hints' colours, each times its share.
    """
    from scipy.sparse import diags
    from scipy.sparse.linalg import splu
    pixels = hinted.rows * lightness.shape[1] + hinted.columns
    told = np.column_stack([np.ones(len(pixels)), hinted.chroma])
    sure = hinted.certainty == 1
    drawn = np.zeros(lightness.size)
    drawn[pixels[~sure]] = _DRAWN * hinted.certainty[~sure] / (
        1 - hinted.certainty[~sure])
    neighbours = _neighbours(np.asarray(lightness, 'float64'), edge)
    diagonal = np.asarray(neighbours.sum(axis=1)).ravel() + drawn + np.ravel(
        np.broadcast_to(np.maximum(pull, 1e-9), lightness.shape))
    found = np.zeros((lightness.size, 3))
    found[pixels] = told * sure[:, None]
    right = neighbours @ found
    right[pixels] += told * drawn[pixels, None]
    free = np.ones(lightness.size, bool)
    free[pixels[sure]] = False
    if free.any():
        matrix = (diags(diagonal) - neighbours)[free][:, free].tocsc()
        found[free] = splu(matrix, 'MMD_AT_PLUS_A', diag_pivot_thresh=0,
                           options={'SymmetricMode': True}).solve(right[free])
    found = found.reshape(lightness.shape + (3,))
    return np.clip(found[..., 0], 0, 1), found[..., 1:]


def _neighbours(lightness, edge):
    """Agreement of each pixel with those beside it, sparse, symmetric."""
    from scipy.sparse import coo_matrix
    numbers = np.arange(lightness.size).reshape(lightness.shape)
    pairs = [(numbers[:-1], numbers[1:]), (numbers[:, :-1], numbers[:, 1:])]
    one, other = (np.concatenate([pair[side].ravel() for pair in pairs])
                  for side in (0, 1))
    light = lightness.ravel()
    agreement = np.exp(-0.5 * ((light[one] - light[other]) / edge) ** 2)
    found = coo_matrix((np.maximum(agreement, _LEAST), (one, other)),
                       (lightness.size,) * 2).tocsr()
    return found + found.T

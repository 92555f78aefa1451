"""A fully connected conditional random field over the bins.

After Krähenbühl & Koltun (2011), by mean field: what a pixel says itself,
and what all pixels say that are near it and as light. Bins beside each other
agree in part, so what is said is blurred over the bins; a Potts model would
take the next bin for as wrong as the opposite hue.

Pixels talk through a grid over row, column and lightness (Chen, Paris &
Durand, 2007): all of them pour into its cells, cells are blurred, pixels
read them. Every other pixel of every other row is enough to find what the
cells say; at the end all pixels read it once.
"""

import numpy as np

from colorize.color.bins import NUM_BINS

__all__ = ['CELL', 'LIGHTNESS', 'NEAR', 'STEPS', 'TRUST', 'WEIGHT', 'grid',
           'mean_field']

#: Size of a cell, in pixels and in units of L.
CELL = 8
LIGHTNESS = 8
#: How far bins agree: standard deviation of a Gaussian, in bins.
NEAR = 2
#: Factor of a pixel's own scores, and of the share of the others that agree.
TRUST = 0.5
WEIGHT = 5
STEPS = 3


def mean_field(scores, lightness, weight=WEIGHT, steps=STEPS):
    """Class scores that agree with those of similar pixels.

    Parameters
    ----------
    scores : float32 array, (2, 50, row, column)
        Of U and V, before the softmax.
    lightness : float array, (row, column)
        L, 0 to 100.
    weight : float
        0 only tempers the scores.
    steps : int
        Rounds of talk.

    Returns
    -------
    float32 array, (2, 50, row, column)
    """
    read, size = grid(lightness)
    pour = read[_every_other(lightness.shape)].T.tocsr()
    read = _weighed(read, _blurred(pour.sum(axis=1).A, size))
    hear = read[_every_other(lightness.shape)]
    own = TRUST * scores[:, :, ::2, ::2].reshape(2 * NUM_BINS, -1).T
    chances, said = _softmax(np.ascontiguousarray(own)), 0
    for step in range(steps):
        if step:
            chances = _softmax(own + said)
        cells = _agreed(_blurred(pour @ chances, size)) * np.float32(weight)
        said = hear @ cells
    return np.float32(TRUST) * scores + (read @ cells).T.reshape(scores.shape)


def _every_other(shape):
    """Numbers of every other pixel in every other row."""
    return np.arange(np.prod(shape)).reshape(shape)[::2, ::2].ravel()


def _weighed(read, poured):
    """Weights by which a pixel reads its cells, for means and not sums.

    They are divided by what all pixels have poured into those cells.
    """
    heard = np.maximum((read @ poured).ravel(), 1e-6)
    read = read.copy()
    read.data /= np.repeat(heard, 8).astype('float32')
    return read


def grid(lightness):
    """Which cells a pixel lies in.

    Returns
    -------
    sparse float32 array, (pixel, cell)
        Eight cells a pixel: trilinear interpolation.
    size : tuple of int
        Cells along row, column and lightness.
    """
    from scipy.sparse import csr_matrix
    # Photos that were made small reach beyond black and white.
    lightness = np.clip(lightness, 0, 100)
    rows, columns = np.indices(lightness.shape, 'float32') / CELL
    places = np.stack([rows, columns, lightness / LIGHTNESS]).reshape(3, -1)
    size = tuple(int(most) + 2 for most in places.max(axis=1))
    first = places.astype(int)
    past = (places - first).astype('float32')
    cells, shares = [], []
    for corner in np.indices((2, 2, 2)).reshape(3, 8).T:
        cells.append(np.ravel_multi_index(first + corner[:, None], size))
        shares.append(np.where(corner[:, None], past, 1 - past).prod(axis=0))
    count = lightness.size
    return csr_matrix(
        (np.stack(shares, axis=1).ravel(), np.stack(cells, axis=1).ravel(),
         np.arange(0, 8 * count + 1, 8)), (count, np.prod(size))), size


def _blurred(cells, size):
    """Blur cells along each axis: half of itself, a quarter of each beside.

    (cell, value)
    """
    found = cells.reshape(size + (-1,))
    for axis in range(3):
        lines = np.moveaxis(found, axis, 0)
        soft = lines / 2
        soft[1:] += lines[:-1] / 4
        soft[:-1] += lines[1:] / 4
        found = np.moveaxis(soft, 0, axis)
    return found.reshape(cells.shape)


def _agreed(cells):
    """Sum the votes for each bin with those for bins near it, (cell, 100)."""
    distance = np.subtract.outer(*[np.arange(NUM_BINS)] * 2) / NEAR
    near = np.exp(-0.5 * distance ** 2).astype('float32')
    # A processor takes ten times as long for numbers too small for float32.
    near[near < 1e-12] = 0
    return (cells.reshape(-1, NUM_BINS) @ near).reshape(cells.shape)


def _softmax(scores):
    """Probabilities, for U and V each; (pixel, 100)."""
    both = scores.reshape(-1, 2, NUM_BINS)
    raised = np.exp(both - both.max(axis=-1, keepdims=True))
    return (raised / raised.sum(axis=-1, keepdims=True)).reshape(scores.shape)

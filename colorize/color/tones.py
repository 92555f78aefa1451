"""Photos without colours of their own: grey, sepia, or toned otherwise."""

import numpy as np

__all__ = ['ONE_TONE', 'is_in_one_tone', 'spread']

#: Units of U and V. Grey and toned photos measure 0 to 1.5 (the noise of
#: JPEG), a steel object before a grey wall 2, half of all photos over 12.
ONE_TONE = 1.6

_LEVELS = 64


def spread(lightness, chroma):
    """How far colours differ where the lightness is the same.

    A grey photo has one colour, none. A sepia photo has many, from brown to
    cream, but only one at each lightness.

    Parameters
    ----------
    lightness : float array, (row, column)
        Of CIELUV.
    chroma : float array, (row, column, 2)

    Returns
    -------
    float
        Standard deviation of a pixel's chroma from the mean of those as
        light, in units of U and V.
    """
    level = np.clip(lightness.ravel() * (_LEVELS / 100), 0, _LEVELS - 1)
    level, flat = level.astype(int), chroma.reshape(-1, 2)
    counts = np.bincount(level, minlength=_LEVELS)
    means = np.stack([np.bincount(level, flat[:, channel], _LEVELS)
                      / np.maximum(counts, 1) for channel in (0, 1)], axis=1)
    total = ((flat - means[level]) ** 2).sum()
    # In a small photo the few pixels of a level define their own mean.
    return float(np.sqrt(total / max(1, len(flat) - (counts > 0).sum())))


def is_in_one_tone(lightness, chroma):
    """Whether a photo is grey, sepia or toned otherwise; see :func:`spread`.

    Parameters
    ----------
    lightness, chroma
        As for :func:`spread`.

    Returns
    -------
    bool
    """
    return spread(lightness, chroma) < ONE_TONE

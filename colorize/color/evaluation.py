"""A coloured photo against the original that had colours."""

import numpy as np
from PIL import Image

from colorize import color
from colorize.color import metrics, rounding

__all__ = ['COLUMNS', 'MOST', 'average', 'gray', 'has_color', 'line', 'scores',
           'smaller']

#: Scores of more pixels than this are taken of a smaller copy.
MOST = 1 << 20

#: Titles, names in a score, and format of what a table shows.
COLUMNS = (('Acc(U) %', 'acc_u', '{:.1%}'), ('Acc(V) %', 'acc_v', '{:.1%}'),
           ('Sat. diff. %', 'sat_diff', '{:.1%}'),
           ('PSNR dB', 'psnr', '{:.2f}'), ('dE2000', 'delta_e', '{:.1f}'),
           ('Colourful.', 'colorfulness', '{:.1f}'),
           ('less orig.', 'colorfulness_diff', '{:+.1f}'))


def gray(photo):
    """A photo without its colours, (row, column), of the same type."""
    return photo if photo.ndim == 2 else rounding.grays(photo)


def has_color(photo):
    """Whether a photo has colours: R, G and B differ by 3 % on average.

    Parameters
    ----------
    photo : uint8 or uint16 array, (row, column) or (row, column, 3)

    Returns
    -------
    bool
    """
    if photo.ndim == 2:
        return False
    small = smaller(photo)
    return np.ptp(small, axis=-1).mean() > 0.03 * np.iinfo(photo.dtype).max


def scores(painted, original):
    """All of :func:`colorize.color.metrics.score`, and 'delta_e'.

    Parameters
    ----------
    painted, original : uint8 array, (row, column, 3)
        In sRGB. Photos of more than a megapixel are scaled down for it.

    Returns
    -------
    dict
        Floats; None where there is no finite value.
    """
    painted, original = smaller(painted), smaller(original)
    _, predicted = color.split(painted)
    lightness, actual = color.split(original)
    return metrics.average([dict(
        metrics.score(lightness, predicted, actual),
        delta_e=metrics.delta_e(painted, original))])


def average(found):
    """Mean of several :func:`scores`; None of none."""
    if not found:
        return None
    # A report that is older than a metric lacks it.
    names = dict.fromkeys(name for score in found for name in score)
    return metrics.average([
        {name: float('nan') if score.get(name) is None else score[name]
         for name in names} for score in found])


def smaller(photo):
    """A photo of :data:`MOST` pixels at most, as it is scored."""
    rows, columns = photo.shape[:2]
    scale = np.sqrt(MOST / (rows * columns))
    if scale >= 1 or photo.dtype != np.uint8:
        return photo
    size = [max(1, int(length * scale)) for length in (columns, rows)]
    return np.asarray(Image.fromarray(photo).resize(size, Image.BOX))


def line(score, name):
    """A line of a table.

    Parameters
    ----------
    score : dict or None
        Of :func:`scores`; None gives the titles.
    name : str

    Returns
    -------
    str
    """
    if score is None:
        cells = [title for title, _, _ in COLUMNS]
    else:
        cells = ['-' if score.get(key) is None else form.format(score[key])
                 .rstrip('%') for _, key, form in COLUMNS]
    widths = [max(8, len(title)) for title, _, _ in COLUMNS]
    return '  '.join([cell.rjust(width) for cell, width
                      in zip(cells, widths)] + [name])

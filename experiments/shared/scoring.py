"""Metrics of predictors over many photos, and the table of them (Table 2)."""

import numpy as np

from experiments.shared import table

__all__ = ['lines_of', 'most_frequent_bin', 'score', 'score_all', 'summary',
           'trivial']

#: Metric, what it is called and how it is written.
_METRICS = (('acc_u', 'Acc. (U)', '{:.2%}'), ('acc_v', 'Acc. (V)', '{:.2%}'),
            ('sat_diff', 'Sat. diff., per photo', '{:.1%}'),
            ('sat_diff_set', 'Sat. diff., whole set', '{:.1%}'),
            ('psnr', 'PSNR (dB)', '{:.2f}'),
            ('colorfulness_ratio', 'Colourfulness ratio', '{:.2f}'))

#: A photo of less colourfulness has none to compare with.
_COLORLESS = 1
_ROWS = 6


def trivial(paths, side):
    """Two predictors that do not look at the photo.

    Parameters
    ----------
    paths : sequence of str
        The training photos.
    side : int
        They are scaled to `side` x `side`.

    Returns
    -------
    dict
        'most_frequent_bin' and 'grey': functions from lightness (row,
        column) to chroma (row, column, 2).
    """
    flat = most_frequent_bin(paths, side)
    return {'most_frequent_bin': lambda lightness: np.broadcast_to(
                flat, lightness.shape + (2,)),
            'grey': lambda lightness: np.zeros(lightness.shape + (2,),
                                               'float32')}


def most_frequent_bin(paths, side):
    """The one colour that is right most often, for U and V each.

    Parameters
    ----------
    paths : sequence of str
        The training photos.
    side : int
        Photos are scaled to `side` x `side`.

    Returns
    -------
    float32 array, (2,)
        Mean of the pixels in the most frequent bin.
    """
    from tqdm import tqdm
    from colorize import color
    from colorize.color import bins
    from colorize.photos import images
    totals = np.zeros((2, 2, bins.NUM_BINS))
    for path in tqdm(paths, 'count', leave=False, unit='photo', disable=None):
        chroma = color.split(images.load_square(path, side))[1]
        totals += bins.bin_totals(color.clip_chroma(chroma)[0])
    return bins.from_bins(totals[0].argmax(axis=1), bins.bin_means(*totals))


def score_all(photos, answers, shown=()):
    """Score every predictor on every photo.

    Parameters
    ----------
    photos : iterable
        Of photo, lightness and chroma.
    answers : dict
        By name, functions from lightness to chroma.
    shown : sequence of str
        Names of those whose pictures are wanted.

    Returns
    -------
    scores : dict
        By name, a list of what :func:`score` gives.
    rows : list of list of array
        The first photos, as `shown` predicts them and as they were.
    """
    from tqdm import tqdm
    from colorize import color
    from colorize.photos import images
    scores, rows = {name: [] for name in answers}, []
    for photo, lightness, chroma in tqdm(photos, 'test', leave=False,
                                         unit='photo', disable=None):
        found = {name: np.asarray(answer(lightness))
                 for name, answer in answers.items()}
        for name, predicted in found.items():
            scores[name].append(score(lightness, predicted, chroma))
        if len(rows) < _ROWS:
            rows.append([images.to_uint8(color.merge(lightness, found[name]))
                         for name in shown] + [photo])
    return scores, rows


def score(lightness, predicted, actual):
    """All metrics of one photo, and what those of the whole set need.

    Parameters
    ----------
    lightness : float array, (row, column)
    predicted, actual : float arrays, (row, column, 2)
        Chroma.

    Returns
    -------
    dict
        As :func:`colorize.color.metrics.score`; besides, 'colorfulness_ratio',
        and 'saturation' and 'actual_saturation' summed over the pixels.
    """
    from colorize import color
    from colorize.color import metrics
    found = metrics.score(lightness, predicted, actual)
    original = found['colorfulness'] - found['colorfulness_diff']
    found['colorfulness_ratio'] = (
        found['colorfulness'] / original if original >= _COLORLESS
        else float('nan'))
    for name, chroma in (('saturation', predicted),
                         ('actual_saturation', actual)):
        found[name] = float(color.saturation(color.merge(
            lightness, chroma)).sum(dtype='float64'))
    return found


def summary(scores):
    """Mean and spread over photos, and Sat. diff. over the whole set.

    Parameters
    ----------
    scores : sequence of dict
        Of :func:`score`, one per photo.

    Returns
    -------
    dict
        Fractions; under 'spread' the standard deviations. None where no
        photo has a finite value.
    """
    means, spread = {}, {}
    for name in ('acc_u', 'acc_v', 'sat_diff', 'psnr', 'colorfulness_ratio'):
        values = np.array([one[name] for one in scores])
        values = values[np.isfinite(values)]
        means[name] = float(values.mean()) if len(values) else None
        spread[name] = float(values.std()) if len(values) else None
    predicted, actual = (sum(one[name] for one in scores)
                         for name in ('saturation', 'actual_saturation'))
    means['sat_diff_set'] = (abs(predicted - actual) / actual if actual > 0
                             else None)
    return dict(means, spread=spread)


def lines_of(found, paper=None):
    """Lines of a table, one for each predictor and metric.

    Parameters
    ----------
    found : dict
        By name, what :func:`summary` gives.
    paper : dict, optional
        By name, the paper's values by metric.

    Returns
    -------
    list of str
    """
    rows = [['', '', 'paper', 'ours', 'spread', 'ratio']]
    for name, values in found.items():
        published = (paper or {}).get(name, {})
        title = name.replace('_', ' ').capitalize()
        for metric, called, form in _METRICS:
            theirs, ours = published.get(metric), values[metric]
            ratio = None if None in (theirs, ours) else ours / theirs
            rows.append([title, called, table.written(form, theirs),
                         table.written(form, ours),
                         table.written(form, values['spread'].get(metric)),
                         table.written('{:.2f}', ratio)])
            title = ''
    return table.lines('<18 <22 >8 >8 >8 >7', rows)

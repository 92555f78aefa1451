"""``make table2``: Table 2, both systems of saved runs beside the paper's.

Two trivial predictors stand beside them: one always answers the training
photos' most frequent bin of U and of V, the other leaves the photo grey.
"""

import os

import numpy as np

from colorize import command
from experiments.shared import curves, saved

__all__ = ['PAPER', 'lines_of', 'main', 'most_frequent_bin', 'score',
           'score_all', 'summary', 'table2', 'trivial']

PAPER = {
    'classification': {'acc_u': 0.3464, 'acc_v': 0.2414, 'sat_diff': 0.065},
    'regression': {'acc_u': 0.1292, 'acc_v': 0.1902, 'sat_diff': 0.858}}
for _row in PAPER.values():
    # The paper does not say how it averages; both are held against it.
    _row['sat_diff_set'] = _row['sat_diff']

#: Metric, what it is called and how it is written.
_METRICS = (('acc_u', 'Acc. (U)', '{:.2%}'), ('acc_v', 'Acc. (V)', '{:.2%}'),
            ('sat_diff', 'Sat. diff., per photo', '{:.1%}'),
            ('sat_diff_set', 'Sat. diff., whole set', '{:.1%}'),
            ('psnr', 'PSNR (dB)', '{:.2f}'),
            ('colorfulness_ratio', 'Colourfulness ratio', '{:.2f}'))

#: A photo of less colourfulness has none to compare with.
_COLORLESS = 1
_ROWS = 6


def main(arguments=None):
    """Parse the command line; score, print and write Table 2."""
    given = saved.parse('table2', __doc__.partition('\n')[0], arguments)
    return table2(given.runs, given.out)


def table2(runs, out):
    """Score saved runs on their test photos.

    Parameters
    ----------
    runs : str
        Folder with both systems and their photos.
    out : str
        Where ``table2.json``, ``.txt`` and ``.png`` go.

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize.photos import grids, images
    from colorize.photos.find import find_photos
    from experiments.shared import report
    both = saved.open_runs(runs)
    side = next(iter(both.values())).side
    answers = dict((name, run.predict) for name, run in both.items())
    answers.update(trivial(
        find_photos([f"{saved.photo_cache(runs)}::train"]), side))
    scores, rows = score_all(saved.open_test_photos(runs, side), answers)
    found = dict((name, summary(each))
                 for name, each in scores.items())
    about = _about(runs, both, len(scores['grey']))
    lines = lines_of(found) + [''] + _notes(about)
    print('\n'.join(lines))
    report.write_text(os.path.join(out, 'table2.txt'), lines)
    report.write_json(os.path.join(out, 'table2.json'), dict(found, **about))
    images.save(os.path.join(out, 'table2.png'), grids.grid(
        rows, ['grey', 'regression', 'classification', 'original'], 160))
    return 0


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
    return dict([
        ('most_frequent_bin', lambda lightness: np.broadcast_to(
            flat, lightness.shape + (2,))),
        ('grey', lambda lightness: np.zeros(lightness.shape + (2,),
                                            'float32'))])


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


def score_all(photos, answers):
    """Score every predictor on every photo.

    Parameters
    ----------
    photos : iterable
        Of photo, lightness and chroma.
    answers : dict
        By name, functions from lightness to chroma.

    Returns
    -------
    scores : dict
        By name, a list of what :func:`score` gives.
    rows : list of list of array
        The first photos in grey, by both systems and as they were, where
        there are both.
    """
    from tqdm import tqdm
    from colorize import color
    from colorize.photos import images
    scores, rows = dict((name, []) for name in answers), []
    for photo, lightness, chroma in tqdm(photos, 'test', leave=False,
                                         unit='photo', disable=None):
        found = {name: np.asarray(answer(lightness))
                 for name, answer in answers.items()}
        for name, predicted in found.items():
            scores[name].append(score(lightness, predicted, chroma))
        if len(rows) < _ROWS and 'regression' in found:
            rows.append([images.to_uint8(color.merge(lightness, found[name]))
                         for name in ('grey', 'regression',
                                      'classification')] + [photo])
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


def _about(runs, both, photos):
    """What the numbers were taken with; no path of this machine."""
    from colorize.photos import cached
    plan = cached.describe(saved.photo_cache(runs)).plan
    about = {'photos': photos, 'dataset': plan['dataset'], 'paper': PAPER,
             'run': os.path.basename(os.path.abspath(runs)), 'runs': {}}
    for name, run in both.items():
        best = curves.best_epoch(run.records)
        settings = dict(run.network, **run.training)
        if settings['vgg16']:
            settings['vgg16'] = os.path.basename(settings['vgg16'])
        about['runs'][name] = dict(
            settings, epochs=len(run.records), best_epoch=best['epoch'],
            best_val_loss=best.get('val_loss'))
    return about


def lines_of(found):
    """Lines of a table, one for each predictor and metric.

    Parameters
    ----------
    found : dict
        By name, what :func:`summary` gives.

    Returns
    -------
    list of str
    """
    form = '{:<18} {:<22} {:>8} {:>8} {:>8} {:>7}'
    lines = [form.format('', '', 'paper', 'ours', 'spread', 'ratio')]
    for system, values in found.items():
        title = system.replace('_', ' ').capitalize()
        for name, called, number in _METRICS:
            paper = PAPER.get(system, {}).get(name)
            ours = values[name]
            lines.append(form.format(
                title, called, _written(number, paper),
                _written(number, ours),
                _written(number, values['spread'].get(name)),
                _written('{:.2f}', None if None in (paper, ours)
                         else ours / paper)))
            title = ''
    return lines


def _written(form, value):
    return '-' if value is None else form.format(value)


def _notes(about):
    """What to know about the numbers."""
    runs = about['runs']
    lines = ['paper: MIT CVCL Open Country, 50 test photos.',
             'ours: {run} ({dataset}), {photos} test photos of {side} x '
             '{side} pixels.'.format(
                 side=runs['classification']['side'], **about),
             'ours is the mean over photos, spread their standard deviation.',
             'S is HSV saturation, which the paper does not define.']
    for name, run in runs.items():
        lines.append('{}: {epochs} epochs, best {best_epoch}; learning rate '
                     '{learning_rate:g}, batch {batch_size}, width {width:g}.'
                     .format(name, **run))
        since = run['epochs'] - run['best_epoch']
        if run['patience'] and since < run['patience']:
            lines.append("  Not trained to the end: its lowest validation "
                         f"loss is {since} epochs old, not {run['patience']}.")
    return lines


if __name__ == '__main__':
    command.run(main)

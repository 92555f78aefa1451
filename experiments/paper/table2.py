"""``make table2``: Table 2, the networks of saved runs beside the paper's.

Two trivial predictors stand beside them: one always answers the training
photos' most frequent bin of U and of V, the other leaves the photo grey.
"""

import os

from colorize import command
from experiments.paper import train
from experiments.shared import curves, options, saved, scoring

__all__ = ['PAPER', 'main', 'table2']

PAPER = {
    'classification': {'acc_u': 0.3464, 'acc_v': 0.2414, 'sat_diff': 0.065},
    'regression': {'acc_u': 0.1292, 'acc_v': 0.1902, 'sat_diff': 0.858}}
for _row in PAPER.values():
    # The paper does not say how it averages; both are held against it.
    _row['sat_diff_set'] = _row['sat_diff']
# Nor which of its two losses the row of regression is of (Section 3.5).
PAPER['regression_l2'] = PAPER['regression']


def main(arguments=None):
    """Parse the command line; score, print and write Table 2."""
    given = options.parse_saved('paper.table2', __doc__.partition('\n')[0],
                                arguments)
    train.small_runs(given)
    return table2(given.runs, given.out)


def table2(runs, out):
    """Score saved runs on their test photos.

    Parameters
    ----------
    runs : str
        Folder with the networks and their photos.
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
    networks = saved.open_runs(runs)
    side = networks['classification'].side
    answers = {row: run.predict for row, run in networks.items()}
    answers.update(scoring.trivial(find_photos(
        [saved.photo_cache(runs, 'train')]), side))
    shown = ['grey', *(row for row in networks if row != 'classification'),
             'classification']
    scores, rows = scoring.score_all(saved.open_test_photos(runs, side),
                                     answers, shown)
    found = {name: scoring.summary(each) for name, each in scores.items()}
    about = _about(runs, networks, len(scores['grey']))
    lines = scoring.lines_of(found, PAPER) + [''] + _notes(about)
    print('\n'.join(lines))
    report.write_text(os.path.join(out, 'table2.txt'), lines)
    report.write_json(os.path.join(out, 'table2.json'), dict(found, **about))
    images.save(os.path.join(out, 'table2.png'),
                grids.grid(rows, shown + ['original'], 160))
    return 0


def _about(runs, networks, photos):
    """What the numbers were taken with; no path of this machine."""
    from colorize.photos import cached
    plan = cached.describe(saved.photo_cache(runs)).plan
    about = {'photos': photos, 'dataset': plan['dataset'],
             'paper': {row: PAPER[row] for row in networks if row in PAPER},
             'run': os.path.basename(os.path.abspath(runs)), 'runs': {}}
    for name, run in networks.items():
        best = curves.best_epoch(run.records)
        settings = dict(run.network, **run.training)
        for file in ('vgg16', 'start'):
            settings[file] = os.path.basename(settings.get(file) or '') or None
        about['runs'][name] = dict(
            settings, epochs=len(run.records), planned=run.planned,
            best_epoch=best['epoch'], best_val_loss=best.get('val_loss'))
    return about


def _notes(about):
    """What to know about the numbers."""
    runs = about['runs']
    side = runs['classification']['side']
    lines = ['paper: MIT CVCL Open Country, 50 test photos.',
             f"ours: {about['run']} ({about['dataset']}), {about['photos']} "
             f'test photos of {side} x {side} pixels.',
             'ours is the mean over photos, spread their standard deviation.',
             'S is HSV saturation, which the paper does not define.']
    if 'dahl' in runs:
        lines.append('dahl is shown the grey of L; it learnt from Y of YUV.')
    for name, run in runs.items():
        lines.append(
            f"{name}: {run['epochs']} epochs, best {run['best_epoch']}; "
            f"learning rate {run['learning_rate']:g}, "
            f"batch {run['batch_size']}, width {run['width']:g}.")
        missing = _missing(run)
        if missing:
            lines.append(f'  Not trained to the end: {missing}.')
    return lines


def _missing(run):
    """What keeps a training from having ended, None where it has."""
    since = run['epochs'] - run['best_epoch']
    if run.get('schedule') == 'cosine' or not run['patience']:
        if run['epochs'] < (run['planned'] or 0):
            return f"{run['planned']} epochs were planned"
    elif since < run['patience']:
        return (f'its lowest validation loss is {since} epochs old, not '
                f"{run['patience']}")
    return None


if __name__ == '__main__':
    command.run(main)

"""``make figures``: Figures 5 to 8 in the paper's layout, learning curves.

All show test photos of saved runs.
"""

import os

import numpy as np

from colorize import command
from experiments.paper import train
from experiments.shared import (curves, evenness, options, report, saved,
                                scoring)

__all__ = ['choose', 'figures', 'main', 'measure']

#: Photos of each figure: 5 and 6 are the first ones of the test photos.
_COUNTS = {'figure5': 2, 'figure6': 8, 'figure7': 2, 'figure8': 2}

#: Pairs that Figure 6 shows in a row.
_PAIRS = 2

#: What the photos of a figure were chosen by.
_RULES = {
    'figure5': 'the first test photos',
    'figure6': 'those after them',
    'figure7': 'largest inconsistency: mean change of the predicted U and V '
               'to the next pixel where the lightness is smooth',
    'figure8': 'smallest colourfulness_ratio: colourfulness (Hasler and '
               'Süsstrunk) of the prediction / of the original'}


def main(arguments=None):
    """Parse the command line, draw the figures."""
    given = options.parse_saved('paper.figures', __doc__.partition('\n')[0],
                                arguments, os.path.join('out', 'figures'))
    train.small_runs(given)
    return figures(given.runs, given.out)


def figures(runs, out):
    """Draw Figures 5 to 8 and the learning curves of saved runs.

    Parameters
    ----------
    runs : str
        Folder with both systems and their photos.
    out : str
        Where the PNGs and ``figures.json`` go.

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize.photos import images
    both = saved.open_runs(runs)
    side = next(iter(both.values())).side
    measures = _measure_all(saved.open_test_photos(runs, side),
                            both['classification'].predict)
    found = {}
    for name, chosen in choose(measures).items():
        photos = saved.open_test_photos(runs, side, chosen)
        path = os.path.join(out, f'{name}.png')
        images.save(path, _draw(name, photos, both))
        found[name] = {'chosen_by': _RULES[name], 'photos': [
            dict(measures[number], photo=number) for number in chosen]}
        print(path)
    curve = os.path.join(out, 'learning-curve.png')
    curves.draw_runs(curve, {system: run.records
                             for system, run in both.items()})
    print(curve)
    report.write_json(os.path.join(out, 'figures.json'), dict(
        found, run=os.path.basename(os.path.abspath(runs)),
        photos=len(measures)))
    return 0


def _measure_all(photos, predict):
    from tqdm import tqdm
    return [measure(lightness, predict(lightness), chroma)
            for _, lightness, chroma in tqdm(photos, 'measure', leave=False,
                                             unit='photo', disable=None)]


def measure(lightness, predicted, actual):
    """What Figures 7 and 8 choose their photos by.

    Parameters
    ----------
    lightness : float array, (row, column)
    predicted, actual : float arrays, (row, column, 2)
        Chroma.

    Returns
    -------
    dict
        'inconsistency', see :func:`experiments.shared.evenness.inconsistency`,
        and 'colorfulness_ratio', None where the original has no colours.
    """
    ratio = scoring.score(lightness, predicted, actual)['colorfulness_ratio']
    return {'inconsistency': evenness.inconsistency(lightness, predicted),
            'colorfulness_ratio': ratio if np.isfinite(ratio) else None}


def choose(measures):
    """The photos of each figure.

    Parameters
    ----------
    measures : sequence of dict
        Of :func:`measure`, one per test photo.

    Returns
    -------
    dict
        Lists of numbers by name of the figure. With few test photos some
        stand in two figures.
    """
    order = list(range(len(measures)))
    colored = [number for number in order
               if measures[number]['colorfulness_ratio'] is not None]
    ranked = {
        'figure5': order,
        'figure6': order[_COUNTS['figure5']:] or order,
        'figure7': sorted(order, key=lambda number: -measures[number][
            'inconsistency']),
        'figure8': sorted(colored, key=lambda number: measures[number][
            'colorfulness_ratio'])}
    return {name: numbers[:_COUNTS[name]] for name, numbers
            in ranked.items()}


def _draw(name, photos, both):
    """A figure: input and output side by side, as in the paper."""
    from colorize import color
    from colorize.photos import grids, images
    systems = ['regression', 'classification'] if name == 'figure5' else [
        'classification']
    rows = []
    for _, lightness, _ in photos:
        pictures = [color.to_gray(lightness) / 255] + [
            color.merge(lightness, both[system].predict(lightness))
            for system in systems]
        rows.append([images.to_uint8(picture) for picture in pictures])
    titles = ['input'] + systems
    if name == 'figure6':
        rows = [sum(rows[start:start + _PAIRS], [])
                for start in range(0, len(rows), _PAIRS)]
        titles *= _PAIRS
    return grids.grid(rows, titles)


if __name__ == '__main__':
    command.run(main)

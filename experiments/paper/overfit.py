"""``make overfit``: can the network learn a few photos by heart?

Section 5.2 starts with a random subset of 270 photos.
"""

import json
import os
import time

import numpy as np

from colorize import command
from colorize.photos.find import find_photos
from colorize.training.options import given_settings
from experiments.shared import bundled, options, report, runs, saved

__all__ = ['choose', 'main', 'overfit']

#: Without a folder of photos: small crops and a light network, so that two
#: cores are done in minutes.
_SMALL = dict(count=24, width=0.25, side=64, epochs=600)
_QUICK = dict(_SMALL, epochs=250)
_PAPER = dict(count=270, width=1.0, side=224, epochs=100)


def main(arguments=None):
    """Parse the command line, overfit, write the results."""
    parser = options.parser('paper.overfit', __doc__.replace('\n', ' '),
                            decided=('holdout', 'system', 'color_space'))
    add = parser.add_argument
    add('--count', type=command.number(int, 1),
        help='size of the random subset')
    add('--epochs', type=int)
    given = parser.parse_args(arguments)
    name = options.name_of_photos(given)
    given.runs = options.run_folder(given, 'overfit', name)
    size = dict(_QUICK if given.quick else
                _SMALL if name == 'bundled' else _PAPER)
    size.update((key, getattr(given, key)) for key in size
                if getattr(given, key) is not None)
    return overfit(choose(given, size), given, size)


def choose(given, size):
    """The random subset of Section 5.2, or crops of bundled photos.

    Parameters
    ----------
    given : argparse.Namespace
        'photos', 'runs' (where crops go) and 'seed'.
    size : dict
        'count' of photos, and 'side' of the crops.

    Returns
    -------
    list of str
    """
    if options.name_of_photos(given) == 'bundled':
        return bundled.crops(os.path.join(given.runs, 'crops'),
                             size['count'], size['side'], given.seed)
    paths = find_photos(command.photo_places(
        [given.photos] if given.photos else []))
    chosen = np.random.RandomState(given.seed).permutation(len(paths))
    return [paths[number] for number in sorted(chosen[:size['count']])]


def overfit(paths, given, size):
    """Train on photos, score the network on the same ones, write both.

    Parameters
    ----------
    paths : sequence of str
    given : argparse.Namespace
        'runs' (the run's folder), 'out' (where ``overfit.json`` and
        ``overfit.png`` go), 'quick' and the settings of a training.
    size : dict
        'width', 'side' and 'epochs'.

    Returns
    -------
    int
        The exit status, 0.
    """
    began = time.time()
    network, settings = given_settings(given)
    runs.train(paths, given.runs, size['epochs'],
               {**network, 'width': size['width']},
               **{'learning_rate': 0.001, 'learning_rate_decay': 0.9975,
                  'keep_gray': True, **settings, 'holdout': 0,
                  'side': size['side']})
    found, rows = _score(paths, os.path.join(given.runs, 'weights.npz'))
    found.update(seconds=round(time.time() - began, 1), quick=given.quick,
                 photos=options.name_of_photos(given),
                 settings=dict(size, count=len(paths), seed=given.seed))
    report.write_json(os.path.join(given.out, 'overfit.json'), found)
    _draw(os.path.join(given.out, 'overfit.png'), rows)
    print(json.dumps(found))
    return 0


def _score(paths, weights):
    """Metrics over all photos, and rows for the picture of the first."""
    from colorize import color
    from colorize.color import metrics
    from colorize.photos import images
    predict, side = saved.predictor(weights)
    scores, rows = [], []
    for path in paths:
        photo = images.load_square(path, side)
        lightness, chroma = color.split(photo)
        answer = predict(lightness)
        scores.append(metrics.score(lightness, answer, chroma))
        if len(rows) < 12:
            gray = color.to_gray(lightness)
            painted = color.merge(lightness, answer)
            rows.append([images.to_uint8(gray / 255),
                         images.to_uint8(painted), photo])
    return metrics.average(scores), rows


def _draw(path, rows):
    from colorize.photos import grids, images
    images.save(path, grids.grid(rows, ['grey', 'predicted', 'true'], 128))


if __name__ == '__main__':
    command.run(main)

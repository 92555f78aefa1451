"""``make overfit``: can the network learn a few photos by heart?

Section 5.2 starts with a random subset of 270 photos.
"""

import argparse
import json
import os
import tempfile
import time

import numpy as np

from colorize import command
from colorize.files import find_photos
from experiments import bundled

__all__ = ['choose', 'main', 'overfit']

#: Without a folder of photos: small crops and a light network, so that two
#: cores are done in minutes.
_SMALL = dict(count=24, width=0.25, side=64, epochs=600)
_PAPER = dict(count=270, width=1.0, side=224, epochs=100)


def _parser():
    parser = argparse.ArgumentParser(prog='python -m experiments.overfit',
                                     description=__doc__)
    add = parser.add_argument
    add('--photos', metavar='DIR', help='folder of photos (without: crops '
        "of the photos in scikit-image's wheel)")
    add('--count', type=int, help='size of the random subset')
    add('--width', type=float, help='scales every depth of the network')
    add('--side', type=int, help='photos are scaled to side x side')
    add('--epochs', type=int)
    add('--seed', type=int, default=0)
    add('--run', metavar='DIR', help='keep the run here, and go on with it')
    add('--out', metavar='DIR', help='where overfit.json and .png go')
    command.add_device(parser)
    command.debug_option(parser)
    return parser


def main(arguments=None):
    """Parse the command line, overfit, write the results."""
    given = _parser().parse_args(arguments)
    size = dict(_PAPER if given.photos else _SMALL)
    size.update((name, getattr(given, name)) for name in size
                if getattr(given, name, None) is not None)
    with tempfile.TemporaryDirectory(prefix='overfit-') as scratch:
        paths = choose(given.photos, size, given.seed,
                       given.run or scratch)
        return overfit(paths, given.run or os.path.join(scratch, 'run'),
                       given.out, size, given.seed)


def choose(photos, size, seed, scratch):
    """The random subset of Section 5.2, or crops of bundled photos.

    Parameters
    ----------
    photos : str or None
        Folder of photos; without, crops are cut.
    size : dict
        'count' of photos, and 'side' of the crops.
    seed : int
    scratch : str
        Where the crops go.

    Returns
    -------
    list of str
    """
    if not photos:
        return bundled.crops(scratch, size['count'], size['side'], seed)
    paths = find_photos([photos])
    chosen = np.random.RandomState(seed).permutation(len(paths))
    return [paths[number] for number in sorted(chosen[:size['count']])]


def overfit(paths, folder, out, size, seed):
    """Train on photos, score the network on the same ones, write both.

    Parameters
    ----------
    paths : sequence of str
    folder : str
        The run's folder.
    out : str or None
        Where ``overfit.json`` and ``overfit.png`` go.
    size : dict
        'width', 'side' and 'epochs'.
    seed : int

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize import trainer
    from experiments import report
    began = time.time()
    network = {'width': size['width'], 'vgg_batch_norm': True}
    trainer.train(paths, folder, size['epochs'], network, holdout=0,
                  side=size['side'], learning_rate=0.001,
                  learning_rate_decay=0.9975, seed=seed)
    found, rows = _score(paths, os.path.join(folder, 'weights.npz'))
    found.update(seconds=round(time.time() - began, 1),
                 settings=dict(size, count=len(paths), seed=seed))
    out = out or report.RESULTS
    report.write_json(os.path.join(out, 'overfit.json'), found)
    _draw(os.path.join(out, 'overfit.png'), rows)
    print(json.dumps(found))
    return 0


def _score(paths, weights):
    """Metrics over all photos, and rows for the picture of the first."""
    from colorize import color, images, metrics
    from colorize.colorizer import Colorizer
    colorizer, scores, rows = Colorizer(weights), [], []
    for path in paths:
        photo = images.load_square(path, colorizer.side)
        lightness, chroma = color.split(photo)
        answer = colorizer.chroma(lightness)
        scores.append(metrics.score(lightness, answer, chroma))
        if len(rows) < 12:
            gray = color.to_gray(lightness)
            painted = color.merge(lightness, answer)
            rows.append([images.to_uint8(gray / 255),
                         images.to_uint8(painted), photo])
    return metrics.average(scores), rows


def _draw(path, rows):
    from colorize import grids, images
    images.save(path, grids.grid(rows, ['grey', 'predicted', 'true'], 128))


if __name__ == '__main__':
    command.run(main)

"""``make own``: the weights that ship, trained further on photos of one kind.

What users of every colorizer ask for: a hundred photos of their own, ten
minutes, and how far it helps on others of the kind.
"""

import os
import time

import numpy as np

from colorize import command
from experiments.shared import judge_folder, options, report, runs

__all__ = ['TRAINING', 'main', 'own_photos']

#: Of the photos so many teach, and so many are scored before and after.
_LEARN, _TEST, _EPOCHS = 100, 50, 40

#: VGG16 as it is, a rate below that of the first training, which falls to
#: nothing, and the average over the last updates.
TRAINING = {'side': 128, 'crop': 96, 'flip': True, 'batch_size': 8,
            'learning_rate': 0.0005, 'schedule': 'cosine', 'average': 0.99,
            'holdout': 0}

QUICK = {'learn': 8, 'test': 4, 'epochs': 2}


def main(arguments=None):
    """Parse the command line; train further, score, write."""
    parser = options.parser('beyond.own_photos', __doc__.partition('\n')[0],
                            trains=False)
    parser.add_argument('--weights', metavar='FILE', help='to begin from '
                        '(without: those that ship)')
    given = parser.parse_args(arguments)
    given.runs = options.run_folder(given, 'own',
                                    options.name_of_photos(given))
    return own_photos(given)


def own_photos(given):
    """Train on some photos and judge by others, before and after.

    Parameters
    ----------
    given : argparse.Namespace

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize.colorizer import default_weights
    size = QUICK if given.quick else {'learn': _LEARN, 'test': _TEST,
                                      'epochs': _EPOCHS}
    learn, test = _split(given, size)
    start = given.weights or default_weights()
    began = time.time()
    runs.train(learn, given.runs, size['epochs'],
               {'freeze_until': 'conv4_3'}, start=start, seed=given.seed,
               **TRAINING)
    seconds = time.time() - began
    found = {name: judge_folder.judge_folder(test, path) for name, path in (
        ('before', start),
        ('after', os.path.join(given.runs, 'weights.npz')))}
    _write(given, found, dict(size, seconds=round(seconds, 1)))
    return 0


def _split(given, size):
    """Photos to learn from and others to judge by, drawn by the seed."""
    paths = options.training_photos(given, TRAINING['side'])
    count = size['learn'] + size['test']
    if len(paths) < count:
        raise ValueError(f'{len(paths)} photos are too few: {size["learn"]} '
                         f'to learn from and {size["test"]} to judge by are '
                         'needed')
    order = np.random.RandomState(given.seed).permutation(len(paths))[:count]
    chosen = [paths[number] for number in order]
    return chosen[:size['learn']], chosen[size['learn']:]


def _write(given, found, about):
    lines = []
    for name, scores in found.items():
        lines += [name, *judge_folder.lines_of(scores), '']
    print('\n'.join(lines))
    stem = os.path.join(given.out, 'own')
    report.write_text(f'{stem}.txt', lines)
    report.write_json(f'{stem}.json', dict(
        found, training=TRAINING, quick=given.quick,
        photos_of=options.name_of_photos(given), **about))


if __name__ == '__main__':
    command.run(main)

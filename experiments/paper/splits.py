"""``make splits``: Table 2 over several random splits of the photos.

Fifty test photos are few: from one fifty to the next even the most frequent
bin's accuracy moves by points. Here each seed holds out a fifth, other photos
each time, and all that were held out are scored together.
"""

import os

from colorize import command
from colorize.training.options import given_settings
from experiments.paper.table2 import PAPER
from experiments.paper.train import QUICK, TRAINING
from experiments.shared import options, report, runs, saved, scoring

__all__ = ['main']

_HOLDOUT = 0.2


def main(arguments=None):
    """Parse the command line; train with each seed, score, write."""
    parser = options.parser(
        'paper.splits', 'Table 2 over several random splits of the photos',
        decided=('system', 'color_space', 'loss', 'holdout'))
    add = parser.add_argument
    add('--seeds', type=command.number(int, 1), default=3, metavar='N',
        help='splits, from --seed on (default: %(default)s)')
    add('--epochs', type=command.number(int, 1), default=12,
        help='(default: %(default)s)')
    given = parser.parse_args(arguments)
    name = options.name_of_photos(given)
    given.runs = options.run_folder(given, 'splits', name)
    splits = [_split(given, seed)
              for seed in range(given.seed, given.seed + given.seeds)]
    found = {row: scoring.summary([score for split in splits
                                   for score in split[row]])
             for row in splits[0]}
    lines = scoring.lines_of(found, PAPER)
    print('\n'.join(lines))
    stem = os.path.join(given.out, name, 'splits')
    report.write_text(f'{stem}.txt', lines)
    report.write_json(f'{stem}.json', dict(
        found, epochs=given.epochs, splits=[
            dict({row: _means(scores) for row, scores in split.items()},
                 photos=len(split['grey'])) for split in splits]))
    return 0


def _split(given, seed):
    """Scores of the photos that a seed holds out, by row of Table 2."""
    answers = {}
    for row in saved.NEEDED:
        folder = os.path.join(given.runs, f'{row}-seed-{seed}')
        side = _train(given, row, seed, folder)
        answers[row], _ = saved.predictor(os.path.join(folder,
                                                       'weights.npz'))
    learn, hold = saved.photos_of(folder)  # the same for all rows
    answers.update(scoring.trivial(learn, side))
    return scoring.score_all(saved.loaded(hold, side), answers)[0]


def _train(given, row, seed, folder):
    """Train a row, or go on; the side of its photos."""
    from colorize.photos.find import find_photos
    chosen, settings = given_settings(given)
    side = given.side or (QUICK['side'] if given.quick else 224)
    if given.quick:
        chosen.setdefault('width', QUICK['width'])
    network, own = saved.ROWS[row]
    runs.train(find_photos([options.folder_of_photos(given, side)]), folder,
               given.epochs, dict(chosen, **network), **{
                   **TRAINING, 'flip': bool(given.crop), **settings, **own,
                   'side': side, 'seed': seed, 'holdout': _HOLDOUT})
    return side


def _means(scores):
    means = scoring.summary(scores)
    means.pop('spread')
    return means


if __name__ == '__main__':
    command.run(main)

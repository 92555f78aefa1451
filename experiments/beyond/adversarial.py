"""``make train-adversarial``: Section 6, the network against a judge.

The classification network, trained as ever, is the generator: the mean over
its bins at a temperature can be differentiated. A discriminator learns to
tell its photos from real ones (least squares: Mao et al., 2017); then both
learn together. Compared with where the generator began.
"""

import os

import numpy as np

from colorize import command
from experiments.shared import curves, evenness, options, report, scoring

__all__ = ['QUICK', 'adversarial', 'main']

#: Of Adam, for both networks; what the judge's word weighs beside the
#: cross-entropy, which keeps the colours plausible.
_RATE, _BETA1, _WEIGHT = 0.0001, 0.5, 0.1

#: Epochs of the discriminator alone, then of both.
_ALONE = 1

QUICK = {'width': 0.1, 'side': 64, 'epochs': 12, 'joint': 4}
_FULL = {'width': 1.0, 'side': 128, 'epochs': 30, 'joint': 3}


def main(arguments=None):
    """Parse the command line; train, compare, write."""
    parser = options.parser('beyond.adversarial', __doc__.partition('\n')[0])
    parser.add_argument('--epochs', type=int, metavar='N', help='of the '
                        'generator before (default: {epochs}, {quick} with '
                        '--quick)'.format(quick=QUICK['epochs'], **_FULL))
    given = parser.parse_args(arguments)
    given.runs = options.run_folder(given, 'adversarial',
                                    options.name_of_photos(given))
    return adversarial(given)


def adversarial(given):
    """Train, or go on where that was stopped, and compare.

    Parameters
    ----------
    given : argparse.Namespace

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize.training import loop
    from experiments.beyond import adversarial_loop
    size = dict(QUICK if given.quick else _FULL)
    size['epochs'] = given.epochs or size['epochs']
    paths = options.training_photos(given, size['side'])
    first = os.path.join(given.runs, 'generator')
    settings = {'side': size['side'], 'seed': given.seed,
                'vgg16': given.vgg16, 'learning_rate': 0.0003}
    loop.train(paths, first, size['epochs'], {
        'system': 'classification', 'width': size['width']}, **settings)
    start = os.path.join(first, 'weights.npz')
    folder = os.path.join(given.runs, 'joint')
    valid = adversarial_loop.train(
        paths, folder, start, _ALONE, size['joint'], size['width'], {
            'rate': _RATE, 'beta1': _BETA1, 'weight': _WEIGHT,
            'side': size['side'], 'seed': given.seed})
    _compare(given, valid, {'before': start, 'after': os.path.join(
        folder, 'weights.npz')}, curves.read(folder), size)
    return 0


def _compare(given, paths, weights, records, size):
    """The generator before and after, on the photos that none learnt."""
    from colorize.colorizer import Colorizer
    from colorize.photos import grids, images
    from experiments.shared import saved
    made = {name: Colorizer(path, 'annealed') for name, path
            in weights.items()}
    scores, rows = scoring.score_all(
        saved.loaded(paths, size['side']),
        {name: each.chroma for name, each in made.items()},
        ['before', 'after'])
    found = {name: scoring.summary(each) for name, each in scores.items()}
    for name, each in made.items():
        found[name]['inconsistency'] = float(np.mean([
            evenness.inconsistency(lightness, each.chroma(lightness))
            for _, lightness, _ in saved.loaded(paths, size['side'])]))
    lines = scoring.lines_of(found)
    print('\n'.join(lines))
    stem = os.path.join(given.out, 'adversarial')
    report.write_text(f'{stem}.txt', lines)
    report.write_json(f'{stem}.json', dict(
        found, photos=len(paths), photos_of=options.name_of_photos(given),
        quick=given.quick, size=size, weight=_WEIGHT, records=records))
    images.save(f'{stem}.png', grids.grid(
        rows, ['before', 'after', 'original'], 160))


if __name__ == '__main__':
    command.run(main)

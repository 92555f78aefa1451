"""``make judge``: how good weights are on photos they were not trained on.

On those that a training held out by the paper's metrics, on a folder of
others as the field reports it. Every way to decode stands beside two trivial
predictors, as in Table 2.
"""

import argparse
import os

from colorize import command
from colorize.photos.find import find_photos
from colorize.systems.decodings import DECODINGS
from experiments.shared import judge_folder, report, saved, scoring

__all__ = ['judge', 'main']


def main(arguments=None):
    """Parse the command line; score, print and write."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.judge',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--run', metavar='DIR', default=os.path.join('runs', 'default'),
        help='the training whose held-out photos are taken (default: '
             '%(default)s)')
    add('--photos', metavar='DIR', help='photos, at 256x256, in place of a '
        'run: its results are judge-photos.json and .txt')
    add('--weights', metavar='FILE', help='(without: those that ship)')
    add('--count', type=command.number(int, 1), metavar='N',
        help='only the first photos')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS, help='where '
        'judge.json and judge.txt go (default: %(default)s)')
    command.add_device(parser)
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    if given.photos:
        paths = find_photos([given.photos])[:given.count]
        found = judge_folder.judge_folder(paths, given.weights)
        lines = judge_folder.lines_of(found)
    else:
        found = judge(given.run, given.weights, given.count)
        lines = list(scoring.lines_of(found['scores']))
    print('\n'.join(lines))
    stem = os.path.join(given.out,
                        'judge-photos' if given.photos else 'judge')
    report.write_json(f'{stem}.json', found)
    report.write_text(f'{stem}.txt', lines)
    return 0


def judge(run, weights=None, count=None):
    """Score weights on the photos that a run held out.

    Parameters
    ----------
    run : str
        Its folder.
    weights : str, optional
        Without, those that ship.
    count : int, optional
        Only so many photos.

    Returns
    -------
    dict
        'photos', 'side' and 'scores': by decoding, and of 'most_frequent_bin'
        and 'grey', what :func:`experiments.shared.scoring.summary` gives.

    Raises
    ------
    ValueError
        When the folder holds no run with held-out photos.
    """
    learn, hold = saved.photos_of(run)
    if not hold:
        raise ValueError(f'{run}: the run held out no photos')
    answers, side = _answers(weights)
    hold = hold[:count]
    answers.update(scoring.trivial(learn, side))
    scores, _ = scoring.score_all(saved.loaded(hold, side), answers)
    return {'photos': len(hold), 'side': side, 'scores': {
        name: scoring.summary(each) for name, each in scores.items()}}


def _answers(weights):
    """Functions from lightness to chroma, one for each decoding."""
    from colorize.colorizer import Colorizer
    made = [Colorizer(weights, decode=name) for name in DECODINGS]
    return {each.decoding: each.chroma for each in made}, made[0].side


if __name__ == '__main__':
    command.run(main)

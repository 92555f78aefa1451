"""``make averaging``: do answers to a photo shown twice make better colours?

The network's probabilities for the photo as it is are averaged with those for
its mirror image, or for the photo read at a larger size, and then decoded.
"""

import os

import numpy as np

from colorize import command
from experiments.shared import held_out, report, scoring, table

__all__ = ['main', 'measure']

_COUNT, _QUICK = 100, 3

#: The larger size, in times the network's own.
_LARGER = 1.25

_DECODINGS = 'mean', 'annealed', 'vivid'


def main(arguments=None):
    """Parse the command line; measure, print, write."""
    parser = held_out.parser('beyond.averaging', __doc__.partition('\n')[0],
                             _COUNT)
    given = held_out.parsed(parser, arguments, _QUICK)
    from colorize.colorizer import Colorizer
    paths = held_out.photos(given)
    found = measure(paths, Colorizer(given.weights))
    lines = list(_table(found))
    print('\n'.join(lines))
    report.write_text(os.path.join(given.out, 'averaging.txt'), lines)
    report.write_json(os.path.join(given.out, 'averaging.json'), dict(
        scores=found, photos=len(paths), photos_of=held_out.name_of(given),
        seed=given.seed))
    return 0


def measure(paths, made):
    """Score each way to ask under each decoding.

    Parameters
    ----------
    paths : sequence of str
    made : colorize.colorizer.Colorizer

    Returns
    -------
    dict
        By decoding and way ('once', 'mirrored', 'two sizes') what
        :func:`experiments.shared.scoring.summary` gives.
    """
    from tqdm import tqdm
    from experiments.shared import saved
    held_out.check_averages(made.settings)
    scores, size = {}, int(round(made.side * _LARGER / 8)) * 8
    both = zip(saved.loaded(paths, made.side), saved.loaded(paths, size))
    for (_, lightness, chroma), (_, larger, _) in tqdm(
            both, 'averaging', len(paths), leave=False, disable=None):
        for way, answer in _answers(made, lightness, larger).items():
            for name in _DECODINGS:
                found = made.like(name).decode(answer, lightness)
                scores.setdefault(name, {}).setdefault(way, []).append(
                    scoring.score(lightness, found, chroma))
    return {name: {way: scoring.summary(each) for way, each in ways.items()}
            for name, ways in scores.items()}


def _answers(made, lightness, larger):
    """Logarithms of probabilities, which are class scores, by way."""
    from scipy.ndimage import zoom
    from colorize.systems.decodings import probabilities
    once, turned, large = map(probabilities, made.answer(
        [lightness, np.ascontiguousarray(lightness[:, ::-1]), larger]))
    shrunk = zoom(large, (1, 1) + (len(lightness) / len(larger),) * 2, order=1)
    ways = {'once': once, 'mirrored': (once + turned[..., ::-1]) / 2,
            'two sizes': (once + shrunk) / 2}
    return {way: np.log(np.maximum(each, 1e-6)).astype('float32')
            for way, each in ways.items()}


def _table(found):
    """Lines: a decoding and a way each."""
    rows = [['', '', 'PSNR', 'colour', 'Acc(U)', 'Acc(V)']]
    for name, ways in found.items():
        for way, values in ways.items():
            rows.append([name, way] + [
                table.written(form, values[key]) for key, form in (
                    ('psnr', '{:.2f}'), ('colorfulness_ratio', '{:.2f}'),
                    ('acc_u', '{:.1%}'), ('acc_v', '{:.1%}'))])
            name = ''
    return table.lines('<9 <10 >6 >7 >7 >7', rows)


if __name__ == '__main__':
    command.run(main)

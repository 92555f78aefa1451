"""``make saturation``: what stronger colours cost.

A network that is unsure answers paler than photos are, which PSNR likes and
people do not. Each way to decode is made stronger step by step, until its
colourfulness is the photos': what is nearer to it has a lower PSNR. Beside it
stand networks that were published, on photos of their own.
"""

import os

import numpy as np

from colorize import command
from colorize.color import evaluation, metrics
from colorize.systems.decodings import DECODINGS
from experiments.shared import held_out, judge_folder, report, table

__all__ = ['FACTORS', 'at', 'main', 'measure']

#: As ``--saturation`` takes them.
FACTORS = (0.8, 1, 1.2, 1.4, 1.6, 1.8)

_COUNT, _QUICK = 300, 3


def main(arguments=None):
    """Parse the command line; measure, print, write and plot."""
    parser = held_out.parser('beyond.saturation',
                             __doc__.partition('\n')[0], _COUNT)
    given = held_out.parsed(parser, arguments, _QUICK)
    from colorize.colorizer import Colorizer
    found = measure(held_out.photos(given), Colorizer(given.weights))
    found.update(photos_of=held_out.name_of(given), seed=given.seed)
    lines = _table(found)
    print('\n'.join(lines))
    path = os.path.join(given.out, 'saturation')
    report.write_text(f'{path}.txt', lines)
    report.write_json(f'{path}.json', found)
    _plot(f'{path}.png', found)
    return 0


def measure(paths, made):
    """PSNR and colourfulness of each decoding at each factor.

    Parameters
    ----------
    paths : sequence of str
        Photos; those in one tone are left out.
    made : colorize.colorizer.Colorizer

    Returns
    -------
    dict
        'photos'; 'colorfulness' of the originals; 'curves': by decoding,
        for each of :data:`FACTORS`, 'psnr' (dB) and 'colorfulness', means
        over the photos.

    Raises
    ------
    ValueError
        When no photo has colours.
    """
    scores, originals = {name: [] for name in DECODINGS}, []
    for photo in judge_folder.colorful(paths, 'saturation'):
        originals.append(metrics.colorfulness(photo))
        for name, painted in _painted(made, evaluation.gray(photo)):
            scores[name].append([(metrics.psnr(each, photo),
                                  metrics.colorfulness(each))
                                 for each in painted])
    return {'photos': len(originals), 'side': judge_folder.SIDE,
            'colorfulness': float(np.mean(originals)), 'factors': FACTORS,
            'curves': {name: dict(zip(('psnr', 'colorfulness'), np.mean(
                each, axis=0).T.tolist())) for name, each in scores.items()}}


def _painted(made, gray):
    """Each decoding, and the photo by it at each factor."""
    small = made.shrink(gray)
    answer, = made.answer([small])
    for name in DECODINGS:
        ways = [made.like(name, factor) for factor in FACTORS]
        yield name, [way.paint(gray, small, way.decode(answer, small))
                     for way in ways]


def at(found, name, off):
    """PSNR of a decoding where its colourfulness is off by so much.

    Parameters
    ----------
    found : dict
        Of :func:`measure`.
    name : str
        Of a decoding.
    off : float
        Below the originals'.

    Returns
    -------
    float or None
        dB, by interpolation; None where no factor measured leads there.
    """
    curve = found['curves'][name]
    psnr = np.interp(found['colorfulness'] - off, curve['colorfulness'],
                     curve['psnr'], left=np.nan, right=np.nan)
    return None if np.isnan(psnr) else float(psnr)


def _table(found):
    """Lines: who is off by how much, and our PSNR there."""
    rows = [['off by', 'PSNR', *DECODINGS]]
    wanted = [(None, '', 3)] + [
        (psnr, name, off) for name, (psnr, off)
        in judge_folder.PUBLISHED.items()]
    for psnr, name, off in sorted(wanted, key=lambda row: row[2]):
        rows.append([f'{off:.2f}', table.written('{:.2f}', psnr)] + [
            table.written('{:.2f}', at(found, each, off))
            for each in DECODINGS] + [name])
    return table.lines('>6 >6' + ' >9' * len(DECODINGS) + ' <18', rows)


def _plot(path, found):
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axis = pyplot.subplots(figsize=(6, 4), layout='constrained')
    for name in DECODINGS:
        curve = found['curves'][name]
        off = found['colorfulness'] - np.array(curve['colorfulness'])
        axis.plot(off, curve['psnr'], marker='o', label=name)
    for name, (psnr, off) in judge_folder.PUBLISHED.items():
        axis.plot(off, psnr, 'k*')
        axis.annotate(name, (off, psnr), (6, -8), fontsize=8,
                      textcoords='offset points')
    axis.plot([], [], 'k*', label='published, on their own photos')
    axis.axvline(0, color='grey', linestyle=':')
    axis.set(xlabel="colourfulness below the photos'", ylabel='PSNR (dB)')
    axis.legend()
    report.save_plot(path, figure)


if __name__ == '__main__':
    command.run(main)

"""``make hints``: how much a few told colours help.

As interactive colorizers are judged (Zhang et al., 2017): random patches of
7 x 7 pixels are told their true mean colour. Beside it, the same hints
spread without a network, as Levin, Lischinski & Weiss (2004) do.
"""

import os

import numpy as np

from colorize import command
from colorize.systems.decodings import DECODINGS
from experiments.shared import held_out, report, table

__all__ = ['NUMBERS', 'told', 'main', 'measure']

#: Patches told; those of a number are the first of all.
NUMBERS = (0, 1, 5, 10, 50)

#: Side of a patch.
_PATCH = 7

_COUNT, _QUICK = 100, 5


def main(arguments=None):
    """Parse the command line; measure, print, write and plot."""
    parser = held_out.parser('beyond.hints', __doc__.partition('\n')[0],
                             _COUNT)
    parser.add_argument('--decode', choices=tuple(DECODINGS),
                        default='annealed', help='(default: %(default)s, '
                        'nearest to the true colours on average)')
    given = held_out.parsed(parser, arguments, _QUICK)
    from colorize.colorizer import Colorizer
    made = Colorizer(given.weights, given.decode)
    paths = held_out.photos(given)
    found = measure(paths, made, given.seed)
    found.update(photos=len(paths), photos_of=held_out.name_of(given),
                 side=made.side, seed=given.seed, decoding=made.decoding,
                 patch=_PATCH)
    print('\n'.join(_table(found)))
    report.write_json(os.path.join(given.out, 'hints.json'), found)
    _plot(os.path.join(given.out, 'hints.png'), found)
    return 0


def measure(paths, colorizer, seed=0):
    """PSNR for each number of hints.

    Parameters
    ----------
    paths : sequence of str
    colorizer : colorize.colorizer.Colorizer
    seed : int
        Decides the places.

    Returns
    -------
    dict
        'numbers'; 'network' and 'levin', the mean PSNR over photos for each,
        and 'seconds' of a processor that decoding with hints took.
    """
    from tqdm import tqdm
    from experiments.shared import saved
    scores, seconds = [], []
    photos = saved.loaded(paths, colorizer.side)
    for number, (_, lightness, chroma) in enumerate(tqdm(
            photos, 'hints', len(paths), unit='photo', leave=False,
            disable=None)):
        rng = np.random.RandomState([seed, number])
        scores.append(_photo(lightness, chroma, colorizer, rng, seconds))
    means = [[float(np.mean(values[np.isfinite(values)]))
              for values in each] for each in
             np.moveaxis(np.array(scores), 0, -1)]
    return {'numbers': list(NUMBERS), 'network': means[0], 'levin': means[1],
            'seconds': round(float(np.median(seconds)), 3)}


def _photo(lightness, chroma, colorizer, rng, seconds):
    """PSNR of a photo for each number of hints, with network and without."""
    import time
    from colorize import color
    from colorize.color import metrics
    from colorize.hints import spread
    answer, = colorizer.answer([lightness])
    places = rng.randint(0, np.subtract(chroma.shape[:2], _PATCH - 1),
                         (max(NUMBERS), 2))
    original, scores = color.merge(lightness, chroma), ([], [])
    for number in NUMBERS:
        hinted = told(chroma, places[:number])
        began = time.process_time()
        ours = colorizer.decode(answer, lightness, hinted)
        if number:
            seconds.append(time.process_time() - began)
        # Nothing holds the others where they are: hints alone decide.
        theirs = spread.influence(lightness, hinted, 0)[1]
        for each, predicted in zip(scores, (ours, theirs)):
            each.append(metrics.psnr(color.merge(lightness, predicted),
                                     original))
    return scores


def told(chroma, places):
    """Hints of the true mean colour of patches.

    Parameters
    ----------
    chroma : float array, (row, column, 2)
    places : int array, (patch, 2)
        Row and column of their first pixels.

    Returns
    -------
    colorize.hints.places.Hinted
    """
    from colorize.hints.places import hinted_at
    certainty = np.zeros(chroma.shape[:2], 'float32')
    colors = np.zeros_like(chroma)
    for row, column in places:
        patch = np.s_[row:row + _PATCH, column:column + _PATCH]
        certainty[patch], colors[patch] = 1, chroma[patch].mean(axis=(0, 1))
    return hinted_at(certainty, colors)


def _table(found):
    """Lines: a number of hints each."""
    return table.lines('>6 >9 >15', [
        ['hints', 'network', 'Levin, alone']] + [
            [str(number), f'{ours:.2f}', f'{theirs:.2f}']
            for number, ours, theirs in zip(
                found['numbers'], found['network'], found['levin'])])


def _plot(path, found):
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axis = pyplot.subplots(figsize=(5, 3.5), layout='constrained')
    for name, title in (('network', 'network and hints'),
                        ('levin', 'hints alone (Levin et al.)')):
        axis.plot(found['numbers'], found[name], marker='o', label=title)
    axis.set_xscale('symlog', linthresh=1)
    axis.set_xticks(found['numbers'], map(str, found['numbers']))
    axis.set(xlabel=f'patches of {_PATCH} x {_PATCH} told',
             ylabel='PSNR (dB)')
    axis.legend()
    report.save_plot(path, figure)


if __name__ == '__main__':
    command.run(main)

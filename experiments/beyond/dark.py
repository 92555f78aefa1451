"""``make dark``: do means of bins that depend on lightness mend dark areas?

A bin of 4 units is a strong colour at L = 5 and none at L = 90. One mean for
all levels is compared with means by level: those of the weights or, where
these are older, of photos of a training.
"""

import os

import numpy as np

from colorize import command
from experiments.beyond import level_means
from experiments.shared import held_out, report, table

__all__ = ['main', 'measure']

_COUNT, _QUICK = 60, 3

#: Photos of a training whose pixels give the means that weights lack.
_LEARNT = 800

#: Pixels below such an L are counted.
_BELOW = (15, 30, np.inf)

#: Chroma of a pixel that looks coloured, and of one that looks grey, in
#: units of U and V: false colour is the first where the second was.
_COLOURED, _GREY = 8, 4


def main(arguments=None):
    """Parse the command line; measure, print, write."""
    parser = held_out.parser('beyond.dark', __doc__.partition('\n')[0],
                             _COUNT)
    given = held_out.parsed(parser, arguments, _QUICK)
    from colorize.colorizer import default_weights
    from colorize.systems import trained
    held = trained.load(given.weights or default_weights())
    if held.levels is None:
        if not given.run:
            parser.error('these weights have no means by level; --run names '
                         'a training whose photos give them')
        held = held._replace(levels=level_means.of_run(
            given.run, _LEARNT, given.seed))
    paths = held_out.photos(given)
    found = measure(paths, held)
    lines = list(_table(found))
    print('\n'.join(lines))
    report.write_text(os.path.join(given.out, 'dark.txt'), lines)
    report.write_json(os.path.join(given.out, 'dark.json'), dict(
        below=found, photos=len(paths), photos_of=held_out.name_of(given),
        seed=given.seed))
    return 0


def measure(paths, held):
    """Both ways over the pixels of all photos.

    Parameters
    ----------
    paths : sequence of str
    held : colorize.systems.trained.Trained
        With means by level.

    Returns
    -------
    dict
        By L below which pixels are counted ('all' for all): 'pixels',
        'original' (their own chroma), and by way ('plain', 'by level',
        'grey') 'psnr', 'delta_e', 'chroma' and 'false'.
    """
    from tqdm import tqdm
    from colorize.backend import theano
    from colorize.systems import networks
    from experiments.shared import saved
    function = theano.function([held.network.input_var], networks.outputs(
        held.network, deterministic=True))
    sums = {}
    for photo, lightness, actual in tqdm(
            saved.loaded(paths, held.side), 'dark', len(paths), leave=False,
            disable=None):
        for name, chroma in _ways(function, lightness, held).items():
            each = _pixels(photo, lightness, chroma, actual)
            for below in _BELOW:
                sums[below, name] = sums.get((below, name), 0) + each[
                    :, lightness < below].sum(axis=1)
    return {'all' if below == np.inf else str(below): dict(
        {name: _means(sums[below, name])
         for name in ('plain', 'by level', 'grey')},
        pixels=int(sums[below, 'plain'][0]),
        original=sums[below, 'plain'][-1] / max(1, sums[below, 'plain'][0]))
        for below in _BELOW}


def _ways(function, lightness, held):
    """Chroma as the product decodes, by means of levels, and none."""
    from colorize.coherence import COHERENCES
    from colorize.systems import arrays, decodings
    decoding = decodings.DECODINGS['vivid']
    scores = np.concatenate(function(arrays.network_input(lightness)[None]))
    scores = COHERENCES['guided'].scores(
        decodings.weighed(scores, decoding, held.prior), lightness)
    plain = decodings.unbinned(scores, decoding, held.means)
    found = {'plain': plain, 'by level': decodings.unbinned(
        scores, decoding, held.levels, lightness), 'grey': 0 * plain}
    return {name: np.moveaxis(planes, 0, -1)
            for name, planes in found.items()}


def _pixels(photo, lightness, chroma, actual):
    """1, squared error, dE2000, chroma, false colour, true chroma."""
    from skimage.color import deltaE_ciede2000, rgb2lab
    from colorize import color
    painted = color.merge(lightness, chroma)
    original = photo / np.float32(255)
    strength, true = (np.hypot(*np.moveaxis(each, -1, 0))
                      for each in (chroma, actual))
    return np.stack([
        np.ones(lightness.shape), ((painted - original) ** 2).mean(axis=-1),
        deltaE_ciede2000(rgb2lab(original), rgb2lab(painted)), strength,
        (strength > _COLOURED) & (true < _GREY), true])


def _means(sums):
    count, squares, delta_e, chroma, false, _ = sums / max(1, sums[0])
    return {'psnr': float(-10 * np.log10(squares)) if count else None,
            'delta_e': delta_e, 'chroma': chroma, 'false': false}


def _table(found):
    """Lines: pixels below an L, and a way, each."""
    rows = [['L below', '', 'PSNR', 'dE2000', 'chroma', 'false']]
    for below, values in found.items():
        for name in ('plain', 'by level', 'grey'):
            each = values[name]
            rows.append([below, name] + [
                table.written(form, each[key]) for key, form in (
                    ('psnr', '{:.2f}'), ('delta_e', '{:.2f}'),
                    ('chroma', '{:.2f}'), ('false', '{:.2%}'))])
            below = ''
        rows.append(['', 'original', '', '',
                     f"{values['original']:.2f}", ''])
    return table.lines('<8 <9' + ' >7' * 4, rows)


if __name__ == '__main__':
    command.run(main)

"""``make coherence``: Section 6, what holds colours together and at what cost.

Every way of colorize.coherence, and none, under every decoding; besides under
decodings that weigh rare colours up more, as each way takes some colour out.
"""

import os
import time

import numpy as np

from colorize import command
from experiments.shared import evenness, held_out, report, scoring, table

__all__ = ['main', 'measure', 'tried', 'ways']

_COUNT, _QUICK = 100, 3

#: Rebalancing of decodings beside those that have a name.
_MORE = (0.4, 0.5)

#: What a table shows of each: name, title, form.
_COLUMNS = (('acc_u', 'Acc(U)', '{:.1%}'), ('acc_v', 'Acc(V)', '{:.1%}'),
            ('sat_diff_set', 'Sat.d.', '{:.1%}'), ('psnr', 'PSNR', '{:.2f}'),
            ('colorfulness_ratio', 'colour', '{:.2f}'),
            ('spread', 'spread', '{:.2f}'), ('noise', 'noise', '{:.2f}'),
            ('dark', 'dark', '{:.2f}'), ('ms', 'ms', '{:.0f}'))

#: Rows of the picture: the photos whose objects are least of one colour.
_ROWS = 5


def main(arguments=None):
    """Parse the command line; measure, print, write and draw."""
    parser = held_out.parser('beyond.coherence', __doc__.partition('\n')[0],
                             _COUNT)
    given = held_out.parsed(parser, arguments, _QUICK)
    from colorize.photos import grids, images
    from colorize.systems import trained
    from colorize import colorizer
    weights = given.weights or colorizer.default_weights()
    paths = held_out.photos(given)
    found, rows = measure(paths, trained.load(weights))
    lines = list(_table(found))
    print('\n'.join(lines))
    report.write_text(os.path.join(given.out, 'coherence.txt'), lines)
    report.write_json(os.path.join(given.out, 'coherence.json'), dict(
        found, photos=len(paths), photos_of=held_out.name_of(given),
        seed=given.seed, weights=os.path.basename(weights)))
    images.save(os.path.join(given.out, 'coherence.png'), grids.grid(
        rows, ['grey', *ways(), 'original'], 160))
    return 0


def ways():
    """What is compared: functions of scores and of chroma, by name.

    Returns
    -------
    dict
        :class:`colorize.coherence.Coherence`, 'none' and 'tv, no edges'
        among them.
    """
    from colorize.coherence import COHERENCES, Coherence, total_variation
    found = {'none': Coherence(None, None)}
    found.update(COHERENCES)
    found['tv, no edges'] = Coherence(
        None, lambda planes, lightness: total_variation.denoise(
            planes, lightness, edge=np.inf))
    return found


def tried():
    """Decodings by name."""
    from colorize.systems.decodings import DECODINGS
    vivid = DECODINGS['vivid']
    return dict(DECODINGS, **{
        f'vivid {more}': vivid._replace(rebalancing=more) for more in _MORE})


def measure(paths, held):
    """Score all ways under all decodings.

    Parameters
    ----------
    paths : sequence of str
    held : colorize.systems.trained.Trained

    Returns
    -------
    found : dict
        'side'; 'scores' by decoding and way; 'original' with the spread of
        the photos' own colours, and its dark part.
    rows : list of list of array
        Pictures of the photos whose colours change most within an object.
    """
    from tqdm import tqdm
    from colorize.systems import arrays, networks
    from colorize.backend import theano
    from experiments.shared import saved
    held_out.check_averages(held.network.settings)
    function = theano.function([held.network.input_var], networks.outputs(
        held.network, deterministic=True))
    scores, original, rows = {}, [], []
    photos = saved.loaded(paths, held.side)
    for photo, lightness, chroma in tqdm(photos, 'coherence', len(paths),
                                         leave=False, disable=None):
        answer = np.concatenate(function(
            arrays.network_input(lightness)[None]))
        objects = evenness.objects(photo)
        found = {}
        for name, decoding in tried().items():
            for way, milliseconds, predicted in _coloured(
                    answer, lightness, decoding, held):
                each = scoring.score(lightness, predicted, chroma)
                each.update(_even(lightness, predicted, objects),
                            ms=milliseconds)
                scores.setdefault(name, {}).setdefault(way, []).append(each)
                found[name, way] = predicted
        original.append(_even(lightness, chroma, objects))
        rows.append((scores['vivid']['none'][-1]['spread'],
                     _pictures(photo, lightness, found)))
    rows.sort(key=lambda pair: -pair[0])
    return {'side': held.side, 'original': _mean(original), 'scores': {
        name: {way: dict(scoring.summary(each), **_mean(
            each, ('spread', 'noise', 'dark', 'ms')))
            for way, each in both.items()}
        for name, both in scores.items()}}, [row for _, row in rows[:_ROWS]]


def _coloured(answer, lightness, decoding, held):
    """Way, its milliseconds, and chroma; of each way."""
    from colorize.systems import decodings
    weighed = decodings.weighed(answer, decoding, held.prior)

    def unbinned(scores):
        return decodings.unbinned(scores, decoding, decodings.means_for(
            decoding, held), lightness)
    plain = unbinned(weighed)
    for name, way in ways().items():
        began = time.process_time()
        if way.scores:
            scores = way.scores(weighed, lightness)
        elif way.chroma:
            planes = way.chroma(plain, lightness)
        took = time.process_time() - began
        if way.scores:
            planes = unbinned(scores)
        elif not way.chroma:
            planes = plain
        yield name, 1000 * took, np.moveaxis(planes, 0, -1)


def _even(lightness, chroma, objects):
    """How even colours are.

    Returns
    -------
    dict
        'spread', how far the chroma of an object's pixels lies from their
        mean; 'noise', its change to the next pixel near strong edges;
        'dark', how far chroma lies from its mean over smooth dark pixels.
        In units of U and V; None where there are no such pixels.
    """
    edges = evenness.near_edges(lightness)
    dark = evenness.smooth(lightness) & (lightness < 20)
    return {'spread': evenness.spread(chroma, objects),
            'noise': float(evenness.variation(chroma)[edges].mean())
            if edges.any() else None,
            'dark': evenness.spread(chroma[dark], 0 * objects[dark])
            if dark.mean() > 0.02 else None}


def _mean(scores, names=('spread', 'noise', 'dark')):
    """Mean of each measure over the photos that have it."""
    found = {}
    for name in names:
        values = [one[name] for one in scores if one[name] is not None]
        found[name] = float(np.mean(values)) if values else None
    return found


def _pictures(photo, lightness, found):
    from colorize import color
    from colorize.photos import images
    return [images.to_uint8(color.merge(lightness, chroma)) for chroma in [
        np.zeros(lightness.shape + (2,), 'float32')] + [
            found['vivid', way] for way in ways()]] + [photo]


def _table(found):
    """Lines: a decoding and a way each."""
    written = table.written
    rows = [['', ''] + [title for _, title, _ in _COLUMNS]]
    for name, both in found['scores'].items():
        for way, values in both.items():
            rows.append([name, way] + [
                written(form, values[key]) for key, _, form in _COLUMNS])
            name = ''
    rows.append(['original', ''] + [
        written(form, found['original'].get(key))
        for key, _, form in _COLUMNS])
    return table.lines('<9 <12' + ' >6' * len(_COLUMNS), rows)


if __name__ == '__main__':
    command.run(main)

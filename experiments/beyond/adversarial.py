"""``make train-adversarial``: Section 6, the network against a judge.

The classification network, trained as ever, is the generator: the mean over
its bins at a temperature can be differentiated. A discriminator learns to
tell its photos from real ones (least squares: Mao et al., 2017); then both
learn together. Compared with where the generator began, and with as many
updates of it alone: those change it, too.
"""

import os

import numpy as np

from colorize import command
from experiments.shared import (evenness, options, report, runs, scoring,
                                table)

__all__ = ['QUICK', 'adversarial', 'main']

#: Of Adam: the generator's rate, the judge's, which knows nothing yet, and
#: beta1 of both; what the judge's word weighs beside the cross-entropy,
#: which keeps the colours plausible.
_HOW = {'rate': 0.0001, 'judge_rate': 0.001, 'beta1': 0.5, 'weight': 0.1}

#: Epochs of the generator, of the judge alone, and of both.
QUICK = {'width': 0.1, 'side': 64, 'epochs': 12, 'alone': 8, 'joint': 4}
_FULL = {'width': 1.0, 'side': 128, 'epochs': 30, 'alone': 2, 'joint': 3}

#: The generator's settings that say which photos it learns from, and how it
#: is shown them; both parts have them in common.
_SHOWN = ('crop', 'flip', 'holdout', 'keep_gray', 'scale', 'seed', 'side')

#: What a table shows of each network: name, title, form.
_COLUMNS = (('acc_u', 'Acc(U)', '{:.1%}'), ('acc_v', 'Acc(V)', '{:.1%}'),
            ('sat_diff_set', 'Sat.d.', '{:.1%}'), ('psnr', 'PSNR', '{:.2f}'),
            ('colorfulness_ratio', 'colour', '{:.2f}'),
            ('spread', 'spread', '{:.2f}'),
            ('inconsistency', 'uneven', '{:.3f}'))


def main(arguments=None):
    """Parse the command line; train, compare, write."""
    parser = options.parser('beyond.adversarial', __doc__.partition('\n')[0],
                            decided=('system', 'color_space', 'loss'))
    for name, text in (('epochs', 'of the generator before'),
                       ('alone', 'of the judge alone'),
                       ('joint', 'of both networks together')):
        parser.add_argument(
            f'--{name}', type=command.number(int, 1), metavar='N',
            help=f'epochs {text} (default: {_FULL[name]}, {QUICK[name]} with '
                 '--quick)')
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
    from experiments.beyond import adversarial_loop
    size = dict(QUICK if given.quick else _FULL)
    size.update((name, getattr(given, name)) for name in size
                if getattr(given, name) is not None)
    paths = options.training_photos(given, size['side'])
    start, shown = _generator(given, size, paths)
    weights = {'before': start}
    for name, alone, weight in (('without judge', 0, 0),
                                ('after', size['alone'], _HOW['weight'])):
        folder = os.path.join(given.runs, name.replace(' ', '-'))
        valid = adversarial_loop.train(
            paths, folder, start, alone, size['joint'],
            dict(_HOW, weight=weight), shown)
        weights[name] = os.path.join(folder, 'weights.npz')
    _compare(given, valid, weights, size)
    return 0


def _generator(given, size, paths):
    """Its weights file, and the settings that its photos were shown with."""
    from colorize.training import run_folder
    from colorize.training.options import given_settings
    network, settings = given_settings(given)
    network = {'system': 'classification', **network}
    if not given.start:
        network.setdefault('width', size['width'])
    folder = os.path.join(given.runs, 'generator')
    runs.train(paths, folder, size['epochs'], network, **{
        'learning_rate': 0.001 if given.quick else 0.0003, 'flip': True,
        **settings, 'side': size['side']})
    settings = run_folder.read_description(folder)['training']
    return (os.path.join(folder, 'weights.npz'),
            {name: settings[name] for name in _SHOWN})


def _compare(given, paths, weights, size):
    """The generators on the photos that none of them learnt."""
    from colorize.colorizer import Colorizer
    from colorize.photos import grids, images
    from colorize.training import run_folder
    from experiments.shared import saved
    scores, rows = _scores(saved.loaded(paths, size['side']), {
        name: Colorizer(path, 'annealed') for name, path in weights.items()})
    found = {name: dict(scoring.summary(each), **{
        measure: float(np.mean([one[measure] for one in each]))
        for measure in ('spread', 'inconsistency')})
        for name, each in scores.items()}
    lines = _table(found)
    print('\n'.join(lines))
    stem = os.path.join(given.out, 'adversarial')
    report.write_text(f'{stem}.txt', lines)
    report.write_json(f'{stem}.json', dict(
        networks=found, photos=len(paths), size=size, how=_HOW,
        photos_of=options.name_of_photos(given), quick=given.quick, records={
            name: run_folder.read_log(os.path.dirname(path))
            for name, path in weights.items()}))
    images.save(f'{stem}.png', grids.grid(
        rows[:6], [*weights, 'original'], 160))


def _scores(photos, made):
    """By name, the scores of each photo; pictures of each photo."""
    from colorize import color
    from colorize.photos import images
    scores, rows = {name: [] for name in made}, []
    for photo, lightness, actual in photos:
        objects, row = evenness.objects(photo), []
        for name, colorizer in made.items():
            chroma = colorizer.chroma(lightness)
            scores[name].append(dict(
                scoring.score(lightness, chroma, actual),
                spread=evenness.spread(chroma, objects),
                inconsistency=evenness.inconsistency(lightness, chroma)))
            row.append(images.to_uint8(color.merge(lightness, chroma)))
        rows.append(row + [photo])
    return scores, rows


def _table(found):
    """Lines: a network each."""
    rows = [[''] + [title for _, title, _ in _COLUMNS]]
    for name, values in found.items():
        rows.append([name] + [table.written(form, values[key])
                              for key, _, form in _COLUMNS])
    return table.lines('<14' + ' >6' * len(_COLUMNS), rows)


if __name__ == '__main__':
    command.run(main)

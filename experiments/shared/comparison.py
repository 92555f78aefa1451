"""Variants of a network or of its training, side by side (Section 5.2).

Each variant is a run of its own, in a process of its own, so that seconds
and memory can be compared; a stopped experiment goes on where it was.
"""

import os
import subprocess
import sys

from colorize import command
from colorize.training import run_folder
from experiments.shared import curves, options, report, table

__all__ = ['FULL', 'QUICK', 'compare', 'train_apart']

#: The paper's subset of 270 photos at full size, and one for two cores.
FULL = {'count': 270, 'width': 1.0, 'side': 224, 'epochs': 20}
QUICK = {'count': 48, 'width': 0.25, 'side': 64, 'epochs': 20}


def compare(module, title, paper, variants, arguments=None):
    """An experiment's command: train all variants, write what came out.

    Parameters
    ----------
    module : str
        Room and name of the experiment's file, as ``paper.head``.
    title : str
        What is compared.
    paper : str
        What the paper found.
    variants : dict
        By label, a pair of dicts: settings of the network, and of the
        training where they are not the common ones.
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    int
        The exit status.
    """
    parser = options.parser(module, title)
    for name, kind in (('count', command.number(int, 1)), ('width', float),
                       ('epochs', int)):
        parser.add_argument(
            f'--{name}', type=kind,
            help=f'(default: {FULL[name]}, with --quick {QUICK[name]})')
    parser.add_argument('--only', choices=tuple(variants),
                        help='train this variant and write no results')
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    given = parser.parse_args(arguments)
    name = module.rpartition('.')[2]
    given.runs = options.run_folder(given, name,
                                    options.name_of_photos(given))
    size = dict(QUICK if given.quick else FULL)
    size.update((name, getattr(given, name)) for name in size
                if getattr(given, name, None) is not None)
    if given.only:
        return _train(given, size, *variants[given.only])
    for label in variants:
        command.say(f'{title}: {label}')
        status = train_apart(module, arguments + ['--only', label])
        if status:
            return status
    return _report(name, title, paper, list(variants), given, size)


def train_apart(module, arguments):
    """Run an experiment's command in a process of its own.

    Parameters
    ----------
    module : str
        As of :func:`compare`.
    arguments : list of str

    Returns
    -------
    int
        Its exit status.
    """
    with subprocess.Popen([sys.executable, '-m', f'experiments.{module}']
                          + arguments) as process:
        return process.wait()


def _train(given, size, network, training):
    from colorize.training import loop
    paths = options.training_photos(given, size['side'], size['count'])
    settings = dict(side=size['side'], holdout=0.2, learning_rate=0.001,
                    vgg16=given.vgg16, seed=given.seed)
    loop.train(paths, _folder(given, given.only), size['epochs'],
               dict({'width': size['width']}, **network),
               **dict(settings, **training))
    return 0


def _folder(given, label):
    return os.path.join(given.runs, label.replace(' ', '-'))


def _report(name, title, paper, labels, given, size):
    """Results of all variants as JSON, table and plot."""
    logs = {label: run_folder.read_log(_folder(given, label))
            for label in labels}
    found = {label: curves.summary(log) for label, log in logs.items()}
    stem = os.path.join(given.out, name.replace('_', '-'))
    report.write_json(f'{stem}.json', {
        'compared': title, 'paper': paper, 'quick': given.quick,
        'photos': options.name_of_photos(given), 'seed': given.seed,
        'size': size,
        'variants': found,
        'lowest_loss': min(found, key=lambda label: found[label]['loss']),
        'lowest_val_loss': min(
            found, key=lambda label: found[label]['val_loss'])})
    curves.draw_variants(f'{stem}.png', title, logs)
    print('\n'.join(_table(found)))
    return 0


_COLUMNS = (('loss', '{:.3f}'), ('decrease', '{:.4f}'),
            ('val_loss', '{:.3f}'), ('val_acc_u', '{:.1%}'),
            ('val_acc_v', '{:.1%}'), ('val_sat_diff', '{:.1%}'),
            ('val_psnr', '{:.2f}'), ('seconds_per_photo', '{:.3f}'),
            ('peak_memory_mib', '{}'))


def _table(found):
    """Lines of a table, a variant each."""
    wide = max(len(label) for label in found)
    rows = [[''] + [name for name, _ in _COLUMNS]]
    rows += [[label] + [table.written(form, values[name])
                        for name, form in _COLUMNS]
             for label, values in found.items()]
    return table.lines(f'<{wide}' + ' >17' * len(_COLUMNS), rows)

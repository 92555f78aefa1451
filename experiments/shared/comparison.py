"""Variants of a network or of its training, side by side (Section 5.2).

Each variant is a run of its own, in a process of its own, so that seconds
and memory can be compared; a stopped experiment goes on where it was.
"""

import os
import subprocess
import sys

from colorize import command
from colorize.training import run_folder
from colorize.training.options import given_settings
from experiments.shared import curves, options, report, runs, table, verdict

__all__ = ['FULL', 'QUICK', 'compare', 'train_apart']

#: The paper's subset of 270 photos at full size, and one for two cores.
FULL = {'count': 270, 'width': 1.0, 'side': 224, 'epochs': 20}
QUICK = {'count': 48, 'width': 0.25, 'side': 64, 'epochs': 20}

#: The share of the photos that the variants are judged by.
HOLDOUT = 0.2


def compare(module, title, paper, variants, arguments=None, best=None,
            metric='val_loss'):
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
    best : str, optional
        The label that the paper calls best.
    metric : {'val_loss', 'val_psnr', 'loss'}
        What decides whether it is; 'loss' is that of training.

    Returns
    -------
    int
        The exit status.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    parser = _parser(module, title, variants)
    given = parser.parse_args(arguments)
    name = module.rpartition('.')[2]
    given.runs = options.run_folder(given, name,
                                    options.name_of_photos(given))
    size = dict(QUICK if given.quick else FULL)
    size.update((key, getattr(given, key)) for key in size
                if getattr(given, key) is not None)
    held = HOLDOUT if given.holdout is None else given.holdout
    if round(size['count'] * held) < 1:
        parser.error(f"--count {size['count']} and --holdout {held:g} hold no "
                     'photo out, and variants are judged by those')
    if given.only:
        return _train(given, size, *variants[given.only])
    seeds = range(given.seed, given.seed + given.seeds)
    for label, seed in ((label, seed) for seed in seeds
                        for label in variants):
        command.say(f'{title}: {label}, seed {seed}')
        status = train_apart(module, arguments + [
            '--only', label, '--seed', str(seed)])
        if status:
            return status
    claim = {'best': best, 'metric': metric} if best else None
    _report(name, {'compared': title, 'paper': paper}, claim, list(variants),
            seeds, given, size)
    return 0


def _parser(module, title, variants):
    """The options of a comparison, without the settings that it varies."""
    varied = {name for pair in variants.values() for settings in pair
              for name in settings}
    # All variants have as many epochs, or could not be drawn together.
    parser = options.parser(module, title, decided=varied | {'patience'})
    parser.add_argument('--only', choices=tuple(variants),
                        help='train this variant and write no results')
    parser.add_argument('--seeds', type=command.number(int, 1), default=1,
                        help='so many trainings of each variant, from --seed '
                             'on (default: %(default)s)')
    for name in ('count', 'epochs'):
        parser.add_argument(
            f'--{name}', type=command.number(int, 1),
            help=f'(default: {FULL[name]}, with --quick {QUICK[name]})')
    return parser


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
    """One variant with one seed."""
    paths = options.training_photos(given, size['side'], size['count'])
    common, settings = given_settings(given)
    runs.train(paths, _folder(given, given.only, given.seed), size['epochs'],
               {'width': size['width'], **common, **network},
               **{'holdout': HOLDOUT, 'learning_rate': 0.001,
                  'keep_gray': True, **settings, 'side': size['side'],
                  **training})
    return 0


def _folder(given, label, seed):
    """Of a run; the first seed's is called as ever."""
    name = label.replace(' ', '-')
    return os.path.join(given.runs, f'{name}-seed{seed}' if seed else name)


def _report(name, about, claim, labels, seeds, given, size):
    """Results of all variants as JSON, table and plot."""
    logs = {label: [run_folder.read_log(_folder(given, label, seed))
                    for seed in seeds] for label in labels}
    each = {label: [curves.summary(log) for log in several]
            for label, several in logs.items()}
    found = {label: verdict.means(several)
             for label, several in each.items()}
    results = dict(
        about, quick=given.quick, photos=options.name_of_photos(given),
        seed=given.seed, seeds=list(seeds), size=size, variants=found,
        **{f'lowest_{loss}': min(found, key=lambda label: found[label][loss])
           for loss in ('loss', 'val_loss')})
    if len(seeds) > 1:
        results.update(by_seed=each, spread={
            label: verdict.spread(several) for label, several
            in each.items()})
    if claim:
        results['claim'] = dict(
            claim, rule=verdict.RULE, against=_against(claim, each))
    stem = os.path.join(given.out, name.replace('_', '-'))
    report.write_json(f'{stem}.json', results)
    curves.draw_variants(f'{stem}.png', about['compared'], logs)
    print('\n'.join(_table(found, results.get('spread', {}))
                    + _claims(results)))


def _against(claim, each):
    """The verdict on each variant that the paper calls worse."""
    others = {label: several for label, several in each.items()
              if label != claim['best']}
    return verdict.verdict(each[claim['best']], others, claim['metric'],
                           claim['metric'] == 'val_psnr')


def _claims(results):
    """Lines: the claim against each variant, where several seeds decide."""
    if len(results['seeds']) < 2 or 'claim' not in results:
        return []
    claim = results['claim']
    return ['', f"{claim['best']} is best ({claim['metric']}):"] + [
        f"  than {label}: {each['verdict']}, by {each['difference']:.3f} "
        f"+- {each['standard_error']:.3f}"
        for label, each in claim['against'].items()]


_COLUMNS = (('loss', '{:.3f}'), ('decrease', '{:.4f}'),
            ('val_loss', '{:.3f}'), ('val_acc_u', '{:.1%}'),
            ('val_acc_v', '{:.1%}'), ('val_sat_diff', '{:.1%}'),
            ('val_psnr', '{:.2f}'), ('seconds_per_photo', '{:.3f}'),
            ('peak_memory_mib', '{:.0f}'))


def _table(found, spread):
    """Lines of a table, a variant each; with several seeds the spread."""
    wide = max(len(label) for label in found)
    rows = [[''] + [name for name, _ in _COLUMNS]]
    for label, values in found.items():
        rows.append([label] + [table.written(form, values[name])
                               for name, form in _COLUMNS])
        if label in spread:
            rows.append(['  +-'] + [table.written(form, spread[label][name])
                                    for name, form in _COLUMNS])
    return table.lines(f'<{wide}' + ' >17' * len(_COLUMNS), rows)

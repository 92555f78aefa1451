"""``make train-cvcl`` and its sisters: Section 5.3, the networks of Table 2 on
a dataset of Table 1."""

import os

from colorize import command, datasets
from colorize.training import run_folder
from colorize.training.options import given_settings
from experiments.shared import curves, options, report, runs, saved

__all__ = ['QUICK', 'TRAINING', 'main', 'small_runs', 'train']

#: Section 5.2.
TRAINING = {'learning_rate': 0.0003, 'holdout': 0.1, 'batch_size': 6,
            'keep_gray': True}

QUICK = {'width': 0.1, 'side': 64, 'epochs': 12}

#: Where photos are held out, patience ends a training before.
_EPOCHS, _PATIENCE = 200, 15


def main(arguments=None):
    """Parse the command line; cache the dataset, train its networks."""
    parser = options.parser('paper.train', __doc__.replace('\n', ' '),
                            decided=('system', 'color_space', 'loss'))
    parser.set_defaults(out=None)
    add = parser.add_argument
    add('name', metavar='NAME', choices=tuple(datasets.DATASETS),
        help=', '.join(datasets.DATASETS))
    add('--test', type=int, metavar='N', help='test photos of a folder of '
        'your own (default: a tenth)')
    add('--epochs', type=command.number(int, 1), help='at most (default: '
        f"{_EPOCHS}, with --quick {QUICK['epochs']})")
    add('--only', nargs='+', metavar='ROW', choices=tuple(saved.ROWS),
        help=f"train these alone, of {', '.join(saved.ROWS)}")
    given = parser.parse_args(arguments)
    if given.patience is None and given.holdout != 0:
        given.patience = _PATIENCE
    given.runs = options.run_folder(given, (
        options.name_of_photos(given) if given.name == 'folder'
        else given.name))
    given.out = report.ready_folder(given.out
                                    or options.results_of(given.runs))
    return train(given)


def train(given):
    """Train the networks of Table 2 on a dataset, or go on with them.

    Parameters
    ----------
    given : argparse.Namespace

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize.photos.find import find_photos
    chosen, settings = given_settings(given)
    side = given.side or (QUICK['side'] if given.quick else 224)
    found = _cached(given, side)
    for line in datasets.report(found.plan['dataset'], found):
        command.say(line)
    if given.quick:
        chosen.setdefault('width', QUICK['width'])
    settings = {**TRAINING, 'flip': bool(given.crop), **settings,
                'side': side}
    epochs = given.epochs or (QUICK['epochs'] if given.quick else _EPOCHS)
    for row in given.only or saved.ROWS:
        network, own = saved.ROWS[row]
        runs.train(find_photos([saved.photo_cache(given.runs, 'train')]),
                   os.path.join(given.runs, row), epochs,
                   dict(chosen, **network), **dict(settings, **own))
    _report(given, found.photos)
    command.say(f'{given.runs}: trained; make table2 RUNS={given.runs} '
                'compares')
    return 0


def _cached(given, side):
    """The dataset; networks that learnt from it already keep it as it is."""
    name = 'folder' if options.bundled_only(given) else given.name
    begun = any(run_folder.has_saved(os.path.join(given.runs, row))
                for row in saved.ROWS)
    try:
        return datasets.build(name, options.folder_of_photos(given, side),
                              saved.photo_cache(given.runs), side,
                              given.test, replace=not begun)
    except datasets.ReplacedError as error:
        raise datasets.ReplacedError(
            f"{error}, and networks in {given.runs} have learnt from it; take "
            "another folder: make's RUNS=DIR, or --runs DIR") from error


def small_runs(given):
    """Train small runs where ``--quick`` asks for it and there are none.

    Parameters
    ----------
    given : argparse.Namespace
        Of :func:`experiments.shared.options.parse_saved`.
    """
    if given.quick and not saved.are_there(given.runs):
        main(['folder', '--quick', '--runs', given.runs] + (
            ['--photos', given.photos] if given.photos else []))


def _report(given, photos):
    """Learning curves of all networks, and what they came to."""
    logs = {row: run_folder.read_log(os.path.join(given.runs, row))
            for row in saved.ROWS
            if os.path.exists(os.path.join(given.runs, row, 'log.jsonl'))}
    report.write_json(os.path.join(given.out, 'train.json'), dict(
        {row: dict(curves.summary(log), losses=[
            [record['loss'], record.get('val_loss')] for record in log])
         for row, log in logs.items()},
        photos=photos, crop=given.crop, seed=given.seed))
    curves.draw_runs(os.path.join(given.out, 'train.png'), logs)


if __name__ == '__main__':
    command.run(main)

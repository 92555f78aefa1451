"""``make train-cvcl`` and its sisters: Section 5.3, both systems on a dataset
of Table 1."""

import os

from colorize import command, datasets
from colorize.training import run_folder
from experiments.shared import curves, options, report, saved

__all__ = ['QUICK', 'SYSTEMS', 'TRAINING', 'main', 'small_runs', 'train']

#: Section 5.2; the regression network's final loss is Huber's (Section 3.5).
TRAINING = {'learning_rate': 0.0003, 'holdout': 0.1, 'batch_size': 6}
SYSTEMS = {'classification': {'loss': 'cross_entropy'},
           'regression': {'loss': 'huber'}}

QUICK = {'width': 0.1, 'side': 64, 'epochs': 12}


def main(arguments=None):
    """Parse the command line; cache the dataset, train both systems."""
    parser = options.parser('paper.train', __doc__.replace('\n', ' '))
    add = parser.add_argument
    add('name', metavar='NAME', choices=tuple(datasets.DATASETS),
        help=', '.join(datasets.DATASETS))
    add('--test', type=int, metavar='N', help='test photos of a folder of '
        'your own (default: a tenth)')
    add('--epochs', type=int, default=200, help='at most (default: '
        '%(default)s)')
    add('--patience', type=int, default=15, help='stop after so many epochs '
        'without a lower validation loss (default: %(default)s)')
    add('--crop', type=int, metavar='SIDE', help='train on mirrored random '
        'crops: less arithmetic, more variety (without: whole photos)')
    given = parser.parse_args(arguments)
    given.runs = options.run_folder(given, (
        options.name_of_photos(given) if given.name == 'folder'
        else given.name))
    return train(given)


def train(given):
    """Train both systems of a dataset, or go on with them.

    Parameters
    ----------
    given : argparse.Namespace

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize.training import loop
    from colorize.photos.find import find_photos
    side = QUICK['side'] if given.quick else 224
    cache = os.path.join(given.runs, 'photos.h5')
    found = datasets.build(
        'folder' if options.bundled_only(given) else given.name,
        options.folder_of_photos(given, side), cache, side, given.test)
    for line in datasets.report(given.name, found):
        command.say(line)
    settings = dict(TRAINING, side=side, vgg16=given.vgg16, seed=given.seed,
                    patience=given.patience, crop=given.crop,
                    flip=bool(given.crop))
    epochs = QUICK['epochs'] if given.quick else given.epochs
    for system, own in SYSTEMS.items():
        network = {'system': system,
                   'width': QUICK['width'] if given.quick else 1.0}
        loop.train(find_photos([f'{cache}::train']),
                   os.path.join(given.runs, system), epochs, network,
                   **dict(settings, **own))
    _report(given, found.photos)
    command.say(f'{given.runs}: trained; make table2 RUNS={given.runs} '
                'compares')
    return 0


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
    """Learning curves of both systems, and what they came to."""
    logs = {system: run_folder.read_log(os.path.join(given.runs, system))
            for system in SYSTEMS}
    name = os.path.basename(os.path.abspath(given.runs))
    stem = os.path.join(given.out, f'train-{name}')
    report.write_json(f'{stem}.json', dict(
        {system: dict(curves.summary(log), losses=[
            [record['loss'], record.get('val_loss')] for record in log])
         for system, log in logs.items()},
        photos=photos, crop=given.crop, seed=given.seed))
    curves.draw_runs(f'{stem}.png', logs)


if __name__ == '__main__':
    command.run(main)

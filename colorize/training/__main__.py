"""``python -m colorize.training``: train a network on your own photos."""

import argparse
import os

from colorize import started  # noqa: F401  first of all
from colorize import command
from colorize.photos.find import find_photos
from colorize.training.launched import joined
from colorize.training.options import add_settings, given_settings

__all__ = ['main']


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m colorize.training',
        description='Train a network on photos. A run that was stopped goes '
                    'on when the same command is given again. With mpiexec -n '
                    'N before it, N processes share each minibatch.')
    add = parser.add_argument
    add('photos', nargs='*', metavar='PHOTOS',
        help='photos or folders of them, or CACHE.h5::train (without: '
             '$COLORIZE_DATA)')
    add('--run', required=True, metavar='DIR', help='the folder of the run: '
        'settings, log.jsonl, weights.npz, checkpoint.npz')
    add('--epochs', type=int, default=10, help='epochs in all (default: '
        '%(default)s)')
    command.add_device(parser)
    command.debug_option(parser)
    add_settings(parser)
    return parser


def main(arguments=None):
    """Parse the command line and train.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    int
        The exit status, 0.
    """
    with joined() as ranks:
        given = _parser().parse_args(arguments)
        paths = ranks.first(
            lambda: find_photos(command.photo_places(given.photos)))
        from colorize.training import run_folder
        network, settings = given_settings(given, ranks.first(
            lambda: run_folder.has_checkpoint(given.run)))
        from colorize.training.loop import train
        last = train(paths, given.run, given.epochs, network, ranks,
                     **settings)
        if not ranks.rank:
            command.say(_ended(given, last['epoch']))
    return 0


def _ended(given, done):
    """A line on a training that has nothing more to do."""
    weights = f"weights: {os.path.join(given.run, 'weights.npz')}"
    if done < given.epochs:
        return (f'{done} of {given.epochs} epochs are done, then it was no '
                f'better for {given.patience} (--patience); {weights}')
    epochs = f'all {done} epochs are' if done > 1 else 'the one epoch is'
    more = ('' if given.schedule == 'cosine'
            else '; more need a larger --epochs')
    return f'{epochs} done; {weights}{more}'


if __name__ == '__main__':
    command.run(main)

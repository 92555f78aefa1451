"""``python -m colorize.training``: train a network on your own photos."""

import argparse

from colorize import command
from colorize.photos.find import find_photos
from colorize.settings import (HELP, LOSSES, TRAINING, UPDATE_RULES,
                               WHOLE_OR_NONE)

__all__ = ['main']


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m colorize.training',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        description='Train a network on photos. A run that was stopped goes '
                    'on when the same command is given again.')
    add = parser.add_argument
    add('photos', nargs='*', metavar='PHOTOS',
        help='photos or folders of them, or CACHE.h5::train (without: '
             '$COLORIZE_DATA)')
    add('--run', required=True, metavar='DIR', help='the folder of the run: '
        'settings, log.jsonl, weights.npz, checkpoint.npz')
    add('--epochs', type=int, default=10, help='epochs in all')
    command.add_device(parser)
    command.debug_option(parser)
    _add_network(parser.add_argument_group('network'))
    _add_training(parser.add_argument_group('training'))
    return parser


def _add_network(group):
    add = group.add_argument
    add('--system', default='classification',
        choices=('classification', 'regression'), help='which network')
    add('--width', type=float, default=1.0, help='scales every depth')
    add('--color-space', choices=('luv', 'hsv'), default='luv',
        help='what is predicted')
    add('--freeze-vgg', action='store_true', help='keep VGG16 as it is')


def _add_training(group):
    """An option for each of the settings, with its default."""
    choices = {'update_rule': UPDATE_RULES,
               'loss': LOSSES}
    types = dict.fromkeys(WHOLE_OR_NONE, int)
    types.update(loss=str, vgg16=str)
    for name, default in TRAINING.items():
        option = f"--{name.replace('_', '-')}"
        if default is False:
            group.add_argument(option, action='store_true', help=HELP[name])
            continue
        group.add_argument(option, default=default, help=HELP[name],
                           choices=choices.get(name),
                           type=types.get(name, type(default)))


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
    given = vars(_parser().parse_args(arguments))
    paths = find_photos(command.photo_places(given['photos']))
    network = {name: given[name] for name in
               ('system', 'width', 'color_space', 'freeze_vgg')}
    from colorize.training.loop import train
    train(paths, given['run'], given['epochs'], network,
          **{name: given[name] for name in TRAINING})
    return 0


if __name__ == '__main__':
    command.run(main)

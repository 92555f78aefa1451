"""``python -m colorize.training``: train a network on your own photos."""

import argparse

from colorize import command
from colorize.photos.find import find_photos
from colorize.settings import TABLE, TRAINING, flag_of

__all__ = ['main']


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m colorize.training',
        description='Train a network on photos. A run that was stopped goes '
                    'on when the same command is given again.')
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
    network = parser.add_argument_group('network')
    training = parser.add_argument_group('training')
    for setting in TABLE:
        _add(training if setting.name in TRAINING else network, setting)
    return parser


def _add(group, setting):
    """The option of a setting; one that is not given is None."""
    kinds, text = setting.kinds, setting.help
    if '(default: ' not in text:
        text += f' (default: {_words(setting.default)})'
    options = {'help': text}
    if bool in kinds:
        options.update(action=argparse.BooleanOptionalAction)
    elif list in kinds:
        options.update(type=int, nargs='+', metavar='N')
    elif isinstance(setting.rule, tuple):
        options.update(choices=setting.rule)
    elif str in kinds:
        options.update(metavar='FILE')
    else:
        kind, metavar = (float, 'X') if float in kinds else (int, 'N')
        options.update(type=kind, metavar=metavar)
    group.add_argument(flag_of(setting.name), **options)


def _words(default):
    """A default as one would type it."""
    if isinstance(default, tuple):
        return ' '.join(map(str, default))
    if isinstance(default, bool):
        return 'yes' if default else 'no'
    return 'none' if default is None else default


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
    chosen = {setting.name: given[setting.name] for setting in TABLE
              if given[setting.name] is not None}
    settings = {name: chosen.pop(name) for name in list(chosen)
                if name in TRAINING}
    from colorize.training.loop import train
    train(paths, given['run'], given['epochs'], chosen, **settings)
    return 0


if __name__ == '__main__':
    command.run(main)

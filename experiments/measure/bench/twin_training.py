"""The classification network trained by its twin, in bfloat16.

``python -m experiments.measure.bench.twin_training PHOTOS --run DIR`` takes
the settings of ``colorize.training`` and writes such a run: a processor with
AMX, or a GPU, multiplies bfloat16 several times as fast as the float32 that
our own stack computes in. A run cannot be gone on with.
"""

import argparse

from colorize import command
from colorize.photos.find import find_photos
from colorize.training.options import add_settings, given_settings

__all__ = ['main']


def main(arguments=None):
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.bench.twin_training',
        description=__doc__.partition('\n')[0])
    add = parser.add_argument
    add('photos', nargs='*', metavar='PHOTOS')
    add('--run', required=True, metavar='DIR')
    add('--epochs', type=command.number(int, 1), default=10)
    add('--torch-device', default='cpu', metavar='NAME',
        help='cpu or cuda (default: %(default)s)')
    command.debug_option(parser)
    add_settings(parser, ('system', 'color_space'))
    given = parser.parse_args(arguments)
    paths = find_photos(command.photo_places(given.photos))
    try:
        from experiments.measure.bench import twin_loop
    except ModuleNotFoundError as error:
        parser.error(f'{error}: make bench installs PyTorch')
    twin_loop.train(paths, given.run, given.epochs, *given_settings(given),
                    device=given.torch_device)
    return 0


if __name__ == '__main__':
    command.run(main)

"""``python -m colorize.datasets``: the datasets of Table 1, cached."""

import argparse
import os

from colorize import started  # noqa: F401  first of all
from colorize import command
from colorize.datasets import DATASETS, build, report

__all__ = ['default_cache', 'main']


def main(arguments=None):
    """Parse the command line, cache a dataset, say what it holds.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    int
        The exit status, 0.
    """
    parser = argparse.ArgumentParser(
        prog='python -m colorize.datasets',
        description='Check a dataset, split it into training and test '
                    'photos, cache it in an HDF5 file. Then CACHE::train and '
                    'CACHE::test name its photos to other commands.',
        epilog='; '.join(f'{name}: {dataset.layout}'
                         for name, dataset in DATASETS.items()))
    add = parser.add_argument
    add('name', choices=tuple(DATASETS), metavar='NAME',
        help=', '.join(DATASETS))
    add('folder', metavar='FOLDER', help='where it was unpacked')
    add('--cache', metavar='FILE.h5', type=_h5, help='(default: '
        'cache/NAME.h5; for a folder of your own its name)')
    add('--test', type=int, metavar='N', help='test photos of a folder of '
        'your own (default: a tenth)')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    cache = given.cache or default_cache(given.name, given.folder)
    found = build(given.name, given.folder, cache, test=given.test)
    for line in [cache] + report(given.name, found):
        print(command.printable(line))
    return 0


def _h5(path):
    # Whoever names photos of a cache is understood by this ending.
    if not path.endswith('.h5'):
        raise argparse.ArgumentTypeError('the name of the file must end in '
                                         f'.h5, got {path!r}')
    return path


def default_cache(name, folder):
    """Path of the cache where the user names none."""
    if name == 'folder':
        name = os.path.basename(os.path.abspath(folder)) or 'photos'
    return os.path.join('cache', f'{name}.h5')


if __name__ == '__main__':
    command.run(main)

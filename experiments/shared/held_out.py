"""Photos that weights have not learnt from, for who measures them."""

import argparse
import os

import numpy as np

from colorize import command
from experiments.shared import options
from experiments.shared.report import RESULTS, ready_folder

__all__ = ['check_averages', 'name_of', 'parsed', 'parser', 'photos']


def parser(module, title, count):
    """Parser of a command line, with what such an experiment takes.

    Parameters
    ----------
    module : str
        Room and name of the file, as ``beyond.hints``.
    title : str
        A line for ``--help``.
    count : int
        Photos, unless it is said.

    Returns
    -------
    argparse.ArgumentParser
    """
    found = argparse.ArgumentParser(
        prog=f'python -m experiments.{module}', description=title)
    add = found.add_argument
    add('--photos', nargs='+', metavar='DIR', help='folders of photos '
        "(without: $COLORIZE_DATA, with --quick those in scikit-image's "
        'wheel)')
    add('--run', metavar='DIR', help='only photos that this training held '
        'out')
    add('--weights', metavar='FILE', help='of a classification network '
        '(without: those that ship)')
    add('--count', type=command.number(int, 1), metavar='N', default=count,
        help='photos, drawn by the seed (default: %(default)s)')
    add('--seed', type=int, default=0)
    add('--quick', action='store_true', help='a small size: minutes')
    add('--out', metavar='DIR', type=ready_folder, default=RESULTS,
        help='where the results go (default: %(default)s)')
    command.add_device(found)
    command.debug_option(found)
    return found


def parsed(made, arguments, quick):
    """Parse the command line.

    Parameters
    ----------
    made : argparse.ArgumentParser
        Of :func:`parser`.
    arguments : sequence of str, or None
        None for those of the process.
    quick : int
        Photos at most with --quick.

    Returns
    -------
    argparse.Namespace
    """
    given = made.parse_args(arguments)
    if given.quick:
        given.count = min(given.count, quick)
    return given


def photos(given):
    """The photos that the command line asks for.

    Parameters
    ----------
    given : argparse.Namespace
        Of :func:`parser`.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        When there are none.
    """
    from colorize.photos.find import find_photos
    from experiments.shared import bundled, saved
    places = given.photos or []
    if given.quick and not (places or given.run
                            or os.environ.get('COLORIZE_DATA')):
        return [bundled.path(name) for name in bundled.COLOR_PHOTOS]
    if given.run:
        paths = _below(saved.photos_of(given.run)[1], places)
    else:
        paths = find_photos(options.places_of_photos(places))
    if not paths:
        raise ValueError('no photos: none that the run held out lies in the '
                         'folders named')
    drawn = np.random.RandomState(given.seed).permutation(len(paths))
    return [paths[number] for number in sorted(drawn[:given.count])]


def _below(paths, places):
    """Those that lie in one of the folders; all, where none is named."""
    folders = [os.path.join(os.path.abspath(place), '') for place in places]
    return [path for path in paths
            if not folders or path.startswith(tuple(folders))]


def name_of(given):
    """What the photos are called, without this machine's folders."""
    if not (given.photos or given.run or os.environ.get('COLORIZE_DATA')):
        return 'bundled'
    places = given.photos or ([] if given.run
                              else [os.environ['COLORIZE_DATA']])
    names = ', '.join(os.path.basename(os.path.abspath(place))
                      for place in places)
    return ' of '.join(filter(None, [
        'held out' if given.run else '', names])) or names


def check_averages(settings):
    """Refuse a network without probabilities of U and V.

    Parameters
    ----------
    settings : dict
        Of the network.

    Raises
    ------
    colorize.settings.SettingError
    """
    from colorize.settings import SettingError
    from colorize.systems import decodings
    if not decodings.averages(settings):
        raise SettingError(
            'this needs the classification network in luv, these weights are '
            f"of the {settings['system']} network in {settings['color_space']}"
        )

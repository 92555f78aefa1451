"""What the experiments of Section 5 share: options, and their photos."""

import argparse
import os

import numpy as np

from colorize import command
from colorize.photos import cached
from colorize.photos.find import find_photos
from colorize.training.options import add_settings
from experiments.shared.report import RESULTS, ready_folder

__all__ = ['RUNS', 'bundled_only', 'folder_of_photos', 'name_of_photos',
           'parse_saved', 'parser', 'places_of_photos', 'results_of',
           'run_folder', 'test_photos', 'training_photos']

#: Saved runs of both systems that are compared unless the user names others,
#: and with --quick.
RUNS = os.path.join('runs', 'cvcl')
_QUICK_RUNS = os.path.join('runs', 'quick')

#: The bundled photos of a quick experiment are cut into so many squares.
_CROPS = 24


def parser(module, title, trains=True, decided=()):
    """Parser of an experiment's command line, with what all of them take.

    Parameters
    ----------
    module : str
        Room and name of the file, as ``paper.lr_sweep``.
    title : str
        A line for ``--help``.
    trains : bool
        Whether it trains, and so takes the settings of colorize.training.
    decided : collection of str
        Of these, those that the experiment decides by itself.

    Returns
    -------
    argparse.ArgumentParser
    """
    found = argparse.ArgumentParser(
        prog=f'python -m experiments.{module}', description=title)
    add = found.add_argument
    add('--photos', metavar='DIR', help='folder of photos, or CACHE.h5::train'
        " (without: $COLORIZE_DATA, with --quick those in scikit-image's "
        'wheel)')
    add('--quick', action='store_true', help='a small network and few '
        'photos: minutes')
    add('--runs', metavar='DIR', help='the runs are kept here, and gone on '
        'with (default: runs/ and the names of experiment and photos)')
    add('--out', metavar='DIR', type=ready_folder, default=RESULTS,
        help='where the results go (default: %(default)s)')
    command.add_device(found)
    command.debug_option(found)
    if trains:
        add_settings(found, decided)
        found.set_defaults(seed=0)
    else:
        add('--seed', type=int, default=0)
    return found


def parse_saved(module, title, arguments=None, out=None):
    """Parse the command line of an experiment on saved runs.

    Parameters
    ----------
    module, title : str
        Room and name of the file, a line for ``--help``.
    arguments : sequence of str, optional
        Without, those of the process.
    out : str, optional
        Where the results go by default; without, a folder of the runs' name
        in ``out/results``.

    Returns
    -------
    argparse.Namespace
        'runs' and 'out'; 'quick' and 'photos' for who trains small runs
        first.
    """
    found = argparse.ArgumentParser(
        prog=f'python -m experiments.{module}', description=title)
    add = found.add_argument
    add('--runs', metavar='DIR', help='saved runs of both systems, as '
        f'experiments.paper.train makes them (default: {RUNS}, with --quick '
        f'{_QUICK_RUNS})')
    add('--quick', action='store_true', help='where there are no runs, train '
        'small ones first: minutes')
    add('--photos', metavar='DIR', help='to train the small ones on '
        "(without: $COLORIZE_DATA, or those in scikit-image's wheel)")
    usual = out or os.path.join(RESULTS, "the runs' name")
    add('--out', metavar='DIR', type=ready_folder,
        help=f'where the results go (default: {usual})')
    command.add_device(found)
    command.debug_option(found)
    given = found.parse_args(arguments)
    given.runs = given.runs or (_QUICK_RUNS if given.quick else RUNS)
    given.out = ready_folder(given.out or out or results_of(given.runs))
    return given


def results_of(runs):
    """Where the results of runs go: a folder of their name."""
    return os.path.join(RESULTS, os.path.basename(os.path.abspath(runs)))


def run_folder(given, *names):
    """Where the runs of an experiment go unless the user says it.

    Parameters
    ----------
    given : argparse.Namespace
        Of :func:`parser`.
    names : str
        What tells this experiment's runs from others.

    Returns
    -------
    str
    """
    return given.runs or os.path.join('runs', '-'.join(
        names + ('quick',) * given.quick))


def name_of_photos(given):
    """What the photos are called; where they lie is nobody's business."""
    place = given.photos or os.environ.get('COLORIZE_DATA')
    if not place:
        return 'bundled'
    name = os.path.basename(os.path.abspath(place).partition('::')[0])
    return os.path.splitext(name)[0]


def bundled_only(given):
    """Whether the user leaves the photos to us."""
    return given.quick and name_of_photos(given) == 'bundled'


def folder_of_photos(given, side):
    """The folder named by the user, or squares of the bundled photos.

    Parameters
    ----------
    given : argparse.Namespace
        Of :func:`parser`.
    side : int
        Side of the squares.

    Returns
    -------
    str
    """
    if bundled_only(given):
        from experiments.shared import bundled
        folder = os.path.join(given.runs, 'bundled')
        bundled.crops(folder, _CROPS, side, given.seed)
        return folder
    return places_of_photos([given.photos] if given.photos else [])[0]


def places_of_photos(given, quick=True):
    """Folders and files named by argument or by ``COLORIZE_DATA``.

    Parameters
    ----------
    given : sequence of str
    quick : bool
        Whether the experiment would take bundled photos with --quick.

    Returns
    -------
    list of str

    Raises
    ------
    ValueError
        When there are none, in words of ``make``'s users.
    """
    if given or os.environ.get('COLORIZE_DATA'):
        return command.photo_places(given)
    raise ValueError(
        'no photos: give make PHOTOS=DIR, or set COLORIZE_DATA to their folder'
        + ('; QUICK=1 (--quick) takes bundled ones' if quick else ''))


def training_photos(given, side, count=None):
    """Photos of an experiment, or a random subset of them.

    Parameters
    ----------
    given : argparse.Namespace
        Of :func:`parser`.
    side : int
        Side of the squares of bundled photos.
    count : int, optional
        At most so many, drawn by the seed.

    Returns
    -------
    list of str
        Never a test photo of a dataset's cache.
    """
    return _drawn(given, side, count, cached.PARTS[0])


def test_photos(given, side, count=None):
    """The same of an experiment that trains nothing.

    Returns
    -------
    list of str
        Of a dataset's cache, its test photos.
    """
    return _drawn(given, side, count, cached.PARTS[1])


def _drawn(given, side, count, part):
    place = folder_of_photos(given, side)
    if place.endswith('.h5'):
        place += f'::{part}'
    paths = find_photos([place])
    drawn = np.random.RandomState(given.seed).permutation(len(paths))
    return [paths[number] for number in sorted(drawn[:count])]

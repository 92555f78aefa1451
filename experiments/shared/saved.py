"""What experiments.paper.train has left: both systems of a dataset, their
logs and their test photos."""

import argparse
import json
import os
from collections import namedtuple

from colorize import command
from experiments.paper import train

__all__ = ['RUNS', 'Run', 'RunError', 'loaded', 'open_runs',
           'open_test_photos', 'parse', 'photo_cache', 'photos_of']

RUNS = os.path.join('runs', 'cvcl')
_QUICK = os.path.join('runs', 'quick')

#: predict: function from lightness (row, column) to chroma (row, column, 2)
#: at the most probable bins. training: settings. records: lines of the log.
Run = namedtuple('Run', 'predict side network training records')


class RunError(ValueError):
    """A saved run that cannot be used; names it and says why."""


def parse(module, title, arguments=None, out=None):
    """Parse the command line of an experiment on saved runs.

    With ``--quick``, small runs are trained where there are none.

    Parameters
    ----------
    module, title : str
        Name of the file, a line for ``--help``.
    arguments : sequence of str, optional
        Without, those of the process.
    out : str, optional
        Where the results go by default; without, ``experiments/results``.

    Returns
    -------
    argparse.Namespace
        'runs' and 'out'.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m experiments.paper.{module}", description=title)
    add = parser.add_argument
    add('--runs', metavar='DIR', help='saved runs of both systems, as '
                                      'experiments.paper.train makes them '
                                      f'(default: {RUNS}, with --quick '
                                      f'{_QUICK})')
    add('--quick', action='store_true', help='where there are no runs, train '
        'small ones first: minutes')
    add('--photos', metavar='DIR', help='to train the small ones on '
        "(without: $COLORIZE_DATA, or those in scikit-image's wheel)")
    usual = out or os.path.join('experiments', 'results')
    add('--out', metavar='DIR', help='where the results go (default: '
        f'{usual})')
    command.add_device(parser)
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    given.runs = given.runs or (_QUICK if given.quick else RUNS)
    if given.quick and not _are_there(given.runs):
        train.main(['folder', '--quick', '--runs', given.runs] + (
            ['--photos', given.photos] if given.photos else []))
    if not (given.out or out):
        from experiments.shared import report
        out = report.RESULTS
    given.out = given.out or out
    return given


def _are_there(folder):
    return all(os.path.exists(os.path.join(folder, system, 'weights.npz'))
               for system in train.SYSTEMS)


def open_runs(folder):
    """Both systems of a folder, ready to predict.

    Parameters
    ----------
    folder : str

    Returns
    -------
    dict
        :class:`Run` by name of the system.

    Raises
    ------
    RunError, colorize.systems.params.WeightsError
        When a run is missing, torn or has not ended its first epoch.
    """
    # What is cheap to find out comes first.
    texts = [_read(folder, system) for system in train.SYSTEMS]
    found = {}
    for system, (settings, records) in zip(train.SYSTEMS, texts):
        predict, side = _predictor(_weights(folder, system))
        found[system] = Run(predict, side, settings['network'],
                            settings['training'], records)
    sides = [run.side for run in found.values()]
    if len(set(sides)) > 1:
        raise RunError('{}: the two systems were trained at different sizes, '
                       '{} and {}'.format(folder, *sides))
    return found


def _weights(folder, system):
    return os.path.join(folder, system, 'weights.npz')


def _read(folder, system):
    """Settings and log of a run; refuses what cannot be compared."""
    place = os.path.join(folder, system)
    try:
        with open(os.path.join(place, 'run.json')) as file:
            settings = json.load(file)
        with open(os.path.join(place, 'log.jsonl')) as file:
            records = [json.loads(line) for line in file]
        kind = [settings['network'][name]
                for name in ('system', 'color_space')]
    except FileNotFoundError as error:
        raise RunError(
            f'{place}: no saved run with an epoch behind it '
            f'({os.path.basename(error.filename)} is missing); python -m '
            f'experiments.paper.train NAME --runs {folder} trains both systems'
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f'{place}: run.json or log.jsonl is torn or '
                       'altered') from error
    if kind != [system, 'luv']:
        raise RunError('{}: holds a {} network in {}, expected {} in luv'
                       .format(place, *kind, system))
    if not records:
        raise RunError(f'{place}: no epoch has ended yet')
    return settings, records


def _predictor(path):
    """The paper's prediction with the weights of a file, and their side."""
    from colorize import colorizer
    from colorize.systems import arrays, networks
    from colorize.backend import theano
    network, means, _, side = colorizer.load(path)
    answer = theano.function(
        [network.input_var], networks.predictions(network,
                                                  deterministic=True))

    def predict(lightness):
        shown = arrays.network_input(lightness)
        return arrays.decode(answer(shown[None])[0], network.settings,
                             means)
    return predict, side


def photos_of(folder):
    """Photos of any training, those of a system or of another network.

    Parameters
    ----------
    folder : str

    Returns
    -------
    learn, hold : list of str
        Those it learnt from, those it only validated on.

    Raises
    ------
    RunError
        When the folder describes no run.
    """
    path = os.path.join(folder, 'run.json')
    try:
        with open(path) as file:
            found = json.load(file)
        return [[str(each) for each in found[part]]
                for part in ('learn', 'hold')]
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f'{path}: is no description of a run') from error


def photo_cache(folder):
    """Path of the photos that the runs of a folder were trained on."""
    return os.path.join(folder, 'photos.h5')


def open_test_photos(folder, side, some=None):
    """Test photos of saved runs, one at a time.

    Parameters
    ----------
    folder : str
        Of the runs.
    side : int
        Photos are scaled to `side` x `side`.
    some : sequence of int, optional
        Their numbers in the cache; without, all.

    Yields
    ------
    photo : uint8 array, (`side`, `side`, 3)
    lightness : float32 array, (`side`, `side`)
    chroma : float32 array, (`side`, `side`, 2)
    """
    from colorize.photos.find import find_photos
    paths = find_photos([f"{photo_cache(folder)}::test"])
    if some is not None:
        paths = [paths[number] for number in some]
    return loaded(paths, side)


def loaded(paths, side):
    """Photos with their lightness and chroma, read ahead.

    Parameters
    ----------
    paths : sequence of str
    side : int

    Yields
    ------
    As :func:`open_test_photos`.
    """
    from colorize import color
    from colorize.photos import images
    from colorize.prefetch import prefetch

    def load():
        for path in paths:
            photo = images.load_square(path, side)
            yield (photo,) + color.split(photo)
    return prefetch(load())

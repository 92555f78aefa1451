"""What experiments.paper.train has left: the networks of Table 2 on a
dataset, their logs and their test photos."""

import os
from collections import namedtuple

import numpy as np

from colorize.training import run_folder
from colorize.training.same_photos import refuse_replaced

__all__ = ['NEEDED', 'ROWS', 'Run', 'RunError', 'are_there', 'loaded',
           'open_runs', 'open_test_photos', 'photo_cache', 'photos_of',
           'predictor']

#: Rows of Table 2 that are trained, each in a folder of that name: settings
#: of its network and of its training. Section 3.5 tried both losses of the
#: regression network and does not say which one the table's is of; Dahl's
#: system is what it starts from.
ROWS = {'classification': ({'system': 'classification'},
                           {'loss': 'cross_entropy'}),
        'regression': ({'system': 'regression'}, {'loss': 'huber'}),
        'regression_l2': ({'system': 'regression'}, {'loss': 'l2'}),
        'dahl': ({'system': 'dahl', 'color_space': 'yuv'},
                 {'loss': 'blurred'})}

#: Rows without which nothing can be compared.
NEEDED = ('classification', 'regression')

#: predict: function from lightness (row, column) to chroma (row, column, 2)
#: at the most probable bins. training: settings. records: lines of the log.
#: planned: epochs that were asked for as it began.
Run = namedtuple('Run', 'predict side network training records planned')


class RunError(ValueError):
    """A saved run that cannot be used; names it and says why."""


def are_there(folder):
    """Whether a folder holds weights of the rows that are needed."""
    return all(os.path.exists(_weights(folder, row)) for row in NEEDED)


def open_runs(folder):
    """The networks of a folder, ready to predict.

    Parameters
    ----------
    folder : str

    Returns
    -------
    dict
        :class:`Run` by row: those that are needed, and any other that is
        there.

    Raises
    ------
    RunError, colorize.systems.weights_file.WeightsError
        When a run is missing, torn or has not ended its first epoch.
    """
    # What is cheap to find out comes first.
    texts = {row: _read(folder, row) for row in ROWS
             if row in NEEDED or os.path.isdir(os.path.join(folder, row))}
    found = {}
    for row, (settings, records) in texts.items():
        predict, side = predictor(_weights(folder, row))
        found[row] = Run(predict, side, settings['network'],
                         settings['training'], records,
                         settings.get('epochs'))
    sides = [run.side for run in found.values()]
    if len(set(sides)) > 1:
        raise RunError(f'{folder}: the networks were trained at different '
                       f"sizes, {' and '.join(map(str, sides))}")
    return found


def _weights(folder, row):
    return os.path.join(folder, row, 'weights.npz')


def _read(folder, row):
    """Settings and log of a run; refuses what cannot be compared."""
    place, network = os.path.join(folder, row), ROWS[row][0]
    expected = [network['system'], network.get('color_space', 'luv')]
    try:
        settings = run_folder.read_description(place)
        records = run_folder.read_log(place)
        kind = [settings['network'][name]
                for name in ('system', 'color_space')]
    except FileNotFoundError as error:
        raise RunError(
            f'{place}: no saved run with an epoch behind it '
            f'({os.path.basename(error.filename)} is missing); python -m '
            f'experiments.paper.train NAME --runs {folder} trains both systems'
        ) from error
    except (KeyError, run_folder.TrainingError) as error:
        raise RunError(f'{place}: run.json or log.jsonl is torn or '
                       'altered') from error
    if kind != expected:
        raise RunError(f'{place}: holds a {kind[0]} network in {kind[1]}, '
                       f'expected {expected[0]} in {expected[1]}')
    if not records:
        raise RunError(f'{place}: no epoch has ended yet')
    return settings, records


def predictor(path):
    """The paper's prediction with the weights of a file.

    Parameters
    ----------
    path : str

    Returns
    -------
    predict : callable
        From lightness (row, column) to chroma (row, column, 2), both of
        CIELUV whatever the network answers in, at the most probable bins.
    side : int
        The photos' side in training.
    """
    from colorize import color
    from colorize.systems import arrays, networks, trained
    from colorize.backend import theano
    found = trained.load(path)
    answer = theano.function([found.network.input_var], networks.chroma(
        found.network, 'argmax', found.means, deterministic=True))
    space = found.network.settings['color_space']

    def predict(lightness):
        shown = arrays.network_input(lightness)
        chroma = np.moveaxis(answer(shown[None])[0], 0, -1)
        if space == 'luv':
            return chroma
        # The lightness of other spaces is the grey value.
        gray = color.to_gray(lightness) / 255
        return color.split(color.merge(gray, chroma, space))[1]
    return predict, found.side


def photos_of(folder):
    """Photos of any training, those of a system or of another network.

    Parameters
    ----------
    folder : str

    Returns
    -------
    train, valid : list of str
        Those it learnt from, those it only validated on.

    Raises
    ------
    RunError
        When the folder describes no run, or a cache holds other photos than
        the run was begun with.
    """
    try:
        found = run_folder.read_description(folder)
        refuse_replaced(folder, found)
    except FileNotFoundError as error:
        raise RunError(f'{folder}: no run (run.json is missing); give make '
                       "RUN=DIR for a training's, or PHOTOS=DIR for any "
                       'photos') from error
    except run_folder.TrainingError as error:
        raise RunError(str(error)) from error
    return [found[part] for part in ('learn', 'hold')]


def photo_cache(folder, part=None):
    """The photos that runs were trained on: the file, or 'train' or 'test'."""
    path = os.path.join(folder, 'photos.h5')
    return f'{path}::{part}' if part else path


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
    paths = find_photos([photo_cache(folder, 'test')])
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

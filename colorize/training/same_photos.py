"""Whether a run is given the photos that it was begun with."""

import os

from colorize.photos import cached
from colorize.training.survey import given

__all__ = ['OtherPhotosError', 'TrainingError', 'refuse_others',
           'refuse_replaced']


class TrainingError(RuntimeError):
    """Training cannot start or go on; says why and what is kept."""


class OtherPhotosError(TrainingError):
    """A run is given other photos than it was begun with."""


def refuse_others(folder, found, paths, exactly=False):
    """Refuse photos that are not those of a run.

    Parameters
    ----------
    folder : str
    found : dict
        What ``run.json`` says.
    paths : sequence of str
        Photos. Some of the run's are enough, as it reads those it knows.
    exactly : bool
        Whether they have to be all that it was given, and no others.

    Raises
    ------
    OtherPhotosError
    colorize.photos.cached.CacheError
        When a cache that they lie in cannot be read.
    """
    before = found['given'].get('names')
    known = set(found['learn'] + found['hold'])
    now = set(map(os.path.abspath, paths))
    if known.isdisjoint(now) or exactly and (
            before != given(paths)['names'] if before else known - now):
        raise OtherPhotosError(f'{folder}: the run was started with other '
                               'photos; take another folder')
    refuse_replaced(folder, found, paths)


def refuse_replaced(folder, found, paths=()):
    """Refuse a cache that holds other photos than a run was begun with.

    Parameters
    ----------
    folder, found
        As for :func:`refuse_others`.
    paths : sequence of str
        Photos beside those of the run.

    Raises
    ------
    OtherPhotosError, colorize.photos.cached.CacheError
    """
    now = cached.digests([*paths, *found['learn'], *found['hold']])
    for place, digest in found['given']['caches'].items():
        if now.get(place, digest) != digest:
            raise OtherPhotosError(
                f'{folder}: the run was started with other photos than '
                f'{place} holds now; take another folder')

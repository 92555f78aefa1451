"""Photos in an HDF5 cache, one file for a whole dataset.

A photo in it has a name like that of a file: ``cvcl.h5::train/12``.
"""

import json
import os
from collections import namedtuple

import numpy as np

__all__ = ['Cache', 'CacheError', 'PARTS', 'describe', 'digests',
           'is_cached', 'members', 'read']

PARTS = ('train', 'test')

_MARK = '.h5::'

#: photos: number of them by part. plan: what the cache was made of.
#: skipped: pairs of name and reason. digests: of the photos, by part; of a
#: cache that is older than they are, none.
Cache = namedtuple('Cache', 'photos plan skipped digests')


class CacheError(ValueError):
    """A cache that cannot be used; names the file and why."""


def is_cached(place):
    """Whether a name is that of a cached photo, or of (part of) a cache."""
    return _MARK in place or place.endswith('.h5')


def members(place):
    """Names of all photos in a part of a cache.

    Parameters
    ----------
    place : str
        As ``cvcl.h5::train``, or one photo of it.

    Returns
    -------
    list of str

    Raises
    ------
    CacheError
    """
    path, part, number = _split(place)
    if number is not None:
        return [place]
    return [f'{path}::{part}/{number}'
            for number in range(describe(path).photos[part])]


def read(name):
    """Read one photo.

    Parameters
    ----------
    name : str
        As ``cvcl.h5::train/12``.

    Returns
    -------
    uint8 array, (side, side, 3)

    Raises
    ------
    CacheError
    """
    path, part, number = _split(name)
    with _opened(path) as file:
        return file[part]['photos'][number]


def _split(name):
    path, _, rest = name.partition('::')
    part, _, number = rest.partition('/')
    if part not in PARTS or not (number.isdigit() or not number):
        raise CacheError(f'{name}: name a part of a cache as in '
                         'cvcl.h5::train or cvcl.h5::test')
    return path, part, int(number) if number else None


def describe(path):
    """What a cache holds.

    Parameters
    ----------
    path : str

    Returns
    -------
    Cache

    Raises
    ------
    CacheError
    """
    with _opened(path) as file:
        return Cache({part: len(file[part]['photos']) for part in PARTS},
                     json.loads(file['plan'][()]),
                     json.loads(file['skipped'][()]),
                     {part: file[part]['digest'][()].decode()
                      for part in PARTS if 'digest' in file[part]})


def digests(names):
    """What tells cached photos from others that are called the same.

    Parameters
    ----------
    names : sequence of str
        Of photos; those that lie in no cache do not count.

    Returns
    -------
    dict
        By part of a cache, as /data/cvcl.h5::train, the digest of its
        photos.
    """
    parts = {os.path.abspath(name).rpartition('/')[0] for name in names
             if is_cached(name)}
    found = {}
    for path, _, part in sorted(each.partition('::') for each in parts):
        known = describe(path).digests
        if part in known:
            found[f'{path}::{part}'] = known[part]
    return found


class _opened:
    """An open cache; whatever goes wrong with it names the file."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        import h5py
        try:
            self.file = h5py.File(self.path, 'r')
            for part in PARTS:
                _check(self.file[part]['photos'])
        except Exception as error:  # a damaged file can raise anything
            reason = os.strerror(error.errno) if getattr(
                error, 'errno', None) else f'no cache of photos ({error})'
            raise CacheError(f'{self.path}: {reason}') from error
        return self.file

    def __exit__(self, kind, error, _):
        self.file.close()
        if kind and issubclass(kind, Exception):
            raise CacheError(f'{self.path}: cannot be read '
                             f'({error})') from error


def _check(photos):
    """A photo has to be of a size that is worth reading."""
    shape = photos.shape
    if (photos.dtype != np.uint8 or len(shape) != 4 or shape[3] != 3
            or not 0 < shape[1] == shape[2] <= 4096):
        raise ValueError('photos must be uint8, (photo, side, side, 3)')

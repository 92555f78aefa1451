"""Making the HDF5 cache of a dataset, resumable and safe against a kill.

Photos are read in small pieces, each a file of its own that is there whole
or not at all; an HDF5 file that is open would not survive a kill. The cache
is put together from them at the end.
"""

import hashlib
import json
import os
import shutil

import numpy as np

from colorize import command
from colorize.photos import cached, images
from colorize.disk.digest import digest
from colorize.disk.whole import sweep, written_whole
from colorize.prefetch import prefetch
from colorize.progress import progress

__all__ = ['PIECE', 'DatasetError', 'ReplacedError', 'make', 'marks']

#: Photos that a kill can undo.
PIECE = 64


#: What a cache is where this part of its plan is another.
_OTHERS = {'dataset': 'of another dataset',
           'side': 'of photos of another size',
           'train': 'of other photos, or of another split of them',
           'test': 'of other photos, or of another split of them',
           'sizes': 'of other photos that had the same names',
           'times': 'of photos that have changed since'}


class DatasetError(ValueError):
    """A dataset that cannot be had from a folder; names it and why."""


class ReplacedError(DatasetError):
    """A cache of other photos that may not be replaced."""


def marks(folder, names):
    """What tells photos from others that are called the same.

    Parameters
    ----------
    folder : str
    names : sequence of str
        Paths below it.

    Returns
    -------
    dict
        Digests of the photos' 'sizes', in bytes, and of the 'times' at
        which they were changed: a copy of a photo has another time.
    """
    found = [_stat(os.path.join(folder, name)) for name in names]
    return {name: digest(list(values))
            for name, values in zip(('sizes', 'times'), zip(*found))}


def _stat(path):
    """Size and time of a photo; of one in a cache, those of the cache."""
    try:
        found = os.stat(path.partition('::')[0] if cached.is_cached(path)
                        else path)
    except OSError:  # reading the photo will say why it is skipped
        return None, None
    return found.st_size, found.st_mtime_ns


def make(cache, folder, plan, replace=True):
    """Make a cache, unless it is there already.

    Parameters
    ----------
    cache : str
        The HDF5 file. What a stopped call has left beside it is used.
    folder : str
        Where the photos are.
    plan : dict
        'side' of the photos in the cache; 'train' and 'test', paths below
        `folder`; their :func:`marks`; 'dataset', its name.
    replace : bool
        Whether a cache of another plan gives way.

    Raises
    ------
    ReplacedError
        When it may not.
    DatasetError
        When no photo to train can be read.
    colorize.photos.cached.CacheError
        When `cache` is a file of another kind.
    """
    if os.path.exists(cache) and _stays(cache, plan, replace):
        return
    aside = f'{cache}.pieces'
    _open(aside, plan)
    pieces = {part: _read(aside, folder, plan, part)
              for part in cached.PARTS}
    _refuse_none(aside, folder, pieces['train'])
    with written_whole(cache) as file:
        _join(file, pieces, plan)
    shutil.rmtree(aside)


def _stays(cache, plan, replace):
    """Whether a cache is of this plan; says or refuses what it is not."""
    known = cached.describe(cache).plan
    # One that is older than marks has none to compare.
    others = [name for name in _OTHERS
              if known.get(name, plan.get(name)) != plan.get(name)]
    # One that is needed as it is may be of copies.
    if not others or others == ['times'] and not replace:
        return True
    if not replace:
        raise ReplacedError(f'{cache}: is {_OTHERS[others[0]]}')
    command.say(f'{cache}: is {_OTHERS[others[0]]}, and is made anew')
    return False


def _open(aside, plan):
    """The folder of pieces, empty unless they are of the same plan."""
    described = os.path.join(aside, 'plan.json')
    try:
        with open(described) as file:
            if json.load(file) == plan:
                return sweep(aside)
    except (OSError, ValueError):
        pass
    shutil.rmtree(aside, ignore_errors=True)
    with written_whole(described) as file:
        file.write(json.dumps(plan).encode())


def _read(aside, folder, plan, part):
    """Paths of all pieces of a part, made where they are missing."""
    names, paths = plan[part], []
    with progress(len(names), part) as advance:
        for start in range(0, len(names), PIECE):
            some = names[start:start + PIECE]
            paths.append(os.path.join(aside, f'{part}-{start // PIECE}.npz'))
            if not os.path.exists(paths[-1]):
                _read_piece(paths[-1], folder, some, plan['side'])
            advance(len(some))
    return paths


def _read_piece(path, folder, names, side):
    photos, good, skipped = [np.empty((0, side, side, 3), 'uint8')], [], []
    for name in names:
        try:
            photo = images.load_square(os.path.join(folder, name), side)
        except images.ImageError as error:
            skipped.append(str(error))
        else:
            good.append(name)
            photos.append(photo[None])
    with written_whole(path) as file:
        np.savez(file, photos=np.concatenate(photos),
                 names=json.dumps(good), skipped=json.dumps(skipped))


def _refuse_none(aside, folder, paths):
    """Refuse photos of which none could be read; they are read anew."""
    if not any(_texts(path, 'names') for path in paths):
        reason = _texts(paths[0], 'skipped')[0]
        shutil.rmtree(aside)
        raise DatasetError(f'{folder}: none of the photos to train can be '
                           f'read, as {reason}')


def _join(file, pieces, plan):
    import h5py
    skipped, side = [], plan['side']
    with h5py.File(file, 'w') as cache:
        cache['plan'] = json.dumps(plan)
        for part, paths in pieces.items():
            photos = cache.create_dataset(
                f'{part}/photos', (0, side, side, 3), 'uint8',
                compression='gzip', compression_opts=1,
                chunks=(1, side, side, 3), maxshape=(None, side, side, 3))
            names, pixels = [], hashlib.sha256()
            for piece in prefetch(map(_load, paths)):
                _append(photos, piece['photos'])
                pixels.update(piece['photos'])
                names += json.loads(str(piece['names']))
                skipped += json.loads(str(piece['skipped']))
            cache[f'{part}/names'] = json.dumps(names)
            cache[f'{part}/digest'] = pixels.hexdigest()
        cache['skipped'] = json.dumps(skipped)


def _load(path):
    with np.load(path) as file:
        return dict(file)


def _texts(path, name):
    """Names of a piece's photos, or reasons; its photos are not read."""
    with np.load(path) as file:
        return json.loads(str(file[name]))


def _append(photos, more):
    before = len(photos)
    photos.resize(before + len(more), axis=0)
    photos[before:] = more

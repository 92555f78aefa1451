"""Making the HDF5 cache of a dataset, resumable and safe against a kill.

Photos are read in small pieces, each a file of its own that is there whole
or not at all; an HDF5 file that is open would not survive a kill. The cache
is put together from them at the end.
"""

import json
import os
import shutil

import numpy as np

from colorize.photos import cached, images
from colorize.disk.whole import sweep, written_whole
from colorize.prefetch import prefetch
from colorize.progress import progress

__all__ = ['PIECE', 'make']

#: Photos that a kill can undo.
PIECE = 64


def make(cache, folder, plan):
    """Make a cache, unless it is there already.

    Parameters
    ----------
    cache : str
        The HDF5 file. What a stopped call has left beside it is used.
    folder : str
        Where the photos are.
    plan : dict
        'side' of the photos in the cache; 'train' and 'test', paths below
        `folder`; anything else that the cache should know.

    Raises
    ------
    colorize.photos.cached.CacheError
        When `cache` is a file of another kind.
    """
    if os.path.exists(cache) and cached.describe(cache).plan == plan:
        return
    aside = f'{cache}.pieces'
    _open(aside, plan)
    pieces = {part: _read(aside, folder, plan, part)
              for part in cached.PARTS}
    with written_whole(cache) as file:
        _join(file, pieces, plan)
    shutil.rmtree(aside)


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
            names = []
            for piece in prefetch(map(_load, paths)):
                _append(photos, piece['photos'])
                names += json.loads(str(piece['names']))
                skipped += json.loads(str(piece['skipped']))
            cache[f'{part}/names'] = json.dumps(names)
        cache['skipped'] = json.dumps(skipped)


def _load(path):
    with np.load(path) as file:
        return dict(file)


def _append(photos, more):
    before = len(photos)
    photos.resize(before + len(more), axis=0)
    photos[before:] = more

"""The datasets of Table 1, cached.

Each is taken from the layout that its publishers ship, split into training
and test photos by a fixed rule, scaled to the networks' size (Section 4) and
written into one HDF5 file.
"""

import hashlib
import os
import re
from collections import namedtuple

from colorize.datasets import make_cache
from colorize.datasets.make_cache import DatasetError, ReplacedError
from colorize.photos import cached
from colorize.photos.find import each_once, find_photos

__all__ = ['DATASETS', 'Dataset', 'DatasetError', 'ReplacedError', 'build',
           'find', 'report', 'split']

#: title: as in Table 1. train, test: its number of photos. names: pattern
#: of the photos' paths, with / between folders. layout: in words.
Dataset = namedtuple('Dataset', 'title train test names layout')

# The paper names categories, ILSVRC synsets: ten of them with up to 1,300
# photos each are the only way to its 12,980 photos.
_SYNSETS = {
    'spatula': 'n04270147', 'school bus': 'n04146614', 'bear': 'n02132136',
    'book shelf': 'n02870880', 'armor': 'n02895154', 'kangaroo': 'n01877812',
    'spider': 'n01773797', 'sweater': 'n04370456', 'hair dryer': 'n03483316',
    'bird': 'n01558993'}

DATASETS = {
    'mcgill': Dataset(
        'McGill', 896, 150,
        r'(^|/)(animals?|flowers?|foliages?|fruits?|land[^/]*water|man[^/]*'
        r'made|shadows?|snow|textures?|winter)[^/]*/.*\.(tiff?|jpe?g|png)$',
        'a folder for each category, Animals to Textures'),
    'cvcl': Dataset(
        'MIT CVCL', 361, 50, r'(^|/)opencountry_[^/]*\.jpg$',
        'opencountry_*.jpg'),
    'ilsvrc': Dataset(
        'ILSVRC 2015 CLS-LOC', 12486, 494,
        rf"(^|/)({'|'.join(_SYNSETS.values())})_\d+\.jpeg$",
        'Data/CLS-LOC/train/nXXXXXXXX/*.JPEG'),
    'mirflickr': Dataset(
        'MIRFLICKR', 7500, 1000, r'(^|/)im\d+\.jpg$',
        'im1.jpg to im25000.jpg'),
    'folder': Dataset('photos of your own', None, None, r'', 'any photos'),
}

_SEED = 'colorize 2016'


def find(name, folder):
    """Photos of a dataset.

    Parameters
    ----------
    name : str
        Key of :data:`DATASETS`.
    folder : str
        Where it was unpacked.

    Returns
    -------
    list of str
        Paths relative to `folder`, sorted, with / between folders; one of
        each photo.

    Raises
    ------
    DatasetError
        When there is none.
    """
    matches = re.compile(DATASETS[name].names, re.IGNORECASE).search
    names = {path: os.path.relpath(path, folder).replace(os.sep, '/')
             for path in find_photos([folder])}
    # By links one photo might be both learnt and tested.
    found = [names[path] for path in each_once(
        path for path, name in names.items() if matches(name))]
    if len(found) < 2:
        raise DatasetError(
            f'{folder}: {len(found)} photos of {name} found, two are the '
            f'least (looked for {DATASETS[name].layout})')
    return found


def split(names, train=None, test=None, known=''):
    """Training and test photos, the same on every machine.

    The order is that of a hash of each name, so a photo that is missing or
    new moves few others to the other side: as many as the numbers of both
    sides change by, and one to take its place.

    Parameters
    ----------
    names : sequence of str
        Paths, with / between folders.
    train, test : int, optional
        Wanted. Where there are fewer photos in all, `test` shrinks in
        proportion. Without `train`, all that are no test photos; without
        both, a tenth tests.
    known : str
        Pattern of the part of a path that is hashed, so that it does not
        matter below which folder a dataset lies; without, all of it.

    Returns
    -------
    train, test : list of str
    """
    part = re.compile(known or '.*', re.IGNORECASE | re.DOTALL).search
    order = sorted(names, key=lambda name: hashlib.md5(
        f"{_SEED}/{part(name)[0].lstrip('/')}".encode(
            'utf-8', 'surrogateescape'), usedforsecurity=False).digest())
    if test is None:
        test = max(1, len(order) // 10)
    wanted = train + test if train else len(order)
    if len(order) < wanted:
        test = max(1, round(len(order) * test / wanted))
    return order[test:wanted], order[:test]


def build(name, folder, cache, side=224, test=None, replace=True):
    """Make the cache of a dataset, or go on where that was stopped.

    Parameters
    ----------
    name : str
        Key of :data:`DATASETS`.
    folder : str
        Where it was unpacked.
    cache : str
        The HDF5 file. One that was made of the same photos, unchanged
        since, stays.
    side : int
        Photos are scaled to `side` x `side`.
    test : int, optional
        Number of test photos of a folder of one's own, 1 or more.
    replace : bool
        Whether a cache of other photos, or of another split, gives way.

    Returns
    -------
    colorize.photos.cached.Cache

    Raises
    ------
    DatasetError, colorize.photos.cached.CacheError
        When there are no photos, or `cache` is a file of another kind or
        may not be replaced, or `test` cannot be.
    """
    if test is not None and (name != 'folder' or test < 1):
        raise DatasetError(f'--test {test}: must be 1 or more, for a folder '
                           'of your own')
    table, names = DATASETS[name], find(name, folder)
    learn, held = split(names, table.train, table.test or test, table.names)
    if not learn:
        raise DatasetError(f'{folder}: {len(names)} photos, of which '
                           f'{len(held)} to test leave none to train')
    plan = {'dataset': name, 'side': side, 'train': learn, 'test': held}
    plan.update(make_cache.marks(folder, learn + held))
    make_cache.make(cache, folder, plan, replace)
    return cached.describe(cache)


def report(name, cache):
    """Lines about what was found, beside Table 1.

    Parameters
    ----------
    name : str
        Key of :data:`DATASETS`.
    cache : colorize.photos.cached.Cache

    Returns
    -------
    list of str
    """
    table, found = DATASETS[name], cache.photos
    lines = [f"{table.title}: {found['train']} training and {found['test']} "
             'test photos']
    if table.train and (table.train, table.test) != tuple(
            found[part] for part in cached.PARTS):
        lines.append(f'Table 1 has {table.train} and {table.test}: the set is '
                     'not complete')
    if cache.skipped:
        lines.append(f'{len(cache.skipped)} photos skipped:')
    return lines + [f'  {reason}' for reason in cache.skipped]

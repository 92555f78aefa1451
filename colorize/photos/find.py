"""Photos found in files, folders and caches."""

import os

from colorize.photos import cached
from colorize.photos.formats import ENDINGS

__all__ = ['find_photos']


def find_photos(places):
    """Photos in files and folders, folders with all that is below them.

    Parameters
    ----------
    places : sequence of str
        Files are taken as they are, folders searched by file ending; a
        part of a cache, as cvcl.h5::train, is all photos in it.

    Returns
    -------
    list of str
        Sorted within each folder: the order is the same on every machine.

    Raises
    ------
    ValueError
        When a place does not exist or nothing is found.
    OSError
        When a folder below them cannot be read.
    """
    found = []
    for place in places:
        if cached.is_cached(place):
            found += cached.members(place)
        elif not os.path.exists(place):
            raise ValueError(f'{place}: no such file or folder')
        else:
            found += _below(place) if os.path.isdir(place) else [place]
    if not found:
        raise ValueError(f"{', '.join(places)}: no photos found (looked for "
                         f"{' '.join(ENDINGS)})")
    return found


def _raise(error):
    """What os.walk() would pass over in silence."""
    raise error


def _below(folder):
    return sorted(os.path.join(parent, name)
                  for parent, _, names in os.walk(folder, onerror=_raise)
                  for name in names
                  if name.lower().endswith(ENDINGS))

"""Photos found in files, folders and caches."""

import functools
import os
from collections import namedtuple

from colorize.photos import cached, formats

__all__ = ['Found', 'each_once', 'find_photos', 'is_passed_over', 'leads_up',
           'search']

#: photos: paths, sorted. foreign: those of pictures and films that are
#: not read. unread: OSErrors of folders below that cannot be read.
Found = namedtuple('Found', 'photos foreign unread')

#: Folders in which systems and programs keep what nobody looks at; so they
#: do in all whose names begin with a dot.
_NOT_FOR_PEOPLE = ('$recycle.bin', '#recycle', '#snapshot', '@__thumb',
                   '@eadir', '@recently-snapshot', '@recycle', '__macosx',
                   'lost+found', 'system volume information')


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
            found += _photos(place) if os.path.isdir(place) else [place]
    if not found:
        raise ValueError(f"{', '.join(places)}: no photos found (looked for "
                         f"{' '.join(formats.ENDINGS)})")
    return found


def _photos(folder):
    found = search(folder)
    if found.unread:
        raise found.unread[0]
    return found.photos


def search(folder, films=False):
    """What a folder holds, with all that is below it, and behind links.

    Each folder counts once; by a link only where it is not below itself.
    Links that lead up are not followed.

    Parameters
    ----------
    folder : str
    films : bool
        Whether films count as photos.

    Returns
    -------
    Found
    """
    unread, paths = [], []
    for parent, names in _folders(folder, unread.append):
        paths += [os.path.join(parent, name) for name in names
                  if not is_passed_over(name)]
    return Found(sorted(path for path in paths if formats.by_ending(path)
                        or films and formats.is_film(path)),
                 sorted(path for path in paths if formats.foreign(path)),
                 unread)


def _folders(folder, onerror):
    """Pairs of a folder and names in it; links are followed last."""
    seen, places = set(), [folder]
    for place in places:
        for parent, folders, names in os.walk(place, onerror=onerror):
            path = os.path.realpath(parent)
            folders[:] = [] if path in seen else sorted(
                name for name in folders if not is_passed_over(name))
            if path not in seen:
                yield parent, names
            seen.add(path)
            below = (os.path.join(parent, name) for name in folders)
            places += [each for each in below if os.path.islink(each)
                       and not leads_up(each, folder)]


def leads_up(path, folder):
    """Whether a path is a link to a folder, or to one above it.

    What lies there nobody has named.

    Parameters
    ----------
    path, folder : str

    Returns
    -------
    bool
    """
    return os.path.islink(path) and os.path.join(
        os.path.realpath(folder), '').startswith(
            os.path.join(os.path.realpath(path), ''))


def each_once(paths):
    """The first name of each photo, where links give it several.

    Parameters
    ----------
    paths : sequence of str
        As of :func:`find_photos`.

    Returns
    -------
    list of str
    """
    found, real = {}, functools.lru_cache(maxsize=None)(os.path.realpath)
    for path in paths:
        found.setdefault(_without_links(path, real), path)
    return list(found.values())


def _without_links(path, real):
    """What `real` gives; it is asked once per folder, or per cache."""
    if cached.is_cached(path):
        file, mark, photo = path.partition('::')
        return real(file) + mark + photo
    if os.path.islink(path):
        return real(path)
    folder, name = os.path.split(path)
    return os.path.join(real(folder), name)


def is_passed_over(name):
    """Whether a file or folder is none that people would name.

    Parameters
    ----------
    name : str
        Without its folder: ``._a.jpg`` of a Mac, ``@eaDir`` of a NAS,
        ``.thumbnails`` of a desktop.
    """
    return name.startswith('.') or name.lower() in _NOT_FOR_PEOPLE

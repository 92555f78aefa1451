"""The photos that the page has brought, in a folder that goes with us."""

import contextlib
import fcntl
import glob
import os
import secrets
import shutil
import tempfile
import threading
from collections import Counter, namedtuple

from colorize.page.limits import MOST_PHOTOS, Refused, mib
from colorize.photos import formats

__all__ = ['Item', 'Shelf', 'clean_name']

#: number: unguessable, the name of its folder. name: as its owner calls it,
#: with slashes between folders; no more of it than a known ending is part of a
#: path here. path: of its file.
Item = namedtuple('Item', 'number name path')

_PREFIX = 'colorize-page-'

#: Room that has to be left where the folder is: so many bytes, or this share
#: of a small disk.
_LEFT, _SHARE = 1 << 30, 0.1


class Shelf:
    """Files of photos by number.

    Parameters
    ----------
    most : int
        Photos at a time.

    Attributes
    ----------
    folder : str
        All that is ever written, until :meth:`close`.
    """

    def __init__(self, most=MOST_PHOTOS):
        _sweep()
        self.folder, self.lock_file = _locked_folder()
        self.most, self._items, self._held = most, {}, Counter()
        self._lock = threading.Lock()

    def add(self, name, file):
        """Keep a copy of a file.

        Parameters
        ----------
        name : str
            As its owner calls it.
        file : binary file

        Returns
        -------
        Item

        Raises
        ------
        colorize.page.limits.Refused
            When there is no room.
        """
        self._need_room(file)
        # Short: a tab that closes may name all photos in 64 KiB, no more.
        number = secrets.token_urlsafe(16)
        name = clean_name(name)
        path = os.path.join(self.folder, number, f'photo{_ending(name)}')
        item = Item(number, name, path)
        with self._lock:
            if len(self._items) >= self.most:
                raise Refused(507, f'{self.most} photos are here already; '
                                   'take some away first')
            self._items[number] = item
        try:
            os.mkdir(os.path.dirname(path))
            with open(path, 'wb') as kept:
                shutil.copyfileobj(file, kept)
        except BaseException:
            self.remove(number)
            raise
        return item

    def _need_room(self, file):
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        disk = shutil.disk_usage(self.folder)
        needed = size + min(_LEFT, _SHARE * disk.total)
        if disk.free < needed:
            raise Refused(507, f'{os.path.dirname(self.folder)} has '
                               f'{mib(disk.free)} free, {mib(needed)} are '
                               'needed; start the program with TMPDIR set to '
                               'a folder with more room')

    def get(self, number):
        """The item of a number.

        Raises
        ------
        colorize.page.limits.Refused
            When there is none.
        """
        try:
            return self._items[number]
        except KeyError:
            raise Refused(404, 'this photo is not here any more; add it '
                               'again') from None

    def remove(self, number):
        """Forget a photo, if it is here."""
        with self._lock:
            item = self._items.pop(number, None)
        if item:
            self._clear(item)

    @contextlib.contextmanager
    def held(self, items):
        """Keep files for a ``with`` block, even those removed meanwhile.

        Parameters
        ----------
        items : list of Item

        Yields
        ------
        None
        """
        count = Counter(item.number for item in items)
        with self._lock:
            self._held += count
        try:
            yield
        finally:
            with self._lock:
                self._held -= count
            for item in items:
                self._clear(item)

    def _clear(self, item):
        """Remove the file of a photo that nobody has any more."""
        with self._lock:
            wanted = item.number in self._items or item.number in self._held
        if not wanted:
            shutil.rmtree(os.path.dirname(item.path), ignore_errors=True)

    def __contains__(self, item):
        return item.number in self._items

    def __len__(self):
        return len(self._items)

    def close(self):
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock_file.close()


def _locked_folder():
    """A new folder and its lock: who finds that free, sweeps the folder."""
    while True:
        folder = tempfile.mkdtemp(prefix=_PREFIX)
        lock = open(os.path.join(folder, 'lock'), 'w')
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock.fileno()).st_nlink:
            return folder, lock
        lock.close()  # swept before it was locked


def _sweep():
    """Remove folders of processes that were killed."""
    for lock in glob.glob(os.path.join(
            tempfile.gettempdir(), f'{_PREFIX}*', 'lock')):
        try:
            if os.lstat(lock).st_uid != os.getuid():
                continue
            with open(lock, 'r+') as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(os.path.dirname(lock), ignore_errors=True)
        except OSError:
            pass  # in use, or gone by now


def _short(name, most=120):
    """A name that was cut before its ending, where it was too long."""
    stem, ending = os.path.splitext(name)
    ending = ending[:most // 4]
    return stem[:most - len(ending)] + ending


def _ending(name):
    """That by which photos are read, or refused; of any other name, none."""
    ending = os.path.splitext(name)[1].lower()
    known = formats.by_ending(ending) or formats.foreign(ending)
    return ending if known else ''


def clean_name(name):
    """A name that is safe to show, and to unpack from an archive.

    Parameters
    ----------
    name : str
        From anywhere.

    Returns
    -------
    str
        Parts between slashes, none of which leads upwards.
    """
    parts = [''.join(each for each in part if each.isprintable()).strip()
             for part in name.replace('\\', '/').split('/')]
    # What was cut may be nothing but dots.
    parts = [part for part in map(_short, parts) if part.strip('. ')]
    return '/'.join(parts[-8:]).replace(':', '_') or 'photo'

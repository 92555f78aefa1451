"""A ZIP archive that is sent while it is made."""

import datetime
import os
import re
import zipfile

from colorize.page.limits import Refused

__all__ = ['zipped']

_CHUNK = 1 << 18

#: What Windows has in no name; slashes part folders.
_REFUSED = re.compile(r'[<>:"|?*]')

#: What it takes for a device, whatever follows its first dot.
_DEVICE = re.compile(r'^(con|prn|aux|nul|com[1-9]|lpt[1-9])(?= *(\.|$))',
                     re.I)


class _Pipe:
    """Where an archive is written to, and taken away from piece by piece."""

    def __init__(self):
        self._pieces = []

    def write(self, piece):
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self):
        """Nothing waits here."""

    def taken(self):
        """All that has been written since the last call."""
        pieces, self._pieces = self._pieces, []
        return b''.join(pieces)


def zipped(files):
    """An archive, piece by piece; photos are compressed already.

    Parameters
    ----------
    files : iterable of (str, callable)
        Name in the archive, and what makes the file and returns its path
        and a list of notes; it is removed afterwards. What raises
        :class:`colorize.page.limits.Refused` is named in a file
        ``not-coloured.txt`` at the end, notes in ``notes.txt``.

    Yields
    ------
    bytes
    """
    pipe, taken, failed, noted = _Pipe(), set(), [], []
    with zipfile.ZipFile(pipe, 'w') as archive:
        for name, make in files:
            try:
                path, notes = make()
            except Refused as error:
                failed.append(error.message)
                continue
            name = _free(name, taken)
            noted += [f'{name}: {note}' for note in notes]
            try:
                yield from _added(archive, name, path, pipe)
            finally:
                os.unlink(path)
        _add_text(archive, _free('not-coloured.txt', taken), failed)
        _add_text(archive, _free('notes.txt', taken), noted)
    yield pipe.taken()


def _added(archive, name, path, pipe):
    with open(path, 'rb') as file, archive.open(
            _entry(name), 'w', force_zip64=True) as member:
        for chunk in iter(lambda: file.read(_CHUNK), b''):
            member.write(chunk)
            yield pipe.taken()


def _add_text(archive, name, lines):
    if lines:
        archive.writestr(_entry(name), '\n'.join(lines) + '\n')


def _entry(name):
    now = datetime.datetime.now()
    return zipfile.ZipInfo(name, now.timetuple()[:6])


def _free(name, taken):
    """A name that Windows takes and no other file in the archive has."""
    name = '/'.join(map(_for_windows, name.split('/')))
    stem, ending = os.path.splitext(name)
    number, found = 2, name
    while found.lower() in taken:
        found = f'{stem} ({number}){ending}'
        number += 1
    taken.add(found.lower())
    return found


def _for_windows(part):
    """A file's or folder's name that Windows takes."""
    return _DEVICE.sub(r'\1_', _REFUSED.sub('_', part).rstrip(' .')) or '_'

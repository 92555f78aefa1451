"""What is done of a film: segments on disk, and where to go on.

A film takes hours. Its new picture is written a segment at a time into a
folder beside the result, NAME.parts, each whole or not at all; a run that is
started again goes on after the last. At the end all of them are joined, and
the folder goes.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import struct

import numpy as np

from colorize.disk.whole import claimed, sweep, written_whole
from colorize.video.encoding import Packet
from colorize.video.extra import FilmError
from colorize.video.steady import Memory

__all__ = ['Segments']

#: Of a packet: presentation time, duration, keyframe, bytes that follow.
_RECORD = struct.Struct('<qqBI')


class Segments:
    """The folder of one film.

    Parameters
    ----------
    output : str
        The result.
    what : dict
        JSON types: whatever the result depends on. Segments of anything
        else are thrown away.

    Attributes
    ----------
    count : int
        Segments that there are.
    frames : int
        Frames in them.
    last : int or None
        Time of the last frame in them.
    header : bytes or None
        What a decoder has to know beforehand.
    memory : colorize.video.steady.Memory or None
        What the next stretch is to be started with.
    damage : list of [seconds, words]
        What was wrong with the film so far.
    anew : bool
        Whether segments of anything else were thrown away.
    joined : str
        Where all may be joined before it gets its name.

    Raises
    ------
    FilmError
        When another process is at it.
    OSError
    """

    def __init__(self, output, what):
        self._folder = _folder_of(output)
        self._what = hashlib.sha256(json.dumps(
            what, sort_keys=True).encode()).hexdigest()
        self.count, self.frames, self.last = 0, 0, None
        self.header, self.memory, self.damage = None, None, []
        self.joined = self._path('joined')
        os.makedirs(self._folder, exist_ok=True)
        self._lock(output)
        sweep(self._folder)
        while self._take_up():
            pass
        if self.count:
            self.memory = self._remembered()
        useless = [name for name in os.listdir(self._folder)
                   if name.startswith(('memory-', 'segment-', 'joined'))
                   and name not in self._names()]
        self.anew = any(name.startswith('segment-') for name in useless)
        for name in useless:
            os.unlink(self._path(name))

    def _lock(self, output):
        self._held = claimed(self._folder, 'lock')
        if self._held is None:
            raise FilmError(f'{output}: is being written by another process')

    def _path(self, name):
        return os.path.join(self._folder, name)

    def _names(self):
        """Files that are of use."""
        return {f'memory-{self.count - 1}'}.union(
            f'segment-{number}' for number in range(self.count))

    def _take_up(self):
        """Count one more segment, if there is one and it is of this film."""
        path = self._path(f'segment-{self.count}')
        memory = self._path(f'memory-{self.count}')
        later = self._path(f'segment-{self.count + 1}')
        if not os.path.exists(path) or not (
                os.path.exists(memory) or os.path.exists(later)):
            return False
        with open(path, 'rb') as file:
            state = json.loads(file.readline())
        if state['what'] != self._what:
            return False
        self.frames, self.last = state['frames'], state['last']
        self.damage, self.header = state['damage'], bytes.fromhex(
            state['header'])
        self.count += 1
        return True

    def _remembered(self):
        with np.load(self._path(f'memory-{self.count - 1}')) as arrays:
            if 'scores' not in arrays:
                return None
            return Memory(*(arrays[name] for name in Memory._fields))

    def add(self, packets, header, last, memory, damage):
        """Write a segment; after this it is safe.

        Parameters
        ----------
        packets : list of colorize.video.encoding.Packet
        header, last, memory, damage
            See the attributes.

        Raises
        ------
        FilmError
            When its header is another than those before have.
        OSError
        """
        if self.count and header != self.header:
            raise FilmError(f'{self._folder}: was begun with another encoder; '
                            'remove it, and all starts anew')
        self.header, self.last, self.memory = header, last, memory
        self.damage, self.frames = damage, self.frames + len(packets)
        with written_whole(self._path(f'memory-{self.count}')) as file:
            np.savez(file, **(memory._asdict() if memory else {}))
        state = {'what': self._what, 'frames': self.frames, 'last': last,
                 'damage': damage, 'header': header.hex()}
        with written_whole(self._path(f'segment-{self.count}')) as file:
            file.write(json.dumps(state).encode() + b'\n')
            for packet in packets:
                file.write(_RECORD.pack(packet.pts, packet.duration,
                                        packet.key, len(packet.data)))
                file.write(packet.data)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path(f'memory-{self.count - 1}'))
        self.count += 1

    def packets(self):
        """All packets, a list for each segment.

        Yields
        ------
        list of colorize.video.encoding.Packet
        """
        for number in range(self.count):
            with open(self._path(f'segment-{number}'), 'rb') as file:
                file.readline()
                yield list(_records(file))

    def close(self):
        """Keep what is done, and let others go on with it."""
        if self._held and not self.count:
            self.remove()
        self._let_go()

    def remove(self):
        """All is joined, or nothing came of it."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._let_go()

    def _let_go(self):
        if self._held:
            self._held.close()
        self._held = None


def _folder_of(output):
    """NAME.parts, or another where that name is too long.

    A name too long for the result itself is refused here, and not when hours
    have gone into it.
    """
    folder, name = os.path.split(output)
    os.makedirs(folder or os.curdir, exist_ok=True)
    if _is_too_long(output):
        raise FilmError(f'{output}: cannot be written (File name too long; '
                        '-o names another)')
    if not _is_too_long(f'{output}.parts'):
        return f'{output}.parts'
    digest = hashlib.blake2b(os.fsencode(name), digest_size=12).hexdigest()
    return os.path.join(folder, f'{digest}.parts')


def _is_too_long(path):
    try:
        os.lstat(path)
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG
    return False


def _records(file):
    while True:
        head = file.read(_RECORD.size)
        if not head:
            return
        pts, duration, key, size = _RECORD.unpack(head)
        yield Packet(pts, duration, bool(key), file.read(size))

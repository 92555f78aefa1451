"""Archives of arrays (``.npz``), looked at before anything is loaded.

They carry a checksum over all members in the archive's comment.

Anyone may have made such a file. Sizes are read from its headers first, so
that its reader can refuse it before memory is taken.
"""

import hashlib
import math
import os
import zipfile
from collections import namedtuple

import numpy as np

__all__ = ['Header', 'digest', 'headers', 'load', 'refuse_bombs', 'write']

#: shape: tuple of int. dtype: numpy.dtype, of numbers or text.
Header = namedtuple('Header', 'shape dtype')

_CHUNK = 1 << 20    # bytes


def write(file, arrays):
    """Write an archive as ``numpy.savez`` does, with a checksum.

    Parameters
    ----------
    file : binary file
        It has to be readable, too.
    arrays : dict
        By name.
    """
    with zipfile.ZipFile(file, 'w') as archive:
        for name, values in arrays.items():
            with archive.open(f'{name}.npy', 'w', force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(values),
                                          allow_pickle=False)
        archive.comment = digest(archive)


def headers(archive):
    """What an archive says of its arrays; none of them is loaded.

    Parameters
    ----------
    archive : zipfile.ZipFile

    Returns
    -------
    dict
        A :class:`Header` by name.

    Raises
    ------
    ValueError
        A member is no plain array: objects, which would have to be
        unpickled, are refused here.
    """
    return {_name(info): _header(archive, info)
            for info in archive.infolist()}


def _name(info):
    name, ending = os.path.splitext(info.filename)
    if ending != '.npy':
        raise ValueError(f'holds {info.filename!r}, which is no array')
    return name


def _header(archive, info):
    with archive.open(info) as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError('an array of an unknown version')
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    if dtype.kind not in 'fiuU':
        raise ValueError(f'{info.filename} holds pickled objects: refused')
    return Header(shape, dtype)


def refuse_bombs(archive, found):
    """Refuse an archive that would take more memory than its file.

    Parameters
    ----------
    archive : zipfile.ZipFile
    found : dict
        What :func:`headers` returned for it.

    Raises
    ------
    ValueError
    """
    size = os.fstat(archive.fp.fileno()).st_size
    members = archive.infolist()
    # numpy.savez never compresses; members that share their bytes add up.
    if (sum(info.file_size for info in members) > size or any(
            info.compress_type != zipfile.ZIP_STORED for info in members)):
        raise ValueError('compressed arrays are refused')
    for name, (shape, dtype) in found.items():
        if (math.prod(shape) * dtype.itemsize
                > archive.getinfo(f'{name}.npy').file_size):
            raise ValueError(f'{name} is larger than its bytes')


def load(archive, name):
    """An array of an archive, whose header has been looked at."""
    with archive.open(f'{name}.npy') as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def digest(archive):
    """SHA-256 over names and contents of all members.

    Parameters
    ----------
    archive : zipfile.ZipFile

    Returns
    -------
    bytes
        As it stands in the archive's comment.
    """
    total = hashlib.sha256()
    for info in archive.infolist():
        total.update(f'{info.filename}\x00{info.file_size}\x00'.encode())
        with archive.open(info) as member:
            for chunk in iter(lambda: member.read(_CHUNK), b''):
                total.update(chunk)
    return b'sha256 ' + total.hexdigest().encode()

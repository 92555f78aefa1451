"""Weights files: parameters by layer name, and the settings beside them.

A weights file is an ``.npz`` without pickled objects. It holds one array
for each parameter (``conv1_1.W`` …), ``bin_means`` and ``bin_shares``
(2, 50; the prior of :func:`colorize.color.bins.prior`), of a classification
network in CIELUV ``level_means`` (11, 2, 50; those of
:mod:`colorize.color.level_means`), which older files have not, and
``settings``, a JSON text from which the network is built again. The comment
of the archive is a checksum over all of them.

Anyone may have made such a file. A careful reader looks at
:func:`headers`, decides whether it wants what they announce, and only then
calls :func:`read`.
"""

import json
import os
import zipfile
from collections import namedtuple

import numpy as np

from colorize.disk import npz
from colorize.disk.whole import require_file, written_whole

__all__ = ['DamagedError', 'Headers', 'WeightsError', 'default_weights',
           'headers', 'read', 'write']

#: Settings are a few hundred characters.
_LONGEST = 1 << 16

#: settings: dict. shapes: a tuple of int by name of array.
Headers = namedtuple('Headers', 'settings shapes')


class WeightsError(ValueError):
    """A weights file that cannot be used; names the file and the rule."""


class DamagedError(WeightsError):
    """A file that is not what was written: torn, or altered since."""


def default_weights():
    """Path of the weights that ship with the project."""
    import weights
    return os.path.join(os.path.dirname(weights.__file__), 'light.npz')


def write(path, arrays, settings, dtype='float32'):
    """Write a weights file, whole or not at all.

    Parameters
    ----------
    path : str
    arrays : dict
        Arrays by name.
    settings : dict
        All that is needed to build the network again; JSON types only.
    dtype : {'float32', 'float16'}
        How floating-point arrays are kept. Reading gives float32 always.
    """
    kept = {name: np.asarray(values) for name, values in arrays.items()}
    for name, values in kept.items():
        if values.dtype.kind == 'f':
            kept[name] = values.astype(dtype)
    kept['settings'] = np.array(json.dumps(settings, sort_keys=True))
    with written_whole(path) as file:
        npz.write(file, kept)


def headers(path):
    """What a weights file announces; no array of it is loaded.

    Parameters
    ----------
    path : str

    Returns
    -------
    Headers

    Raises
    ------
    DamagedError
        When the file is torn or no weights file.
    WeightsError
        When it cannot be opened.
    """
    return _opened(path, lambda archive: _headers(archive))


def read(path):
    """Read a weights file.

    Parameters
    ----------
    path : str

    Returns
    -------
    arrays : dict
        Arrays by name, floating-point ones as float32. They are no larger
        than the file.
    settings : dict

    Raises
    ------
    DamagedError
        When the file is torn, altered or no weights file.
    WeightsError
        When it cannot be opened.
    """
    def load(archive):
        settings, shapes = _headers(archive)
        # Files of older versions have no comment, but the archive's own CRC.
        if archive.comment and archive.comment != npz.digest(archive):
            raise DamagedError(f'{path}: torn or altered, its checksum is '
                               'another')
        return {name: _as_float32(npz.load(archive, name))
                for name in shapes}, settings
    return _opened(path, load)


def _opened(path, use):
    """Return ``use(archive)``; say whatever is wrong with it in one line."""
    try:
        require_file(path)
        with zipfile.ZipFile(path) as archive:
            return use(archive)
    except WeightsError:
        raise
    except OSError as error:
        if not error.strerror:
            raise DamagedError(_damaged(path)) from error
        raise WeightsError(f'{path}: {error.strerror}{_inside(path)}'
                           ) from error
    except Exception as error:  # a damaged file can raise anything
        raise DamagedError(_damaged(path)) from error


def _inside(path):
    """Of a training's folder, the file to take."""
    file = os.path.join(path, 'weights.npz')
    return f'; take {file}' if os.path.isfile(file) else ''


def _damaged(path):
    return f'{path}: torn, or not a weights file of this project (.npz)'


def _headers(archive):
    found = npz.headers(archive)
    npz.refuse_bombs(archive, found)
    shape, dtype = found.pop('settings')
    if shape or dtype.itemsize > 4 * _LONGEST:
        raise ValueError('settings are no text')
    settings = json.loads(str(npz.load(archive, 'settings')))
    return Headers(settings, {name: each.shape
                              for name, each in found.items()})


def _as_float32(values):
    if values.dtype.kind != 'f':
        return values
    with np.errstate(over='ignore'):  # becomes inf, for others to judge
        return values.astype('float32')

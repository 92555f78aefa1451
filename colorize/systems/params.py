"""Weights files: parameters by layer name, and the settings beside them.

A weights file is an ``.npz`` without pickled objects. It holds one array
for each parameter (``conv1_1.W`` …), ``bin_means`` and ``bin_shares``
(2, 50), and ``settings``, a JSON text from which the network is built again.
The comment of the archive is a checksum over all of them.
"""

import contextlib
import json
import math
import types
import zipfile

import numpy as np

from colorize.disk import npz
from colorize.backend import lasagne
from colorize.disk.whole import require_file, written_whole

__all__ = ['DamagedError', 'WeightsError', 'blank', 'fit', 'get_params',
           'read', 'set_params', 'write']

#: Settings are a few hundred characters.
_LONGEST = 1 << 16


class WeightsError(ValueError):
    """A weights file that cannot be used; names the file and the rule."""


class DamagedError(WeightsError):
    """A file that is not what was written: torn, or altered since."""


def get_params(outputs):
    """Parameters of a network by name.

    Parameters
    ----------
    outputs : sequence of lasagne.layers.Layer

    Returns
    -------
    dict
        Theano shared variables, in the order of the layers.
    """
    return {param.name: param
            for param in lasagne.layers.get_all_params(outputs)}


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


def read(path, fits=None):
    """Read a weights file.

    Parameters
    ----------
    path : str
    fits : callable, optional
        Called with the settings and a dict of
        :class:`colorize.disk.npz.Header` before any array is
        loaded; what it raises refuses the file.

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
    try:
        require_file(path)
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive, fits)
    except WeightsError:
        raise
    except OSError as error:
        if not error.strerror:
            raise DamagedError(_damaged(path)) from error
        raise WeightsError(f'{path}: {error.strerror}') from error
    except Exception as error:  # a damaged file can raise anything
        raise DamagedError(_damaged(path)) from error


def _damaged(path):
    return (f'{path}: torn, or not a weights file of this project (.npz)')


def _read(path, archive, fits):
    found = npz.headers(archive)
    npz.refuse_bombs(archive, found)
    shape, dtype = found.pop('settings')
    if shape or dtype.itemsize > 4 * _LONGEST:
        raise ValueError('settings are no text')
    settings = json.loads(str(npz.load(archive, 'settings')))
    if fits:
        fits(settings, found)
    # Files of older versions have no comment, but the archive's own CRC.
    if archive.comment and archive.comment != npz.digest(archive):
        raise DamagedError(f'{path}: torn or altered, its checksum is another')
    return {name: _as_float32(npz.load(archive, name))
            for name in found}, settings


def _as_float32(values):
    if values.dtype.kind != 'f':
        return values
    with np.errstate(over='ignore'):  # becomes inf, for others to judge
        return values.astype('float32')


def fit(params, shapes, source):
    """Refuse arrays that are not those of a network.

    Parameters
    ----------
    params : dict
        Theano shared variables by name, see :func:`get_params`.
    shapes : dict
        Something with a shape for each of them; others are passed over.
    source : str
        What the arrays came from, for the error.

    Raises
    ------
    WeightsError
        When a parameter is missing or of another shape.
    """
    for name, param in params.items():
        shape = param.get_value(borrow=True).shape
        if name not in shapes:
            raise WeightsError(f'{source}: has no {name}, which the network '
                               'needs')
        if shapes[name].shape != shape:
            raise WeightsError(f'{source}: {name} has shape '
                               f'{shapes[name].shape}, the network needs '
                               f'{shape}')


def set_params(params, arrays, source):
    """Give a network its parameters.

    Parameters
    ----------
    params, arrays, source
        As for :func:`fit`.

    Raises
    ------
    WeightsError
        When a parameter is missing or of another shape. Nothing was
        changed then.
    """
    fit(params, arrays, source)
    for name, param in params.items():
        param.set_value(arrays[name].astype(param.dtype))


@contextlib.contextmanager
def blank(most):
    """Networks built in here start at zero and cannot be larger.

    Settings in a file may ask for any network; this one is refused while
    it is built, not when the memory has been taken.

    Parameters
    ----------
    most : int
        Values of all random initial parameters together.

    Raises
    ------
    ValueError
        When the network needs more.
    """
    left = [most]

    def zeros(*_, size, **__):
        left[0] -= math.prod(size)
        if left[0] < 0:
            raise ValueError('larger than the arrays in the file')
        return np.zeros(size, 'float32')
    before = lasagne.random.get_rng()
    lasagne.random.set_rng(types.SimpleNamespace(normal=zeros,
                                                 uniform=zeros))
    try:
        yield
    finally:
        lasagne.random.set_rng(before)

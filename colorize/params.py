"""Weights files: parameters by layer name, and the settings beside them.

A weights file is an ``.npz`` without pickled objects. It holds one array
for each parameter (``conv1_1.W`` …), ``bin_means`` (2, 50) and
``settings``, a JSON text from which the network is built again.
"""

import json
import zipfile
import zlib

import numpy as np

from colorize.backend import lasagne
from colorize.files import written_whole

__all__ = ['WeightsError', 'get_params', 'read', 'set_params', 'write']


class WeightsError(ValueError):
    """A weights file that cannot be used; names the file and the rule."""


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
        np.savez(file, **kept)


def read(path):
    """Read a weights file.

    Parameters
    ----------
    path : str

    Returns
    -------
    arrays : dict
        Arrays by name, floating-point ones as float32.
    settings : dict

    Raises
    ------
    WeightsError
        When the file is missing, torn, or no weights file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        settings = json.loads(str(arrays.pop('settings')))
    except OSError as error:
        raise WeightsError('{}: {}'.format(
            path, error.strerror or 'not a weights file')) from None
    except (ValueError, KeyError, EOFError, AttributeError, TypeError,
            zipfile.BadZipFile, zlib.error, NotImplementedError):
        raise WeightsError('{}: torn, or not a weights file of this '
                           'project (.npz)'.format(path)) from None
    return {name: values.astype('float32') if values.dtype.kind == 'f'
            else values for name, values in arrays.items()}, settings


def set_params(params, arrays, source):
    """Give a network its parameters.

    Parameters
    ----------
    params : dict
        Theano shared variables by name, see :func:`get_params`.
    arrays : dict
        One array for each of them; others are passed over.
    source : str
        What the arrays came from, for the error.

    Raises
    ------
    WeightsError
        When a parameter is missing or of another shape. Nothing was
        changed then.
    """
    for name, param in params.items():
        shape = param.get_value(borrow=True).shape
        if name not in arrays:
            raise WeightsError('{}: has no {}, which the network needs'
                               .format(source, name))
        if arrays[name].shape != shape:
            raise WeightsError('{}: {} has shape {}, the network needs {}'
                               .format(source, name, arrays[name].shape,
                                       shape))
    for name, param in params.items():
        param.set_value(arrays[name].astype(param.dtype))

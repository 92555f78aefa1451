"""Published VGG16 weights, read from the files people have.

Three formats, told apart by their content. All hold correlation kernels
for photos in the order blue, green, red, 0 to 255, less the ImageNet mean,
as the Caffe model they come from; nothing is flipped or swapped here.

* The Lasagne model zoo's ``vgg16.pkl``: (output, input, row, column), run
  in the zoo by cuDNN layers that do not flip.
* Keras' ``vgg16_weights_tf_dim_ordering_tf_kernels.h5`` and its ``_notop``:
  (row, column, input, output). Keras swaps red and blue in its
  ``preprocess_input``, not in the kernels.
* Our own ``.npz`` by layer name: (output, input, row, column).
"""

import os
import pickle
import zipfile

import h5py
import numpy as np

from colorize.disk import npz, pickles
from colorize.disk.whole import require_file
from models.published import IMAGENET_MEAN_BGR, VGG16_LAYERS

__all__ = ['VGG16_FILE', 'load_vgg16', 'shapes']

#: Name of the converted weights in the cache folder.
VGG16_FILE = 'vgg16.npz'

_ACCEPTED = (
    'not a file of VGG16 weights; accepted are the vgg16.pkl of the Lasagne '
    'model zoo, vgg16_weights_tf_dim_ordering_tf_kernels.h5 or _notop.h5 of '
    'Keras, and an .npz of arrays conv1_1.W, conv1_1.b, ...')

#: A published file is half as large; much memory is asked for at once.
_LARGEST_PICKLE = 1 << 30    # bytes


def load_vgg16(path):
    """Read VGG16's convolutions up to conv4_3 from any accepted file.

    Parameters
    ----------
    path : str
        A file in one of the three formats of this module; its name does
        not matter. An .npz may hold some of the layers, the others must
        hold all of them; arrays of other layers are left out.

    Returns
    -------
    dict
        Arrays of float32 in the order of the layers: kernels 'conv1_1.W',
        (output, input, 3, 3), to be correlated with photos (blue, green,
        red), 0 to 255 less the ImageNet mean; biases 'conv1_1.b',
        (output,).

    Raises
    ------
    ValueError
        One line with the path: the content is none of the three, damaged,
        asks for code to be run, or has a layer of another shape or type.
    OSError
        The file cannot be opened.

    References
    ----------
    Simonyan and Zisserman (2014): Very Deep Convolutional Networks for
    Large-Scale Image Recognition. arXiv:1409.1556.
    """
    read = _reader(path)
    try:
        return read(path)
    except (ValueError, pickle.UnpicklingError) as error:
        reason = str(error)
    except Exception as error:  # a damaged file can raise anything
        reason = ('cannot be read, truncated or damaged? '
                  f'({type(error).__name__}: {error})')
    raise ValueError(f"{path}: {' '.join(reason.split())}")


def _reader(path):
    """The function that reads what the first bytes of a file announce."""
    require_file(path)
    with open(path, 'rb') as file:
        head = file.read(8)
    if head == b'\x89HDF\r\n\x1a\n':
        return _read_keras
    if head.startswith(b'PK\x03\x04'):
        return _read_npz
    if head.startswith((b'\x80', b'}q', b'(d')):  # protocols 2 and up, 1, 0
        return _read_zoo
    raise ValueError(f'{path}: {_ACCEPTED}')


def shapes():
    """Shape of every array, (output, input, row, column) and (output,)."""
    found, channels = {}, 3
    for name, depth in VGG16_LAYERS.items():
        found[f'{name}.W'] = (depth, channels, 3, 3)
        found[f'{name}.b'] = (depth,)
        channels = depth
    return found


def _checked(key, array, shape):
    """`array` as float32 if it is of that shape and a float type."""
    if array is None:
        raise ValueError(f'{key} is missing')
    _fitting(key, array, shape)
    return np.asarray(array, dtype=np.float32)


def _fitting(key, found, shape):
    """Refuse what is not of that shape and a float type."""
    if getattr(found, 'shape', None) != shape:
        raise ValueError(f"{key} has shape {getattr(found, 'shape', None)}, "
                         f'expected {shape}')
    if found.dtype.kind != 'f':
        raise ValueError(f'{key} is of type {found.dtype}, expected float32')


def _read_zoo(path):
    if os.path.getsize(path) > _LARGEST_PICKLE:
        raise ValueError(_ACCEPTED)
    content = pickles.load(path)
    if not isinstance(content, dict) or 'param values' not in content:
        raise ValueError(_ACCEPTED)
    _require_bgr(content.get('mean value', IMAGENET_MEAN_BGR))
    values = iter(content['param values'])
    return {key: _checked(key, next(values, None), shape)
            for key, shape in shapes().items()}


def _require_bgr(mean):
    if not hasattr(mean, 'dtype'):
        # Not numpy's to flatten: lists in lists grow without end.
        mean = [float(value) for value in mean]
    mean = np.ravel(mean)
    if mean.shape != (3,) or not np.allclose(mean, IMAGENET_MEAN_BGR, atol=1):
        raise ValueError(f"'mean value' is {mean}, expected "
                         f'{list(IMAGENET_MEAN_BGR)} (blue, green, red)')


def _read_keras(path):
    with h5py.File(path, 'r') as file:
        _require_vgg16_by_keras(file)
        return {key: _from_keras(file, key, shape)
                for key, shape in shapes().items()}


def _require_vgg16_by_keras(file):
    if _member(file, 'block1_conv1') is None:
        raise ValueError(_ACCEPTED)
    if 'block3_conv4' in file:
        raise ValueError('holds VGG19 (block3_conv4), expected VGG16')
    if file.attrs.get('backend') in ('theano', b'theano'):
        raise ValueError('saved by Keras on Theano, whose kernels are '
                         'flipped; expected those of TensorFlow')


def _member(group, name):
    """What a group holds itself, not by a link into another file."""
    for part in name.split('/'):
        link = group.get(part, getlink=True)
        group = group[part] if isinstance(link, h5py.HardLink) else None
        if group is None:
            return None
    return group


def _from_keras(file, key, shape):
    """The array `key`, in our order of axes."""
    array = _keras_array(file, key)
    if key.endswith('.b'):
        return _checked(key, array, shape)
    depth, channels, rows, columns = shape
    kernels = _checked(f'{key} (row, column, input, output)', array,
                       (rows, columns, channels, depth))
    return np.ascontiguousarray(kernels.transpose(3, 2, 0, 1))


def _keras_array(file, key):
    """The array of a layer conv1_1, which Keras calls block1_conv1."""
    group = _member(file, f'block{key[4]}_conv{key[6]}')
    if group is None or 'weight_names' not in group.attrs or (
            group.attrs.get_id('weight_names').shape != (2,)):
        raise ValueError(f'{key} is missing')
    name = group.attrs['weight_names']['Wb'.index(key[-1])]
    array = _member(group, name.decode() if isinstance(name, bytes)
                    else name)
    if not isinstance(array, h5py.Dataset):
        raise ValueError(f'{key} is missing')
    # Only a plain block of values is sure to take no more than its shape:
    # parts may be compressed a thousandfold, or lie in any other file.
    if array.chunks or array.external or array.is_virtual:
        raise ValueError(f'{key} is compressed or in parts: refused')
    return array


def _read_npz(path):
    with zipfile.ZipFile(path) as archive:
        found = npz.headers(archive)
        params = {key: _from_npz(archive, found, key, shape)
                  for key, shape in shapes().items() if key in found}
    if not params:
        raise ValueError(_ACCEPTED)
    for name in VGG16_LAYERS:
        if (f'{name}.W' in params) != (f'{name}.b' in params):
            raise ValueError(f'{name} needs both .W and .b')
    return params


def _from_npz(archive, found, key, shape):
    """An array that is loaded only once its header has been checked."""
    _fitting(key, found[key], shape)
    return np.asarray(npz.load(archive, key), dtype=np.float32)

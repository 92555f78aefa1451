"""Stand-ins for published VGG16 files, written as their makers wrote them."""

import pickle
import struct

import h5py
import numpy as np

from colorize.systems.pretrained import load_vgg16

#: Inputs and outputs of VGG16's thirteen convolutions, from Table 1 of
#: Simonyan and Zisserman.
CONVOLUTIONS = [
    ('conv1_1', 3, 64), ('conv1_2', 64, 64),
    ('conv2_1', 64, 128), ('conv2_2', 128, 128),
    ('conv3_1', 128, 256), ('conv3_2', 256, 256), ('conv3_3', 256, 256),
    ('conv4_1', 256, 512), ('conv4_2', 512, 512), ('conv4_3', 512, 512),
    ('conv5_1', 512, 512), ('conv5_2', 512, 512), ('conv5_3', 512, 512)]
#: Those that the trunk uses.
TRUNK = CONVOLUTIONS[:10]

MEAN_BGR = np.array([103.939, 116.779, 123.68])


class _Python2Pickler(pickle._Pickler):
    """Writes byte strings as Python 2 does, which has no other strings."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, text):
        data = text.encode('latin1') if isinstance(text, str) else text
        self.write(pickle.BINSTRING + struct.pack('<i', len(data)) + data)
        self.memoize(text)

    dispatch[bytes] = dispatch[str] = save_string


def random_arrays(rng, order):
    """Kernels with axes in that `order` ('oirc') and biases, by layer."""
    arrays = {}
    for name, inputs, outputs in TRUNK:
        size = {'i': inputs, 'o': outputs, 'r': 3, 'c': 3}
        shape = [size[axis] for axis in order]
        arrays[name] = (rng.standard_normal(shape, dtype=np.float32),
                        rng.standard_normal(outputs, dtype=np.float32))
    return arrays


def write_zoo(path, arrays, python2=True, **changes):
    """The Lasagne model zoo's dictionary, with two arrays of a later layer."""
    values = [array for name in arrays for array in arrays[name]]
    content = {'param values': values + [np.zeros((8, 5), 'f4')] * 2,
               'mean value': MEAN_BGR, 'synset words': ['tench', 'goldfish'],
               'model type': 'vgg16'}
    content.update(changes)
    with open(path, 'wb') as file:
        if python2:
            _Python2Pickler(file, protocol=2).dump(content)
        else:
            pickle.dump(content, file, protocol=2)


def write_keras(path, arrays, **attributes):
    """Keras' groups, named by block, with the attributes it loads by."""
    with h5py.File(path, 'w') as file:
        names = [f'block{name[4]}_conv{name[6]}' for name in arrays]
        file.attrs['layer_names'] = np.array(names, 'S')
        file.attrs.update(attributes)
        for name, pair in zip(names, arrays.values()):
            group = file.create_group(name)
            weights = [f'{name}_W_1:0', f'{name}_b_1:0']
            group.attrs['weight_names'] = np.array(weights, 'S')
            for weight, array in zip(weights, pair):
                group[weight] = array


def write_npz(path, arrays):
    """Our own format."""
    named = {}
    for name, (kernels, biases) in arrays.items():
        named[f'{name}.W'], named[f'{name}.b'] = kernels, biases
    with open(path, 'wb') as file:
        np.savez(file, **named)


def assert_refused(path, *words):
    """load_vgg16 raises one line with the path and all the `words`."""
    try:
        load_vgg16(path)
    except ValueError as error:
        message = str(error)
    else:
        raise AssertionError(f'{path} was read')
    for word in (path,) + words:
        assert word in message, (word, message)
    assert '\n' not in message, message

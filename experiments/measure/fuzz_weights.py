"""Files of weights for ``make fuzz``: good ones, and of wrong settings."""

import io
import json
import os
import pickle
import tempfile

import h5py
import numpy as np

from colorize.systems import params, pretrained, weights_file
from colorize.training.initial import build_initial
from models.published import IMAGENET_MEAN_BGR

__all__ = ['archives', 'keras', 'other_settings', 'pickles']


def archives():
    """Weights with and without a checksum, and VGG16's."""
    network = build_initial({'system': 'regression', 'width': 0.02})
    arrays = {name: shared.get_value() for name, shared
              in params.get_params(network.outputs).items()}
    arrays['bin_means'] = np.zeros((2, 50), 'float32')
    settings = {'network': network.settings, 'training': {'side': 32}}
    whole = _written(arrays, settings)
    plain = whole[:-len('sha256 ') - 64 - 2] + b'\0\0'
    vgg16 = io.BytesIO()
    np.savez(vgg16, **_vgg16())
    return [whole, plain, plain, vgg16.getvalue()]


def _written(arrays, settings):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'w.npz')
        weights_file.write(path, arrays, settings)
        with open(path, 'rb') as file:
            return file.read()


def _vgg16():
    return {key: np.zeros(shape, 'float32')
            for key, shape in pretrained.shapes().items()}


def keras():
    content = io.BytesIO()
    with h5py.File(content, 'w') as file:
        for key, array in _vgg16().items():
            name = f'block{key[4]}_conv{key[6]}'
            group = file.require_group(name)
            group.attrs['weight_names'] = np.array(
                [f'{name}_W_1:0', f'{name}_b_1:0'], 'S')
            group[f'{name}_{key[-1]}_1:0'] = (
                array.transpose(2, 3, 1, 0) if array.ndim == 4 else array)
    return content.getvalue()


def pickles():
    content = {'param values': list(_vgg16().values()),
               'mean value': np.array(IMAGENET_MEAN_BGR),
               'model type': 'vgg16'}
    return [pickle.dumps(content, protocol) for protocol in (0, 2, 4)]


_VALUES = (None, True, -1, 0, 3, 0.5, 1e9, 1e308, 10 ** 30, '', 'hsv', [],
           [9, 9], [1e9], {}, {'side': 8}, [[[]]])


def other_settings(content, rng):
    """Weights with a right checksum and wrong settings or arrays."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        arrays, settings = weights_file.read(file.name)
    group = rng.choice([settings, settings['network'],
                        settings['training']])
    name = rng.choice(sorted(group) + ['unknown'])
    group[name] = rng.choice(_VALUES)
    name = rng.choice(sorted(arrays) + ['unknown'])
    if rng.random() < 0.5:
        arrays[name] = np.array(rng.choice(
            (np.nan, 1e308, 7, [1.0], [[]], 'text', 2 ** 60)))
    return _written(arrays, json.loads(json.dumps(settings)))

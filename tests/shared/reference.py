"""The networks once more in slow numpy: the truth for the tests.

Written from the tables of the paper's architecture, not from `models`.
"""

import numpy as np
from scipy.signal import correlate2d

__all__ = ['classification', 'regression']

VGG = (('conv1_1', 'conv1_2'), ('conv2_1', 'conv2_2'),
       ('conv3_1', 'conv3_2', 'conv3_3'), ('conv4_1', 'conv4_2', 'conv4_3'))


def conv(maps, params, name, bias=True):
    """Same-padded cross-correlation of (channel, row, column)."""
    kernels = params[f'{name}.W'].astype('float64')
    out = np.array([sum(correlate2d(plane, kernel, mode='same')
                        for plane, kernel in zip(maps, filters))
                    for filters in kernels])
    return out + params[f'{name}.b'][:, None, None] if bias else out


def normalize(maps, params, name):
    """Batch norm with the running averages."""
    gamma, beta, mean, inv_std = (
        params[f'{name}.{part}'].astype('float64')[:, None, None]
        for part in ('gamma', 'beta', 'mean', 'inv_std'))
    return (maps - mean) * inv_std * gamma + beta


def relu(maps):
    return np.where(maps > 0, maps, 0)


def unit(maps, params, name):
    """Convolution without bias, batch norm, ReLU."""
    return relu(normalize(conv(maps, params, name, bias=False), params,
                          f'{name}_bn'))


def pool(maps):
    channels, rows, columns = maps.shape
    blocks = maps.reshape(channels, rows // 2, 2, columns // 2, 2)
    return blocks.max(axis=(2, 4))


def up(maps, factor):
    return np.kron(maps, np.ones((1, factor, factor)))


def vgg16(maps, params, batch_norm):
    """Rectified outputs conv1_2, conv2_2, conv3_3, conv4_3."""
    taps = []
    for block in VGG:
        if taps:
            maps = pool(maps)
        for name in block:
            maps = (unit(maps, params, name) if batch_norm
                    else relu(conv(maps, params, name)))
        taps.append(maps)
    return taps


def encoder(taps, params):
    """encoder4 to encoder1."""
    maps = unit(normalize(taps[3], params, 'tap4'), params, 'encoder4')
    found = [maps]
    for level in (3, 2, 1):
        tap = normalize(taps[level - 1], params, f'tap{level}')
        maps = unit(up(maps, 2) + tap, params, f'encoder{level}')
        found.append(maps)
    return found


def regression(maps, params, batch_norm=False):
    """(3, row, column) to (2, row, column)."""
    last = encoder(vgg16(maps, params, batch_norm), params)[-1]
    return conv(relu(conv(last, params, 'head1')), params, 'output')


def classification(maps, params, batch_norm=False):
    """(3, row, column) to the class scores of U and of V."""
    found = encoder(vgg16(maps, params, batch_norm), params)
    joined = np.concatenate([up(each, factor) for each, factor
                             in zip(found, (8, 4, 2, 1))])
    head = unit(unit(joined, params, 'head1'), params, 'head2')
    head = relu(conv(head, params, 'head3'))
    return [conv(head, params, f'scores_{channel}') for channel in 'uv']

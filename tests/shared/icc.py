"""Colour profiles (ICC.1), byte by byte."""

import struct

import numpy as np

__all__ = ['ADOBE', 'P3', 'PROPHOTO', 'SRGB', 'dot_gain', 'gray', 'rgb',
           'scanner']

#: Rows: X, Y, Z (D50) of red, green and blue, as their profiles have them.
ADOBE = ((.6097, .3111, .0195), (.2053, .6257, .0609), (.1492, .0632, .7446))
P3 = ((.5151, .2412, -.0011), (.2920, .6922, .0419), (.1571, .0666, .7841))
PROPHOTO = ((.7977, .2880, 0), (.1352, .7119, 0), (.0313, .0001, .8249))
SRGB = ((.4361, .2225, .0139), (.3851, .7169, .0971), (.1431, .0606, .7141))

_WHITE = (.9642, 1, .8249)


def _number(value):
    return struct.pack('>i', round(value * 65536))


def _xyz(values):
    return b'XYZ ' + bytes(4) + b''.join(map(_number, values))


def _curve(curve):
    """A power, or linear values of evenly spaced encoded ones."""
    if np.isscalar(curve):
        return b'curv' + bytes(4) + struct.pack(
            '>IH', 1, round(curve * 256))
    values = np.rint(np.asarray(curve) * 65535).astype('>u2')
    return b'curv' + bytes(4) + struct.pack(
        '>I', len(values)) + values.tobytes()


def _profile(space, tags, kind=b'mntr', to=b'XYZ '):
    named = b'desc' + bytes(4) + struct.pack('>I', 2) + b'g\0' + bytes(78)
    tags = {b'desc': named, b'wtpt': _xyz(_WHITE), **tags}
    place, table, content = 128 + 4 + 12 * len(tags), b'', b''
    for name, data in tags.items():
        data += bytes(-len(data) % 4)
        table += name + struct.pack('>II', place + len(content), len(data))
        content += data
    head = struct.pack('>I4sI4s4s4s', place + len(content), bytes(4),
                       0x02400000, kind, space, to) + bytes(12)
    head += b'acsp' + bytes(28) + b''.join(map(_number, _WHITE))
    return head + bytes(128 - len(head)) + struct.pack(
        '>I', len(tags)) + table + content


def gray(curve):
    """A profile of grey."""
    return _profile(b'GRAY', {b'kTRC': _curve(curve)})


def rgb(primaries, curve):
    """A profile of RGB."""
    tags = {name: _xyz(each) for name, each in zip(
        (b'rXYZ', b'gXYZ', b'bXYZ'), primaries)}
    tags.update((name, _curve(curve))
                for name in (b'rTRC', b'gTRC', b'bTRC'))
    return _profile(b'RGB ', tags)


def scanner():
    """A profile of RGB with a table of CIELAB, and none for the way back."""
    steps = np.linspace(0, 1, 5)
    red, green, blue = np.meshgrid(steps, steps, steps, indexing='ij')
    table = np.stack([((red + green + blue) / 3) ** .8 * 255,
                      128 + 60 * (red - green), 128 + 60 * (green - blue)],
                     -1)
    straight = bytes(range(256)) * 3
    return _profile(b'RGB ', {b'A2B0': b'mft1' + bytes(4) + bytes(
        (3, 3, 5, 0)) + b''.join(map(_number, np.eye(3).ravel())) + straight
        + np.rint(table).astype('uint8').tobytes() + straight},
        b'scnr', b'Lab ')


def dot_gain(percent=20):
    """Paper's linear light by encoded grey, where ink spreads."""
    ink = 1 - np.linspace(0, 1, 256)
    return 1 - (ink + 4 * percent / 100 * ink * (1 - ink))

"""The cases of ``make fuzz``: good files, ways to damage them, rules."""

import contextlib
import io
import json
import os
import pickle
import random
import struct
import sys
import tempfile
import time
from unittest import mock

import h5py
import numpy as np
from PIL import Image

from colorize import colorizer, command, memory
from colorize.predict import __main__ as predict
from colorize.systems import params, pretrained, weights_file
from colorize.training.initial import build_initial
from experiments.shared.stand_in import Uncompiled
from models.published import IMAGENET_MEAN_BGR, VGG16_LAYERS
from weights import fetch

__all__ = ['FORMATS', 'archives', 'broken_rule', 'damage', 'good_files',
           'opened', 'saved']

FORMATS = ('jpg', 'png', 'tif', 'npz', 'h5', 'pkl')

#: Names that people's files have, too.
_NAMES = ('case', 'ca se', 'ca\nse', 'ca\udcffse', 'ca\x1b[31mse')


@contextlib.contextmanager
def opened(folder):
    """Everything that cases need, ready.

    Networks are built but not compiled, and VGG16 is narrow: a case is to
    take milliseconds.

    Parameters
    ----------
    folder : str
        Where the cases' files are.

    Yields
    ------
    callable
        Runs a case by its number and the seed, returns a dict of
        'format', 'number', 'status', 'seconds', 'mib' (peak resident
        memory so far), 'said' and, when a rule was broken, 'bad'.
    """
    narrow = {name: 2 for name in VGG16_LAYERS}
    with mock.patch.dict(VGG16_LAYERS, narrow), \
            mock.patch.object(colorizer, 'Colorizer', Uncompiled), \
            _stderr() as said:
        good = good_files()

        def run(number, seed):
            rng = random.Random(f'{seed} {number}')
            form = FORMATS[number % len(FORMATS)]
            content = damage(rng.choice(good[form]), good[form], rng)
            record = {'format': form, 'number': number}
            with tempfile.TemporaryDirectory(dir=folder) as place:
                record.update(_case(place, form, content, rng, said))
            return record
        yield run


@contextlib.contextmanager
def _stderr():
    """What C libraries say counts, too: the file descriptor is watched."""
    before = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)

        def said():
            sys.stderr.flush()
            file.seek(0)
            text = file.read().decode('utf-8', 'replace')
            file.seek(0)
            file.truncate()
            return text
        try:
            yield said
        finally:
            os.dup2(before, 2)
            os.close(before)


def _case(place, form, content, rng, said):
    """Write a file, run a command on it, judge what happened."""
    path = os.path.join(place, f'{rng.choice(_NAMES)}.{form}')
    with open(path, 'wb') as file:
        file.write(content)
    out = os.path.join(place, 'out', 'result')
    began = time.time()
    status = _status(*_command(place, form, path, out, rng))
    record = {'status': status, 'seconds': round(time.time() - began, 3),
              'mib': round(memory.peak_mib()), 'said': said()}
    found = os.listdir(os.path.dirname(out)) if os.path.isdir(
        os.path.dirname(out)) else []
    record['bad'] = broken_rule(record, found, command.printable(path))
    return record


def _command(place, form, path, out, rng):
    if form in ('jpg', 'png', 'tif'):
        return predict.main, [path, '-o', f"{out}.png"]
    if form != 'npz' or rng.random() < 0.3:
        return fetch.main, ['--from', path, '-o', f"{out}.npz"]
    photo = os.path.join(place, 'photo.png')
    Image.new('L', (9, 7)).save(photo)
    return predict.main, [photo, '--weights', path, '-o', f"{out}.png"]


def _status(main, arguments):
    """The exit status; -1 when a traceback would have come."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            command.run(lambda: main(arguments))
    except SystemExit as stopped:
        return stopped.code
    except BaseException:
        return -1


def broken_rule(record, found, name):
    """Which rule a case has broken; None when it is fine."""
    status, said = record['status'], record['said']
    if status not in (0, 1) or 'Traceback' in said or '(--debug' in said:
        return f"traceback: {said}"
    # A good photo may have a line of what could not be kept.
    if not status <= said.count('\n') <= 1 or said and name not in said:
        return f"no clear line: {said!r}"
    if len(found) != 1 - status:
        return f'leftovers {found}: {said}'
    if 'not enough memory' in said:
        return f"memory: {said}"
    return None


# --- good files -----------------------------------------------------------

def good_files():
    """Lists of bytes by format."""
    return {'jpg': _jpegs(), 'png': _pngs(), 'tif': _tiffs(),
            'npz': archives(), 'h5': [_keras()], 'pkl': _pickles()}


def _photo():
    rng = np.random.RandomState(0)
    return Image.fromarray(rng.randint(0, 256, (6, 5, 3)).astype(
        'uint8')).resize((40, 48), Image.BICUBIC)


def saved(image, form, **kwargs):
    """The bytes of a file that Pillow writes of an image."""
    file = io.BytesIO()
    image.save(file, form, **kwargs)
    return file.getvalue()


def _jpegs():
    exif = Image.Exif()
    exif[0x0112] = 6
    return [saved(_photo(), 'JPEG'),
            saved(_photo(), 'JPEG', progressive=True, exif=exif),
            saved(_photo().convert('L'), 'JPEG', dpi=(300, 300)),
            saved(_photo().convert('CMYK'), 'JPEG')]


def _pngs():
    deep = Image.fromarray(np.arange(480, dtype='uint16').reshape(20, 24))
    return [saved(_photo(), 'PNG'), saved(deep, 'PNG'),
            saved(_photo().quantize(16), 'PNG', transparency=3),
            saved(_photo().convert('RGBA'), 'PNG'),
            saved(_photo().convert('1'), 'PNG')]


def _tiffs():
    grey = np.linspace(0, 1, 480, dtype='float32').reshape(20, 24)
    forms = (('RGB', None), ('RGB', 'tiff_lzw'), ('RGB', 'jpeg'),
             ('RGB', 'tiff_adobe_deflate'), ('1', 'group4'),
             ('L', 'packbits'))
    return [saved(Image.fromarray(grey), 'TIFF')] + [
        saved(_photo().convert(mode), 'TIFF', compression=compression)
        for mode, compression in forms]


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


def _keras():
    content = io.BytesIO()
    with h5py.File(content, 'w') as file:
        for key, array in _vgg16().items():
            name = f'block{key[4]}_conv{key[6]}'
            group = file.require_group(name)
            group.attrs['weight_names'] = np.array(
                [f"{name}_W_1:0", f"{name}_b_1:0"], 'S')
            group[f"{name}_{key[-1]}_1:0"] = (
                array.transpose(2, 3, 1, 0) if array.ndim == 4 else array)
    return content.getvalue()


def _pickles():
    content = {'param values': list(_vgg16().values()),
               'mean value': np.array(IMAGENET_MEAN_BGR),
               'model type': 'vgg16'}
    return [pickle.dumps(content, protocol) for protocol in (0, 2, 4)]


# --- damage ---------------------------------------------------------------

def damage(content, others, rng):
    """Damage a file in one to three ways; now and then in none.

    Parameters
    ----------
    content : bytes
    others : sequence of bytes
        Good files of the same format, to take parts from.
    rng : random.Random

    Returns
    -------
    bytes
    """
    if b'settings.npy' in content and rng.random() < 0.4:
        return _other_settings(content, rng)
    for _ in range(rng.randint(0, 3)):
        content = rng.choice(_WAYS)(bytearray(content), others, rng)
    return bytes(content)


def _place(content, rng):
    """Somewhere, half of the time among the headers."""
    size = max(len(content), 1)
    return rng.randrange(min(size, 128) if rng.random() < 0.5 else size)


def _flip(content, others, rng):
    for _ in range(rng.randint(1, 16)):
        if content:
            content[_place(content, rng)] = rng.randrange(256)
    return content


def _truncate(content, others, rng):
    return content[:_place(content, rng)]


def _cut(content, others, rng):
    start = _place(content, rng)
    del content[start:start + rng.randint(1, 64)]
    return content


def _repeat(content, others, rng):
    start, size = _place(content, rng), rng.randint(1, 256)
    content[start:start] = content[start:start + size] * rng.randint(1, 9)
    return content


def _splice(content, others, rng):
    other, start = rng.choice(others), _place(content, rng)
    size = rng.randint(1, 256)
    content[start:start + size] = other[start:start + size]
    return content


def _number(content, others, rng):
    """A size, offset or count that is another."""
    code = rng.choice('<B <H >H <I >I <Q >Q'.split())
    most = 256 ** struct.calcsize(code) - 1
    value = rng.choice((0, 1, most, most // 2, most // 2 + 1, 10000,
                        rng.randrange(most))) & most
    start = _place(content, rng)
    raw = struct.pack(code, value)
    content[start:start + len(raw)] = raw
    return content


_WAYS = (_flip, _flip, _truncate, _cut, _repeat, _splice, _number, _number)

_VALUES = (None, True, -1, 0, 3, 0.5, 1e9, 1e308, 10 ** 30, '', 'hsv', [],
           [9, 9], [1e9], {}, {'side': 8}, [[[]]])


def _other_settings(content, rng):
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

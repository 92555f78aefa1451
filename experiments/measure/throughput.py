"""``make throughput``: a folder of photos beside the bare network.

JPEGs of about a megapixel go through the command as people use it, then one
of 100 megapixels; last, the network alone answers as many as the first, from
arrays that are there already.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from colorize import command, memory
from experiments.shared import bundled

__all__ = ['main', 'throughput']

#: Of the photos: 0.96 megapixels, in both directions.
_SIZES = ((800, 1200), (1200, 800))

#: Side of the large one.
_LARGE = 10000


def main(arguments=None):
    """Parse the command line, measure, write throughput.json."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.throughput',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--photos', type=command.number(int, 1), default=1000)
    add('--batch-size', type=command.number(int, 1), default=4)
    add('--weights', metavar='FILE', help='(without: those that ship)')
    add('--out', metavar='DIR', help='where throughput.json goes')
    command.add_device(parser)
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    from experiments.shared import report
    with tempfile.TemporaryDirectory(prefix='throughput-') as folder:
        found = throughput(folder, given.photos, given.batch_size,
                           given.weights)
    report.write_json(os.path.join(given.out or report.RESULTS,
                                   'throughput.json'), found)
    print(json.dumps(found))
    return 0


def throughput(folder, count, batch_size, weights=None):
    """Measure both.

    Parameters
    ----------
    folder : str
        Room for photos and results.
    count, batch_size : int
    weights : str, optional

    Returns
    -------
    dict
        'photos', 'megapixels' (of each), 'batch_size', and seconds per
        photo: 'whole' all in all, 'photo' without the 'start' that a run
        has once, 'network' alone. 'large': 'megapixels', seconds 'whole'
        and 'peak_memory_mib' of one large photo.
    """
    photos, out = os.path.join(folder, 'photos'), os.path.join(folder, 'out')
    _photos(photos, count)
    options = ['--batch-size', str(batch_size)]
    options += ['--weights', weights] if weights else []
    # The first run compiles; a run of one photo is the start.
    _seconds(photos, '00000.jpg', os.path.join(folder, 'warm'), options)
    start = _seconds(photos, '00000.jpg', os.path.join(folder, 'one'),
                     options)
    whole = _seconds(photos, '', out, options)
    found = len(os.listdir(out))
    if found != count:
        raise RuntimeError(f'{found} of {count} photos came out')
    large = _large(folder, options)
    return {'photos': count, 'megapixels': 0.96, 'batch_size': batch_size,
            'start': round(start, 2), 'whole': round(whole / count, 4),
            'photo': round((whole - start) / max(count - 1, 1), 4),
            'network': round(_network(count, batch_size, weights), 4),
            'large': large}


def _photos(folder, count):
    """JPEGs cut from real photos that were scaled up, all different."""
    from PIL import Image
    os.makedirs(folder)
    large = [Image.open(bundled.path(name)).convert('RGB')
             .resize((1800, 1400), Image.BICUBIC)
             for name in bundled.COLOR_PHOTOS]
    rng = np.random.RandomState(0)
    for number in range(count):
        rows, columns = _SIZES[number % 2]
        left, top = rng.randint(600), rng.randint(200)
        large[number % len(large)].crop(
            (left, top, left + columns, top + rows)).convert('L').save(
                os.path.join(folder, f'{number:05d}.jpg'),
                quality=90)


def _large(folder, options):
    """One large photo in a run of its own."""
    from PIL import Image
    Image.open(bundled.path(bundled.COLOR_PHOTOS[0])).convert('L').resize(
        (_LARGE, _LARGE), Image.BICUBIC).save(
            os.path.join(folder, 'large.jpg'))
    whole = _seconds(folder, 'large.jpg', os.path.join(folder, 'vast'),
                     options)
    # None of the runs before it, of small photos, took as much.
    return {'megapixels': _LARGE ** 2 / 1e6, 'whole': round(whole, 2),
            'peak_memory_mib': round(memory.peak_mib(children=True))}


def _seconds(folder, name, out, options):
    """The command as people start it."""
    began = time.time()
    subprocess.run([sys.executable, '-m', 'colorize.predict',
                    os.path.join(folder, name), '-o', os.path.join(out, '')]
                   + options, check=True, stderr=subprocess.PIPE)
    return time.time() - began


def _network(count, batch_size, weights):
    """Seconds per photo of the compiled network, sizes as of the photos."""
    from colorize.colorizer import Colorizer, network_size
    colorizer, rng = Colorizer(weights), np.random.RandomState(0)
    smalls = [rng.uniform(0, 100, network_size(*size, colorizer.side))
              .astype('float32') for size in _SIZES]
    batches = [[small] * batch_size for small in smalls]
    for batch in batches:
        colorizer.predict(batch, batch_size)
    rounds, began = -(-count // batch_size), time.time()
    for number in range(rounds):
        colorizer.predict(batches[number % 2], batch_size)
    return (time.time() - began) / (rounds * batch_size)


if __name__ == '__main__':
    command.run(main)

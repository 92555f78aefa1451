"""``make throughput``: a folder of photos beside the bare network.

JPEGs of about a megapixel go through the command as people use it; before
and after, the network alone answers half as many each, from arrays that are
there already. All this at the size of the network's training and at 224².
Then one photo of 100 megapixels, and what each step of a photo takes of one
core.
"""

import argparse
import json
import os
import sys
import tempfile
import time

import numpy as np

from colorize import command
from experiments.measure.watched import watched
from experiments.shared import bundled, report

__all__ = ['LARGE', 'SIZES', 'main', 'throughput']

#: Of the photos: 0.96 megapixels, in both directions.
SIZES = ((800, 1200), (1200, 800))

#: Side of the large one, and of the larger network.
LARGE = 10000
_SIDE = 224

#: Results that a step is timed for, and the values of their pixels.
_WRITTEN = (('jpg', 'uint8'), ('png', 'uint8'), ('webp', 'uint8'),
            ('tif', 'uint8'), ('png', 'uint16'))


def main(arguments=None):
    """Parse the command line, measure, write throughput.json."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.throughput',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--count', type=command.number(int, 1), default=1000,
        help='of photos (default: %(default)s)')
    add('--batch-size', type=command.number(int, 1), default=4)
    add('--weights', metavar='FILE', help='(without: those that ship)')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS, help='where throughput.json goes')
    command.add_device(parser)
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='throughput-') as folder:
        found = throughput(folder, given.count, given.batch_size,
                           given.weights)
    report.write_json(os.path.join(given.out, 'throughput.json'), found)
    print(json.dumps(found))
    return 0


def throughput(folder, count, batch_size, weights=None):
    """Measure all.

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
        has once, 'network' alone; 'times': how many times the network's a
        photo's is; 'cpu': the same seconds, added over all cores;
        'peak_memory_mib' of the folder's run.
        'at_224': those of a network that looks at 224 x 224 pixels.
        'large': 'megapixels', seconds 'whole' and 'peak_memory_mib' of one
        large photo. 'steps_ms': of a photo, on one core.
    """
    photos = os.path.join(folder, 'photos')
    _photos(photos, count)
    options = ['--batch-size', str(batch_size)]
    found = {'photos': count, 'megapixels': 0.96, 'batch_size': batch_size,
             **_beside_network(photos, count, batch_size, weights, options)}
    larger = _at_side(os.path.join(folder, 'larger.npz'), weights)
    found['at_224'] = _beside_network(photos, count, batch_size, larger,
                                      options)
    found['large'] = _large(folder, options, weights)
    found['steps_ms'] = _steps(os.path.join(photos, '00000.jpg'), folder,
                               weights)
    return found


def _photos(folder, count):
    """JPEGs cut from real photos that were scaled up, all different."""
    from PIL import Image
    os.makedirs(folder)
    large = [Image.open(bundled.path(name)).convert('RGB')
             .resize((1800, 1400), Image.BICUBIC)
             for name in bundled.COLOR_PHOTOS]
    rng = np.random.RandomState(0)
    for number in range(count):
        rows, columns = SIZES[number % 2]
        left, top = rng.randint(600), rng.randint(200)
        large[number % len(large)].crop(
            (left, top, left + columns, top + rows)).convert('L').save(
                os.path.join(folder, f'{number:05d}.jpg'),
                quality=90)


def _at_side(path, weights):
    """The same weights, for a larger size of the network."""
    from colorize.colorizer import default_weights
    from colorize.systems import weights_file
    arrays, settings = weights_file.read(weights or default_weights())
    settings['training']['side'] = _SIDE
    weights_file.write(path, arrays, settings)
    return path


def _beside_network(photos, count, batch_size, weights, options):
    """A folder of photos, and the network alone before and after."""
    options = options + (['--weights', weights] if weights else [])
    alone = _Network(batch_size, weights)
    alone.answer(-(-count // 2))
    with tempfile.TemporaryDirectory(prefix='throughput-') as folder:
        # The first run compiles; a run of one photo is the start.
        for _ in range(2):
            start = _run(os.path.join(photos, '00000.jpg'),
                         os.path.join(folder, 'one'), options)
        out = os.path.join(folder, 'all')
        every = _run(photos, out, options)
        written = len(os.listdir(out))
    if written != count:
        raise RuntimeError(f'{written} of {count} photos came out')
    alone.answer(-(-count // 2))
    photo, cpu = [(every[key] - start[key]) / max(count - 1, 1)
                  for key in ('whole', 'cpu')]
    return {'start': round(start['whole'], 2),
            'whole': round(every['whole'] / count, 4),
            'photo': round(photo, 4), 'network': round(alone.seconds(), 4),
            'times': round(photo / alone.seconds(), 3),
            'peak_memory_mib': round(every['peak_memory_mib']),
            'cpu': {'start': round(start['cpu'], 2), 'photo': round(cpu, 4),
                    'network': round(alone.cpu(), 4)}}


def _run(photos, out, options):
    """The command as people start it, watched."""
    return watched([
        sys.executable, '-m', 'colorize.predict', photos, '-o',
        os.path.join(out, ''), '--overwrite', *options])


class _Network:
    """The compiled network, sizes as of the photos; adds up its seconds."""

    def __init__(self, batch_size, weights):
        from colorize.colorizer import Colorizer, network_size
        self._colorizer = Colorizer(weights)
        rng = np.random.RandomState(0)
        self._batches = [
            [rng.uniform(0, 100, network_size(
                *size, self._colorizer.side)).astype('float32')] * batch_size
            for size in SIZES]
        self._size, self._answered, self._spent = batch_size, 0, np.zeros(2)

    def answer(self, count):
        """So many photos or a few more, after one batch of each size."""
        for batch in self._batches:
            self._colorizer.predict(batch, self._size)
        before = np.array([time.time(), time.process_time()])
        for number in range(-(-count // self._size)):
            self._colorizer.predict(self._batches[number % 2], self._size)
            self._answered += self._size
        self._spent += [time.time(), time.process_time()] - before

    def seconds(self):
        """Of a photo."""
        return self._spent[0] / self._answered

    def cpu(self):
        """Of a photo, all cores' seconds."""
        return self._spent[1] / self._answered


def _large(folder, options, weights):
    """One large photo in a run of its own."""
    from PIL import Image
    photo = os.path.join(folder, 'large.jpg')
    Image.open(bundled.path(bundled.COLOR_PHOTOS[0])).convert('L').resize(
        (LARGE, LARGE), Image.BICUBIC).save(photo)
    took = _run(photo, os.path.join(folder, 'vast'), options + (
        ['--weights', weights] if weights else []))
    return {'megapixels': LARGE ** 2 / 1e6, 'whole': round(took['whole'], 2),
            'cpu': round(took['cpu'], 2),
            'peak_memory_mib': round(took['peak_memory_mib'])}


def _steps(path, folder, weights):
    """Milliseconds of one core that each step of a photo takes."""
    from colorize.colorizer import Colorizer
    from colorize.photos import photo_file
    colorizer, photo = Colorizer(weights), photo_file.read(path)
    found = {'read': _step(lambda: photo_file.read(path)),
             'shrink': _step(lambda: colorizer.shrink(photo.pixels))}
    small = colorizer.shrink(photo.pixels)
    answer, = colorizer.answer([small])
    found['decode'] = _step(lambda: colorizer.decode(answer, small))
    chroma = colorizer.decode(answer, small)
    for ending, dtype in _WRITTEN:
        name = ending + '16' * (dtype == 'uint16')
        out = os.path.join(folder, f'step.{ending}')
        pixels = photo.pixels.astype(dtype) * np.array(
            257 if dtype == 'uint16' else 1, dtype)
        room = photo_file.canvas(out, *pixels.shape, dtype)

        def paint():
            return colorizer.paint(pixels, small, chroma, out=room)
        found['paint16' if dtype == 'uint16' else 'paint'] = _step(paint)
        result = photo._replace(pixels=paint())
        found[name] = _step(lambda: photo_file.write(out, result))
    return found


def _step(work):
    """Of seven times the least: others use this machine, too."""
    times = []
    for _ in range(7):
        before = time.thread_time()
        work()
        times.append(time.thread_time() - before)
    return round(1000 * min(times), 2)


if __name__ == '__main__':
    command.run(main)

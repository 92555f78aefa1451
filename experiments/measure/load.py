"""``make load``: thousands of photos in one go, some of them damaged.

Memory has to stay flat, every good photo has to come out, and the summary
has to add up.
"""

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

from colorize import command
from experiments.shared import report

__all__ = ['load', 'main', 'photos', 'small_weights']

#: Resident memory may grow by so much over a thousand photos.
_FLAT = 2    # MiB


def main(arguments=None):
    """Parse the command line, colour, write numbers and a plot."""
    parser = argparse.ArgumentParser(prog='python -m experiments.measure.load',
                                     description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--count', type=command.number(int, 1), default=5000,
        help='of photos (default: %(default)s)')
    add('--damaged', type=float, default=0.01, help='share of them')
    add('--weights', metavar='FILE', help='(without: a very small network)')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS, help='where load.json and load.png go')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='load-') as folder:
        found, samples = load(folder, given.count, given.damaged,
                              given.weights or small_weights(folder))
    report.write_json(os.path.join(given.out, 'load.json'), found)
    _plot(os.path.join(given.out, 'load.png'), samples)
    print(json.dumps(found))
    return 0 if found['fine'] else 1


def small_weights(folder):
    """A network so small that reading and writing photos counts.

    Parameters
    ----------
    folder : str
        Its file goes here.

    Returns
    -------
    str
        The file's path.
    """
    from colorize.color import bins
    from colorize.systems import params, weights_file
    from colorize.training.initial import build_initial
    built = build_initial({'width': 0.02})
    arrays = {name: shared.get_value() for name, shared
              in params.get_params(built.outputs).items()}
    path = os.path.join(folder, 'weights.npz')
    weights_file.write(path, dict(arrays, bin_means=bins.bin_centers()),
                       {'network': built.settings, 'training': {'side': 32}})
    return path


def load(folder, count, share, weights):
    """Colour many photos in one process and watch it.

    Parameters
    ----------
    folder : str
        Room for photos and results.
    count : int
        Photos.
    share : float
        Of them, damaged.
    weights : str

    Returns
    -------
    found : dict
        What came out, and under 'fine' whether all of it was right.
    samples : float array, (time, 4)
        Seconds, resident MiB, open files, threads.
    """
    places, bad = photos(os.path.join(folder, 'photos'), count, share)
    out, said = (os.path.join(folder, name) for name in ('out', 'said'))
    began = time.time()
    with open(said, 'w+') as file:
        process = subprocess.Popen(
            [sys.executable, '-m', 'colorize.predict', '--weights', weights,
             '-o', out] + places, stderr=file)
        samples = _watch(process)
        file.seek(0)
        lines = file.read().splitlines()
    found = {'photos': count, 'damaged': bad, 'status': process.returncode,
             'seconds': round(time.time() - began, 1),
             'results': len(os.listdir(out)), 'summary': lines[-1],
             'lines': len(lines)}
    found.update(_measures(samples, count))
    found['fine'] = bool(_is_fine(found))
    return found, samples


def photos(folder, count, share, side=64):
    """Small JPEGs; the first of the damaged ones in each other way.

    Parameters
    ----------
    folder : str
    count : int
    share : float
        Of damaged ones.
    side : int
        Of the squares, which recur after twenty.

    Returns
    -------
    list of str
        Paths.
    int
        How many are damaged.
    """
    from experiments.shared import bundled
    from PIL import Image
    pieces = []
    for path in bundled.crops(folder, 20, side, seed=0):
        jpeg = io.BytesIO()
        with Image.open(path) as image:
            image.save(jpeg, 'JPEG')
        pieces.append(jpeg.getvalue())
        os.unlink(path)
    bad = set(np.random.RandomState(0).permutation(count)[
        :int(count * share)].tolist())
    places = []
    for number in range(count):
        places.append(os.path.join(folder, f'{number:05d}.jpg'))
        content = pieces[number % len(pieces)]
        if number in bad:
            content = (b'', content[:len(content) // 2], b'text',
                       content[:90])[len(places) % 4]
        with open(places[-1], 'wb') as file:
            file.write(content)
    return places, len(bad)


def _watch(process):
    """Rows of seconds, resident MiB, open files and threads to its end."""
    place, rows = f'/proc/{process.pid}', []
    began, page = time.time(), os.sysconf('SC_PAGE_SIZE')
    while process.poll() is None:
        try:
            with open(f'{place}/statm') as file:
                resident = int(file.read().split()[1]) * page / 2 ** 20
            if not resident:
                continue  # it has just ended
            rows.append((time.time() - began, resident,
                         len(os.listdir(f'{place}/fd')),
                         len(os.listdir(f'{place}/task'))))
        except OSError:
            continue
        time.sleep(0.1)
    return np.array(rows)


def _measures(samples, count):
    """Start-up and the first photos apart: the second half is the rule."""
    half = samples[len(samples) // 2:]
    slope = np.polyfit(half[:, 0], half[:, 1], 1)[0]
    return {'mib_at_half': round(half[0, 1], 1),
            'mib_at_end': round(half[-1, 1], 1),
            'mib_most': round(samples[:, 1].max(), 1),
            'mib_per_1000_photos': round(
                slope * np.ptp(half[:, 0]) / (count / 2) * 1000, 2),
            'open_files': _both_ends(half[:, 2]),
            'threads': _both_ends(half[:, 3])}


def _both_ends(values):
    """Fewest in the first and the last half."""
    return [int(part.min()) for part in np.array_split(values, 2)]


def _is_fine(found):
    numbers = [int(each) for each in re.findall(
        r'\d+', found['summary'].rpartition(': ')[2])]
    good = found['photos'] - found['damaged']
    return (numbers == [good, found['photos'], found['damaged']]
            and found['results'] == good
            and found['lines'] == found['damaged'] + 1
            and found['status'] == bool(found['damaged'])
            and abs(found['mib_per_1000_photos']) < _FLAT
            and found['open_files'][0] >= found['open_files'][1])


def _plot(path, samples):
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(7, 3.5), layout='constrained')
    axes.plot(samples[:, 0], samples[:, 1])
    axes.set(xlabel='seconds', ylabel='resident memory (MiB)',
             ylim=(0, None))
    report.save_plot(path, figure)


if __name__ == '__main__':
    command.run(main)

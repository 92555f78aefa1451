"""``make cluster``: photos on a Dask cluster whose workers are killed.

All good photos have to come out and the sum has to be right. Then the rate
of two workers beside one process with two threads, and what a parcel costs
the scheduler. From these a table is computed for clusters that were not
there.
"""

import argparse
import collections
import glob
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from colorize import command
from experiments.shared import report

__all__ = ['kills', 'main', 'rate', 'rate_of', 'scheduler', 'table']

#: Photos that a worker's pipeline reads before the first comes out: four
#: times those that pass the network together.
_FIRST = 16

#: In which rates are taken; others may use the machine, too.
_ROUNDS = 3

#: In a parcel of a large archive, see :mod:`colorize.predict.spreading`.
_PARCEL = 100


def main(arguments=None):
    """Parse the command line, measure, write cluster.json and .txt."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.cluster',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--count', type=command.number(int, 20), default=10000,
        help='photos while workers are killed (default: %(default)s)')
    add('--every', type=float, default=4, help='seconds between two kills')
    add('--rate-count', type=command.number(int, 40), default=1000,
        help='photos from which rates are taken (default: %(default)s)')
    add('--tasks', type=command.number(int, 100), default=100000,
        help='simulated parcels for the scheduler (default: %(default)s)')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS, help='where cluster.json and .txt go')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix='cluster-') as folder:
        found = {'seed': 0, 'kills': kills(
            os.path.join(folder, 'kills'), given.count, given.every)}
        command.say(json.dumps(found['kills']))
        found['rate'] = rate(os.path.join(folder, 'rate'), given.rate_count)
        command.say(json.dumps(found['rate']))
        found['scheduler'] = scheduler(folder, given.tasks)
    text, found['computed'] = table(found)
    report.write_json(os.path.join(given.out, 'cluster.json'), found)
    with open(os.path.join(given.out, 'cluster.txt'), 'w') as file:
        file.write(text)
    command.show(text)
    return 0 if found['kills']['fine'] else 1


def kills(folder, count, every):
    """Colour photos, 1 % of them damaged, and kill workers meanwhile.

    Parameters
    ----------
    folder : str
        Room for photos and results.
    count : int
    every : float
        Seconds from one ``kill -9`` of one of the two workers to the next.

    Returns
    -------
    dict
        What came out, and under 'fine' whether all of it was right.
    """
    from experiments.measure import load
    place = os.path.join(folder, 'photos')
    _, bad = load.photos(place, count, 0.01, 224)
    weights, out = load.small_weights(folder), os.path.join(folder, 'out')
    began = time.time()
    process = _predict(place, out, '--scheduler', 'local:2', '--weights',
                       weights, stderr=subprocess.PIPE)
    killed = _kill_workers(process, every)
    lines = process.stderr.read().splitlines()
    with open(f'{out}.json') as file:
        totals = json.load(file)['totals']
    found = {'photos': count, 'damaged': bad, 'kills': killed,
             'seconds': round(time.time() - began, 1),
             'status': process.wait(), 'totals': totals,
             'summary': lines[-1].partition(': ')[2], 'lines': len(lines),
             'results': len(glob.glob(os.path.join(out, '*.jpg'))),
             'left_aside': len(glob.glob(os.path.join(out, '.*'))),
             'right': _are_right(place, out, weights)}
    good = count - bad
    found['fine'] = (
        found['totals'] == {'done': good, 'failed': bad, 'skipped': 0}
        and found['results'] == good and not found['left_aside']
        and found['status'] == bool(bad) and found['right']
        and found['lines'] == bad + 1 and killed > 0)
    return found


def _predict(photos, out, *options, threads=1, **more):
    """Start the command."""
    return subprocess.Popen(
        [sys.executable, '-m', 'colorize.predict', photos, '-o', out,
         '--json', f'{out}.json', *options], text=True,
        env=dict(os.environ, OMP_NUM_THREADS=str(threads)), **more)


def _kill_workers(process, every):
    """From the start to the end, whatever they do; how many were killed."""
    import psutil
    rng, killed = np.random.RandomState(0), 0
    due = time.time() + every
    while process.poll() is None:
        time.sleep(0.1)
        if time.time() < due:
            continue
        workers = [each for each in psutil.Process(process.pid).children()
                   if 'spawn_main' in ' '.join(each.cmdline())]
        if workers:
            workers[rng.randint(len(workers))].kill()
            killed, due = killed + 1, due + every
    return killed


def _are_right(place, out, weights):
    """Whether each result is what one process makes of that photo."""
    alone = f'{out}-alone'
    sums = collections.defaultdict(set)
    for path in glob.glob(os.path.join(place, '*.jpg')):
        photo, result = _digest(path), os.path.join(
            out, os.path.basename(path).replace('.jpg', '-color.jpg'))
        if os.path.exists(result):
            if photo not in sums:
                os.makedirs(f'{alone}-in', exist_ok=True)
                os.link(path, os.path.join(f'{alone}-in', f'{photo}.jpg'))
            sums[photo].add(_digest(result))
    _predict(f'{alone}-in', alone, '--weights', weights,
             stderr=subprocess.DEVNULL).wait()
    return all(found == {_digest(os.path.join(alone, f'{photo}-color.jpg'))}
               for photo, found in sums.items())


def _digest(path):
    with open(path, 'rb') as file:
        return hashlib.sha256(file.read()).hexdigest()


def rate(folder, count):
    """Photos a second, by the weights that ship.

    Parameters
    ----------
    folder : str
        Room for photos and results.
    count : int

    Returns
    -------
    dict
        Of one process with two threads, of two workers with one each, and
        the ratio: medians of rounds in which both run in turn. Starting is
        left out: the clock runs, and photos count, from when as many have
        come out as are read for the first.
    """
    from experiments.shared import bundled
    place = os.path.join(folder, 'photos')
    os.makedirs(place)
    bundled.crops(place, count, 224, seed=0)
    rounds = [(_rate(place, f'{folder}/process{number}', 1),
               _rate(place, f'{folder}/workers{number}', 2))
              for number in range(_ROUNDS)]
    process, workers = np.median(rounds, axis=0)
    return {'photos': count, 'rounds': np.round(rounds, 3).tolist(),
            'photos_per_second': {'process': round(process, 3),
                                  'workers': round(workers, 3)},
            'ratio': round(float(np.median(
                [workers / process for process, workers in rounds])), 3)}


def _rate(place, out, processes):
    """Of one process with two threads, or of two with one."""
    options = ('--scheduler', f'local:{processes}') if processes > 1 else ()
    _predict(place, out, *options, threads=2 // processes,
             stderr=subprocess.DEVNULL).wait()
    return rate_of([os.path.getmtime(path) for path in
                    glob.glob(os.path.join(out, '*.png'))], processes)


def rate_of(times, processes):
    """Photos a second once all processes are busy.

    Parameters
    ----------
    times : list of float
        In seconds, when results were written.
    processes : int

    Returns
    -------
    float
    """
    times, first = sorted(times), processes * _FIRST
    return (len(times) - first) / (times[-1] - times[first - 1])


def scheduler(folder, tasks):
    """What parcels cost a scheduler, which do nothing on its two workers.

    Parameters
    ----------
    folder : str
        Room for the scheduler's file.
    tasks : int

    Returns
    -------
    dict
        'ms': of the scheduler's processor, 'bytes': by which it has grown,
        for each; 'mib' that it takes in the end.
    """
    import psutil
    from colorize.cluster.connection import connected
    from colorize.cluster.window import spread
    file = os.path.join(folder, 'scheduler.json')
    here = '--host', '127.0.0.1', '--dashboard-address', '127.0.0.1:0'
    with _dask('scheduler', '--scheduler-file', file, '--port', '0',
               *here) as process, _dask(
                   'worker', '--scheduler-file', file, '--nworkers', '2',
                   '--nthreads', '1', '--local-directory', folder, *here):
        while not os.path.exists(file) or not os.path.getsize(file):
            time.sleep(0.1)
        watched = psutil.Process(process.pid)
        with connected(file) as client:
            client.wait_for_workers(2, timeout=60)
            rows = []
            # Name it as workers do, which import it.
            from experiments.measure.cluster import nothing, same
            for number, _ in spread(client, nothing, same,
                                    ([each] for each in range(tasks))):
                if number % (tasks // 20) == 0:
                    rows.append((number, sum(watched.cpu_times()[:2]),
                                 watched.memory_info().rss))
    rows = np.array(rows, float)
    half = rows[len(rows) // 2:]
    return {'tasks': tasks,
            'ms': round(1000 * np.polyfit(rows[:, 0], rows[:, 1], 1)[0], 3),
            'bytes': round(np.polyfit(half[:, 0], half[:, 2], 1)[0]),
            'mib': round(rows[-1, 2] / 2 ** 20, 1)}


def nothing():
    """What the scheduler's workers hold."""
    return ()


def same(held, items, again, waits):
    """What they do."""
    return items


class _dask:
    """A command of Dask, for as long as it is needed."""

    def __init__(self, *words):
        path = os.pathsep.join(each for each in sys.path if each)
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'dask', *words],
            env=dict(os.environ, PYTHONPATH=path, OMP_NUM_THREADS='1'),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __enter__(self):
        return self._process

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()


def table(found, photos=1000000, clusters=(10, 100)):
    """What a million photos should take on clusters that were not there.

    Parameters
    ----------
    found : dict
        'rate' and 'scheduler', as measured.
    photos : int
    clusters : sequence of int
        Workers of each.

    Returns
    -------
    str
        For people.
    list of dict
        Nothing in it was measured. Storage is taken to be fast enough.
    """
    parcels = photos / _PARCEL
    one = found['rate']['photos_per_second']['workers'] / 2
    busy = parcels * found['scheduler']['ms'] / 1000
    rows = [{'measured': False, 'photos': photos, 'workers': workers,
             'hours': round(photos / one / workers / 3600, 2),
             'scheduler_busy': round(busy / (photos / one / workers), 5),
             'scheduler_mib': round(parcels * found['scheduler']['bytes']
                                    / 2 ** 20, 1)}
            for workers in clusters]
    text = (f'{photos} photos, computed and not measured: from '
            f'{one:.2f} photos a second of one worker, {_PARCEL} photos in a '
            f"parcel,\n{found['scheduler']['ms']} ms and "
            f"{found['scheduler']['bytes']} bytes of the scheduler for each "
            'parcel.\n\nworkers    hours    scheduler busy    it grows by\n')
    return text + ''.join(
        f"{row['workers']:7d}{row['hours']:9.2f}"
        f"{100 * row['scheduler_busy']:16.2f} %"
        f"{row['scheduler_mib']:11.1f} MiB\n" for row in rows), rows


if __name__ == '__main__':
    command.run(main)

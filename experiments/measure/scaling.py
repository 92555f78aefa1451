"""``make scaling``: one process with two threads, and two with one each.

Each trains the network on real photos by the command as people start it.
From the seconds of an update and of an Allreduce, a table is computed for
clusters that were not there.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from colorize import command
from experiments.shared import bundled, report

__all__ = ['cluster', 'main', 'scaling']

#: Network, side of the photos, width of the network, photos in a minibatch.
_SIZE = {'system': 'regression', 'side': 112, 'width': 1.0, 'batch_size': 6}
_QUICK = dict(_SIZE, side=32, width=0.05)

#: Photos of an epoch, and epochs; the first warms up.
_PHOTOS, _EPOCHS = 24, 4

#: Bytes a second on 10 Gb/s, and seconds of a message between two machines.
_BANDWIDTH, _LATENCY = 10e9 / 8, 50e-6

#: The default, of a minibatch on one machine.
_RATE = 0.0003

_ALLREDUCE = '''
import sys, time
import numpy as np
from mpi4py import MPI
values, times = np.ones(int(sys.argv[1]) // 4, 'float32'), []
for _ in range(20):
    MPI.COMM_WORLD.Barrier()
    before = time.time()
    MPI.COMM_WORLD.Allreduce(MPI.IN_PLACE, values)
    times.append(time.time() - before)
if not MPI.COMM_WORLD.rank:
    print(np.median(times))
'''


def main(arguments=None):
    """Parse the command line, measure, write scaling.json."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.scaling',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--quick', action='store_true', help='a tiny network')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS, help='where scaling.json goes')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    size = _QUICK if given.quick else _SIZE
    with tempfile.TemporaryDirectory(prefix='scaling-') as folder:
        found = scaling(folder, **size)
    found.update(
        seed=0, computed=[cluster(
            nodes, found['runs']['1 x 2']['update'], found['allreduce'],
            found['bytes'], size['batch_size']) for nodes in (8, 64)])
    report.write_json(os.path.join(given.out, 'scaling.json'), found)
    print(json.dumps(found))
    return 0


def scaling(folder, **size):
    """Measure.

    Parameters
    ----------
    folder : str
        Room for photos and runs.
    size
        'system', 'side', 'width', 'batch_size': of the training.

    Returns
    -------
    dict
        'runs': by ranks x threads, seconds of an 'update' and of a 'photo',
        of the quickest epoch: others use this machine, too. 'efficiency':
        of two ranks, and with sync_batch_norm.
        'bytes' that each rank sends and gets in an update; seconds of their
        'allreduce' on this machine.
    """
    photos = os.path.join(folder, 'photos')
    os.makedirs(photos)
    bundled.crops(photos, _PHOTOS, size['side'], 0)
    runs = {name: _run(photos, os.path.join(folder, 'run'), size, *how)
            for name, how in {
                '1 x 2': (1, 2), '2 x 1': (2, 1),
                '2 x 1, sync_batch_norm': (2, 1, '--sync-batch-norm')
            }.items()}
    length = runs['1 x 2'].pop('bytes')
    for run in runs.values():
        run.pop('bytes', None)
    one, two, whole = (run['update'] for run in runs.values())
    return {**size, 'photos': _PHOTOS, 'runs': runs,
            'efficiency': round(one / two, 3),
            'efficiency_sync_batch_norm': round(one / whole, 3),
            'bytes': length, 'allreduce': _allreduce(length)}


def _run(photos, folder, size, ranks, threads, *options):
    """Seconds of an update by so many ranks with so many threads each."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, value in {**size, 'holdout': 0, 'epochs': _EPOCHS}.items():
        options += f"--{name.replace('_', '-')}", str(value)
    _call(ranks, threads, '-m', 'colorize.training', photos, '--run', folder,
          *options)
    from colorize.systems import weights_file
    from colorize.training.run_folder import read_log
    lines = read_log(folder)[1:]
    update = min(line['seconds'] for line in lines) / np.ceil(
        lines[0]['photos'] / size['batch_size'])
    arrays, _ = weights_file.read(os.path.join(folder, 'checkpoint.npz'))
    # All parameters, those that batch norm averages too, and the loss.
    length = 4 * (1 + sum(array.size for name, array in arrays.items()
                          if not name.startswith('optimizer.')))
    return {'update': round(update, 4),
            'photo': round(update / size['batch_size'], 4),
            'bytes': int(length)}


def _call(ranks, threads, *words):
    """What Python prints that so many ranks run."""
    start = [os.path.join(os.path.dirname(sys.executable), 'mpiexec'), '-n',
             str(ranks)] if ranks > 1 else []
    done = subprocess.run(
        [*start, sys.executable, *words], capture_output=True, text=True,
        env=dict(os.environ, OMP_NUM_THREADS=str(threads)))
    if done.returncode:
        raise RuntimeError(f'{ranks} ranks failed: {done.stderr.strip()}')
    return done.stdout


def _allreduce(length):
    """Seconds in which two processes here add up so many bytes."""
    return round(float(_call(2, 1, '-c', _ALLREDUCE, str(length))), 6)


def cluster(nodes, update, allreduce, length, batch_size):
    """What so many machines like this one should do on 10 Gb/s.

    Parameters
    ----------
    nodes : int
    update, allreduce : float
        Seconds, measured: of an update on one machine with its own
        minibatch, of the Allreduce between two processes of it.
    length : int
        Bytes that an update averages.
    batch_size : int
        Photos of a minibatch on one machine.

    Returns
    -------
    dict
        Nothing in it was measured. A ring sends 2 (nodes - 1) / nodes of
        the bytes in 2 (nodes - 1) messages; nothing of that hides behind
        computing. The rate and warm-up are those of Goyal et al. (2017).
    """
    sent = 2 * (nodes - 1) / nodes * length / _BANDWIDTH
    step = update + allreduce + sent + 2 * (nodes - 1) * _LATENCY
    return {'nodes': nodes, 'measured': False,
            'minibatch': nodes * batch_size, 'update': round(step, 4),
            'photos_per_second': round(nodes * batch_size / step, 1),
            'efficiency': round(update / step, 3),
            'learning_rate_at_most': round(_RATE * nodes, 6),
            'warm_up_epochs': 5}


if __name__ == '__main__':
    command.run(main)

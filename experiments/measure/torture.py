"""``make torture``: kill -9 a training again and again, and compare.

One run is left alone. A second one of the same seed is killed at random
moments and resumed each time. Both have to end with the same parameters,
bit for bit. That needs the same photos, versions of the stack, processor
and number of threads (here one): in what order a sum is taken depends on
them, and so does its last bit.
"""

import argparse
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time

from colorize import command
from experiments.shared import report

__all__ = ['differences', 'main', 'torture']

NETWORK = {'width': 0.05}
TRAINING = {'side': 32, 'crop': 16, 'flip': True, 'batch_size': 2,
            'holdout': 0.2, 'learning_rate_decay': 0.9, 'seed': 5}


def main(arguments=None):
    """Parse the command line; kill, resume and compare."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.torture',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--kills', type=command.number(int, 1), default=50)
    add('--epochs', type=int, default=150)
    add('--seed', type=int, default=0, help='decides the moments')
    add('--train', metavar='FOLDER', help=argparse.SUPPRESS)
    add('--out', metavar='DIR', type=report.ready_folder,
        help='where torture.json goes')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    if given.train:
        return _train(given.train, given.epochs)
    out = report.ready_folder(given.out or report.RESULTS)
    with tempfile.TemporaryDirectory(prefix='torture-') as folder:
        found = torture(folder, given.kills, given.epochs, given.seed)
    report.write_json(os.path.join(out, 'torture.json'),
                      dict(found, seed=given.seed, epochs=given.epochs))
    print('{kills} kills in {seconds:.0f} s, {met} of them while training; '
          '{tensors} arrays, {different} of them different; left are {files}'
          .format(**found))
    return 1 if found['different'] or found['met'] < given.kills else 0


def _train(folder, epochs):
    """What is killed: a training that saves after every minibatch."""
    from colorize.training import checkpoints, loop
    from colorize.photos.find import find_photos
    loop.SAVE_SECONDS = 0
    for name in ('resume', 'save'):
        setattr(checkpoints, name, _announced(getattr(checkpoints, name)))
    photos = os.path.join(os.path.dirname(folder), 'photos')
    loop.train(find_photos([photos]), folder, epochs, NETWORK, **TRAINING)
    return 0


def _announced(function):
    """The same function; prints a line at its end."""
    def announced(*args):
        found = function(*args)
        print(function.__name__, flush=True)
        return found
    return announced


def torture(folder, kills, epochs, seed):
    """Train twice, once with kills, and compare what is left.

    Parameters
    ----------
    folder : str
        Room for both runs.
    kills, epochs : int
    seed : int
        Decides the moments of the kills.

    Returns
    -------
    dict
        'kills', 'met' (of them, those that met a training process),
        'saves' (of the run left alone), 'seconds', 'tensors' (arrays
        compared), 'different' (of them), 'files' (left in the killed run's
        folder).
    """
    from experiments.shared import bundled
    began, rng = time.time(), random.Random(seed)
    bundled.crops(os.path.join(folder, 'photos'), 12, 40, seed=1)
    whole, killed = (os.path.join(folder, name)
                     for name in ('whole', 'killed'))
    start, saves = _finish(whole, epochs)
    # Most minibatches are left for what runs on until it is killed.
    most = saves // (3 * kills)
    met = sum(_kill(killed, epochs, rng, start, most)
              for _ in range(kills))
    _finish(killed, epochs)
    tensors, different = differences(whole, killed)
    return {'kills': kills, 'met': met, 'saves': saves, 'tensors': tensors,
            'different': different, 'seconds': round(time.time() - began, 1),
            'files': ' '.join(sorted(os.listdir(killed)))}


def _started(folder, epochs):
    """A process that trains, on one thread."""
    return subprocess.Popen(
        [sys.executable, '-m', 'experiments.measure.torture', '--train',
         folder,
         '--epochs', str(epochs)], stdout=subprocess.PIPE, text=True,
        env=dict(os.environ, OMP_NUM_THREADS='1'))


def _finish(folder, epochs):
    """Train to the end; seconds of start-up, and number of saves."""
    began = time.time()
    with _started(folder, epochs) as process:
        process.stdout.readline()
        start = time.time() - began
        saves = len(process.stdout.readlines())
    if process.returncode:
        raise RuntimeError(f'{folder}: training ended with status '
                           f'{process.returncode}')
    return start, saves


def _kill(folder, epochs, rng, start, most):
    """Kill a training; now and then before its first minibatch."""
    with _started(folder, epochs) as process:
        if rng.random() < 0.1:
            select.select([process.stdout], [], [], rng.uniform(0, start))
        else:
            for _ in range(1 + rng.randint(0, most)):
                process.stdout.readline()
            time.sleep(rng.uniform(0, 0.05))  # a few minibatches
        process.send_signal(signal.SIGKILL)
    return process.returncode == -signal.SIGKILL


def differences(one, other):
    """Compare parameters, optimiser state and best weights of two runs.

    Parameters
    ----------
    one, other : str
        Their folders.

    Returns
    -------
    tensors, different : int
        How many arrays there are, and how many differ in any bit.
    """
    from colorize.systems import weights_file
    tensors = different = 0
    for name in ('checkpoint.npz', 'weights.npz'):
        first, second = (weights_file.read(os.path.join(folder, name))[0]
                         for folder in (one, other))
        assert set(first) == set(second)
        tensors += len(first)
        different += sum(first[each].tobytes() != second[each].tobytes()
                         for each in first)
    return tensors, different


if __name__ == '__main__':
    command.run(main)

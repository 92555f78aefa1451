"""``make bench-gpu``: the networks on a GPU, beside PyTorch on the same.

First a training step is checked against the CPU's, to 1e-3.
"""

import argparse
import importlib.util
import math
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from colorize import command
from experiments.measure.bench.gpu_contender import CONTENDERS
from experiments.shared import report

__all__ = ['check_step', 'main', 'run_step']

_SYSTEMS = 'classification', 'regression'
_TOLERANCE = 1e-3
#: Key in the results, as in bench.json, and what a contender is asked for.
_TASKS = (('train', 'train 6'), ('predict6', 'predict 6'),
          ('predict1', 'predict 1'))
#: Rows of the results; the better memory layout stands for PyTorch.
_NAMES = 'colorize', 'pytorch_fp32', 'pytorch_tf32', 'pytorch_bf16'


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.bench_gpu',
        description=__doc__)
    command.add_device(parser)
    command.debug_option(parser)
    add = parser.add_argument
    add('--systems', nargs='+', default=list(_SYSTEMS), choices=_SYSTEMS)
    add('--contenders', nargs='+', default=list(CONTENDERS),
        choices=CONTENDERS)
    add('--most', type=int, default=3072, metavar='PHOTOS',
        help='the largest minibatch that is tried')
    add('--out', type=report.ready_folder, default=report.RESULTS,
        metavar='DIR')
    return parser


def main(arguments=None):
    """Parse the command line, check, measure, write the results."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.device is None:
        parser.parse_args(['--device', 'cuda'])
    elif given.device == 'cpu':
        parser.error(
            '--device: this is about a GPU, see experiments.measure.bench')
    _require_gpu()
    results = {'step_vs_cpu': {system: check_step(system)
                               for system in given.systems}}
    for system in given.systems:
        found = _measure(system, _with_torch(given.contenders), given.most)
        if system == 'classification':
            results.update(found, startup_s=_startup())
        else:
            results[system] = found
    os.makedirs(given.out, exist_ok=True)
    path = os.path.join(given.out, 'bench-gpu.json')
    report.write_json(path, results)
    print(path)
    return 0


def _require_gpu():
    """Have another process try: Theano allows no GPU to our children once
    we have used it."""
    tried = subprocess.run(
        [sys.executable, '-c', 'import colorize.backend'],
        stderr=subprocess.PIPE, text=True)
    if tried.returncode:
        last = (tried.stderr.splitlines() or ['it crashed'])[-1]
        raise RuntimeError(last.partition('GPUError: ')[2] or last)


def _with_torch(contenders):
    """Those that can run; says so where PyTorch is not installed."""
    if importlib.util.find_spec('torch'):
        return contenders
    command.say('PyTorch is not installed (requirements-bench.txt): '
                'measuring without it')
    return [name for name in contenders if name == 'colorize']


def check_step(system, *size, reference='cpu', **environment):
    """Hold a training step against the CPU's.

    Parameters
    ----------
    system : {'classification', 'regression'}
    size
        Width of the network and side of the photos, if not 1.0 and 64.
    reference : str
        The device that is believed.
    environment
        More variables for the device that is not.

    Returns
    -------
    float
        The largest relative difference in a parameter's change.

    Raises
    ------
    RuntimeError
        When it is above 1e-3.
    """
    from experiments.measure.bench.step import disagreement
    flags = f"{os.environ.get('THEANO_FLAGS', '')},device={reference}"
    found = run_step(system, size, environment)
    worst = disagreement(found, run_step(system, size,
                                         {'THEANO_FLAGS': flags}))
    if not worst <= _TOLERANCE:
        raise RuntimeError(
            f'{system}: a training step on the GPU is {worst:.2g} from the '
            f'CPU\'s, more than {_TOLERANCE:g}')
    return worst


def run_step(system, size, environment):
    """What a training step computes in a process of its own, by name."""
    with tempfile.TemporaryDirectory(prefix='bench-gpu-') as folder:
        path = os.path.join(folder, 'step.npz')
        subprocess.run([sys.executable, '-m', 'experiments.measure.bench.step',
                        system, path] + [str(each) for each in size],
                       env=dict(os.environ, **environment), check=True)
        with np.load(path) as arrays:
            return dict(arrays)


def _start(name, system, **environment):
    return subprocess.Popen(
        [sys.executable, '-m', 'experiments.measure.bench.gpu_contender', name,
         system], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        universal_newlines=True, env=dict(os.environ, **environment))


def _ask(process, line):
    """A contender's answer; nan from one that has ended."""
    try:
        print(line, file=process.stdin, flush=True)
        return float(process.stdout.readline() or 'nan')
    except BrokenPipeError:
        return math.nan


def _end(process):
    try:
        process.stdin.close()
    except BrokenPipeError:
        pass
    process.wait()


def _measure(system, contenders, most):
    """One contender after the other: each may have the whole memory."""
    found = {}
    for name in contenders:
        process = _start(name, system)
        times = {task: _ask(process, line) for task, line in _TASKS}
        times['peak_mib'] = _ask(process, 'peak')
        _end(process)
        if math.isnan(times['train']):
            command.say(f'{system} {name}: not measured, see above')
            continue
        for what in ('train', 'predict'):
            times[f'{what}_largest'] = _largest(name, system, what, most)
        found[name] = times
        command.say(f'{system} {name}: {times}')
    return _by_task(found)


def _largest(name, system, what, most):
    """The largest minibatch that fits, doubling, and its seconds."""
    process, batch, best = _start(name, system), 6, None
    while batch <= most:
        seconds = _ask(process, f'{what} {batch}')
        if math.isnan(seconds):
            break
        best, batch = {'batch': batch, 's_per_photo': seconds}, 2 * batch
    _end(process)
    return best


def _by_task(found):
    """The keys of bench.json; the layout that trains faster is taken."""
    results = {}
    for name in _NAMES:
        both = [each for each in (name, f'{name}_last') if each in found]
        if both:
            best = min(both, key=lambda each: found[each]['train'])
            for task, value in found[best].items():
                results.setdefault(task, {})[name] = value
    return results


def _startup():
    """Seconds to the first photo with a cold and with a warm cache."""
    found = {}
    with tempfile.TemporaryDirectory(prefix='bench-gpu-') as folder:
        for key in ('cold', 'warm'):
            start = time.perf_counter()
            flags = f'device={_device()}'
            process = _start('colorize', 'classification',
                             XDG_CACHE_HOME=folder, THEANO_FLAGS=flags)
            _ask(process, 'predict 1')
            found[key] = time.perf_counter() - start
            _end(process)
    return found


def _device():
    """The last device in THEANO_FLAGS, which is --device's."""
    return os.environ['THEANO_FLAGS'].rpartition('device=')[2]


if __name__ == '__main__':
    command.run(main)

"""``make bench``: seconds per photo, memory and start-up, side by side."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from experiments.measure.bench.contender import CONTENDERS
from experiments.shared import report

__all__ = ['bench', 'main']

#: Key in the results, what a contender is asked for and how often in a round:
#: of short tasks a single answer may fall into a machine's good or bad moment.
_TASKS = (('train', 'train 6', 1), ('predict6', 'predict 6', 3),
          ('predict1', 'predict 1', 3))
#: The same beside Zhang, Isola & Efros' network.
_CIC_TASKS = (('predict1', 'predict 1', 3), ('file', 'file 1', 3))
_CORES = 2
_SYSTEMS = ('classification', 'regression', 'cic', 'startup')
#: Who is not put beside Zhang, Isola & Efros' network.
_NO_CIC = ('theano', 'onnxruntime')
#: Width of the networks and side of the photos.
_FULL = (1.0, 224)
#: Rows of the results; the better memory layout stands for PyTorch.
_NAMES = ('colorize', 'theano', 'pytorch_fp32', 'pytorch_bf16', 'onnxruntime')


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.bench',
        description=__doc__)
    add = parser.add_argument
    add('--rounds', type=int, default=3,
        help='medians are taken over all answers')
    add('--systems', nargs='+', default=_SYSTEMS, choices=_SYSTEMS)
    add('--contenders', nargs='+', default=list(CONTENDERS),
        choices=CONTENDERS)
    add('--out', type=report.ready_folder, default=report.RESULTS,
        metavar='DIR')
    return parser


def main(arguments=None):
    """Parse the command line, measure, write the results."""
    given = _parser().parse_args(arguments)
    os.makedirs(given.out, exist_ok=True)
    return bench(given.out, given.rounds, given.systems, given.contenders)


def bench(folder, rounds, systems, contenders, size=_FULL):
    """Measure and write ``bench.json`` and ``bench.png``.

    What another run left in the file about other networks stays.

    Parameters
    ----------
    folder : str
    rounds : int
        Interleaved; the first, which warms up, is not counted.
    systems, contenders : sequences of str
    size : (float, int)
        Width of the networks and side of the photos.

    Returns
    -------
    dict
        What was written.
    """
    path = os.path.join(folder, 'bench.json')
    results = {}
    if os.path.exists(path):
        with open(path) as file:
            results = json.load(file)
        for name in ('command', 'machine'):  # those of this run are written
            results.pop(name, None)
    for system in systems:
        if system == 'startup':
            results['startup_s'] = _startup()
            continue
        found = _measure(system, rounds, contenders, size)
        results.update(found if system == 'classification'
                       else {system: found})
    results.update(registers=_registers(), amx=_on_amx())
    report.write_json(path, results)
    _draw(results, os.path.join(folder, 'bench.png'))
    print(json.dumps(results, indent=1, sort_keys=True))
    return results


def _registers():
    """The widest vectors of this processor, on which all figures hang."""
    from colorize.cplusplus import processor
    flags = processor().split()
    return next((name for flag, name in (('avx512f', 'AVX-512'),
                                         ('avx2', 'AVX2'))
                 if flag in flags), 'narrower than AVX2')


def _on_amx():
    """Whether our products are AMX's; None where oneDNN is missing."""
    from colorize import onednn
    from colorize.onednn import arrays
    return arrays.digits() == 17 if onednn.installed() else None


def _environment(**changes):
    return dict(os.environ, OMP_NUM_THREADS=str(_CORES),
                OPENBLAS_NUM_THREADS=str(_CORES), **changes)


class _Process:
    """A contender that waits for questions on the first two cores."""

    def __init__(self, name, system, size, **changes):
        if name in ('colorize', 'theano'):
            changes['COLORIZE_CONV'] = ('onednn' if name == 'colorize'
                                        else 'theano')
        self._process = subprocess.Popen(
            [sys.executable, '-m', 'experiments.measure.bench.contender', name,
             system] + [str(number) for number in size],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            universal_newlines=True, env=_environment(**changes))
        cores = sorted(os.sched_getaffinity(0))[:_CORES]
        os.sched_setaffinity(self._process.pid, cores)

    def ask(self, line):
        """The number that a line is answered with."""
        print(line, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError('a contender ended; see its message above')
        return float(answer)

    def end(self):
        self._process.stdin.close()
        self._process.wait()


def _measure(system, rounds, contenders, size):
    """Medians for one network."""
    tasks = _CIC_TASKS if system == 'cic' else _TASKS
    if system == 'cic':
        contenders = [name for name in contenders if name not in _NO_CIC]
    processes = {name: _Process(name, system, size) for name in contenders}
    times = {task: {name: [] for name in contenders
                    if (name, task) != ('onnxruntime', 'train')}
             for task, *_ in tasks}
    peaks = {}
    try:
        for number in range(rounds + 1):
            for task, line, turns in tasks:
                for name in list(times[task]) * (turns if number else 1):
                    seconds = processes[name].ask(line)
                    if number:
                        times[task][name].append(seconds)
                    if task == tasks[0][0]:
                        peaks[name] = processes[name].ask('peak')
            print(f'{system}: round {number} of {rounds}',
                  file=sys.stderr)
    finally:
        for process in processes.values():
            process.end()
    return _summary(times, peaks)


def _summary(times, peaks):
    """Medians by task and name; PyTorch in its better memory layout."""
    medians = {task: {name: statistics.median(values)
                      for name, values in found.items()}
               for task, found in times.items()}
    results = {task: {} for task in medians}
    first, results['peak_mib'] = next(iter(medians)), {}
    for name in _NAMES:
        for task, found in medians.items():
            both = [each for each in (name, f'{name}_last') if each in found]
            if both:
                best = min(both, key=found.get)
                results[task][name] = found[best]
                if task == first:
                    results['peak_mib'][name] = peaks[best]
    return results


def _startup():
    """Seconds of a command's first photo, with a cold and a warm cache.

    The median of three each: half of a cold start is the compiler's.
    """
    found = [_start_twice() for _ in range(3)]
    return {key: statistics.median(each[key] for each in found)
            for key in ('cold', 'warm')}


def _start_twice():
    from experiments.shared import bundled
    found = {}
    with tempfile.TemporaryDirectory(prefix='bench-') as folder:
        for key in ('cold', 'warm'):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, '-m', 'colorize.predict',
                 bundled.path('chelsea.png'), '-o',
                 os.path.join(folder, key)], check=True,
                stdout=subprocess.DEVNULL,
                env=_environment(XDG_CACHE_HOME=folder, THEANO_FLAGS=''))
            found[key] = time.perf_counter() - start
    return found


def _draw(results, path):
    """Bars of seconds per photo, a panel for each network."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    panels = [('classification', results)] if 'train' in results else []
    panels += [(name, results[name]) for name in ('regression', 'cic')
               if name in results]
    figure, axes = pyplot.subplots(1, len(panels), squeeze=False,
                                   figsize=(6 * len(panels), 4))
    for axis, (title, found) in zip(axes[0], panels):
        tasks = [task for task, *_ in
                 (_CIC_TASKS if title == 'cic' else _TASKS)]
        names = [name for name in _NAMES if name in found[tasks[-1]]]
        for place, name in enumerate(names):
            heights = [found[task].get(name, 0) for task in tasks]
            axis.bar([number + 0.16 * place for number in range(len(tasks))],
                     heights, 0.16, label=name,
                     color=f'C{_NAMES.index(name)}')
        axis.set_xticks([number + 0.08 * (len(names) - 1)
                         for number in range(len(tasks))])
        axis.set_xticklabels(tasks)
        axis.set_ylabel('seconds per photo')
        axis.set_title(title)
        axis.legend()
    figure.tight_layout()
    report.save_plot(path, figure)


if __name__ == '__main__':
    main()

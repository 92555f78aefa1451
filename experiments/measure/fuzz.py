"""``make fuzz``: damaged photos and weights, thousands of them, by a seed.

Each case takes a good file, damages it and gives it to a command. That has
to end in time, with exit status 0 or 1, at most one line on stderr, no
traceback, no file but the result, and within bounds of memory.
"""

import argparse
import collections
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time

from colorize import command
from experiments.shared import report

__all__ = ['MEMORY', 'SECONDS', 'fuzz', 'main', 'watched']

#: A case may take so many bytes more than the idle program has.
MEMORY = 2 << 30

#: And so long.
SECONDS = 20

_NO_END = 'no end'


def main(arguments=None):
    """Parse the command line, run the cases, write what was found."""
    parser = argparse.ArgumentParser(prog='python -m experiments.measure.fuzz',
                                     description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--cases', type=command.number(int, 1), default=10000)
    add('--seed', type=int, nargs='+', default=[0],
        help='one or several; each is so many cases')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS, help='where fuzz.json goes')
    add('--first', type=int, help=argparse.SUPPRESS)
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    if given.first is not None:
        return _work(given.out, given.first, given.cases, given.seed[0])
    found = fuzz(given.cases, given.seed)
    report.write_json(os.path.join(given.out, 'fuzz.json'), found)
    print(json.dumps(found))
    return 1 if found['bad'] else 0


def fuzz(cases, seeds):
    """Run seeded cases in a process of their own.

    Parameters
    ----------
    cases : int
        Of each seed.
    seeds : sequence of int

    Returns
    -------
    dict
        'cases', 'seeds', 'seconds', 'slowest' (seconds), 'peak_mib',
        'idle_mib' (resident memory at most and before the first), counts by
        format in 'done' and 'refused', and 'bad': a line for each case
        that broke a rule.
    """
    began, records = time.time(), []
    with tempfile.TemporaryDirectory(prefix='fuzz-') as folder:
        for seed in seeds:
            mine, again = [], set()
            while len(mine) < cases:
                mine += watched(folder, len(mine), cases, seed)
                # A machine that slept meanwhile is no fault of the case's.
                if mine[-1].get('bad') == _NO_END and len(mine) not in again:
                    again.add(len(mine))
                    mine.pop()
            records += [dict(record, seed=seed) for record in mine]
    return _summary(records, seeds, time.time() - began)


def watched(folder, first, cases, seed):
    """Run cases in a process of their own.

    Parameters
    ----------
    folder : str
        For its files.
    first, cases, seed : int
        Its first case, and the one behind the last.

    Returns
    -------
    list of dict
        Records up to the last case, or to one that ends the process.
    """
    process = subprocess.Popen(
        [sys.executable, '-m', 'experiments.measure.fuzz', '--out', folder,
         '--first', str(first), '--cases', str(cases), '--seed', str(seed)],
        stdout=subprocess.PIPE, text=True)
    records, slow = [], []
    # The first case waits for the imports, too.
    timer = _timer(process, slow, SECONDS + 120)
    with process:
        for line in process.stdout:
            timer.cancel()
            records.append(json.loads(line))
            timer = _timer(process, slow, SECONDS)
    timer.cancel()
    if process.returncode:
        records.append({'format': 'any', 'number': first + len(records),
                        'bad': _NO_END if slow else 'crash, status '
                                                    f'{process.returncode}'})
    return records


def _timer(process, slow, seconds):
    def end():
        slow.append(True)
        process.kill()
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    return timer


def _summary(records, seeds, seconds):
    counts = collections.Counter(
        (record['format'], record.get('status')) for record in records)
    formats = sorted({record['format'] for record in records})
    return {
        'cases': len(records), 'seeds': list(seeds), 'seconds': round(seconds),
        'done': {name: counts[name, 0] for name in formats},
        'refused': {name: counts[name, 1] for name in formats},
        'bad': ['{format} {seed} {number}: {bad}'.format(**record)
                for record in records if record.get('bad')],
        'slowest': max(record.get('seconds', 0) for record in records),
        'idle_mib': min(record.get('mib', 1e9) for record in records),
        'peak_mib': max(record.get('mib', 0) for record in records),
        'bounds': {'seconds': SECONDS, 'mib': MEMORY >> 20}}


def _work(folder, first, cases, seed):
    """The process that runs the cases and prints a record of each."""
    from experiments.measure import fuzz_cases
    # Imports have been paid for; what a case takes is on top of them.
    with open('/proc/self/statm') as file:
        size = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    with fuzz_cases.opened(folder) as run:
        for number in range(first, cases):
            print(json.dumps(run(number, seed)), flush=True)
    return 0


if __name__ == '__main__':
    command.run(main)

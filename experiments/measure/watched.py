"""Run a command and say what it took, from a small process of its own.

``python -m experiments.measure.watched COMMAND …``. On Linux the peak memory
of a child counts from what its parent had taken as it was started: whoever
measures, with a network of its own, asks this process, which takes 20 MiB.
"""

import json
import os
import subprocess
import sys
import time

__all__ = ['main', 'watched']


def watched(command):
    """Run `command` to its end, watched by a process of its own.

    Parameters
    ----------
    command : list of str

    Returns
    -------
    dict
        'whole' and 'cpu' in seconds, the latter of all cores together, and
        'peak_memory_mib'.

    Raises
    ------
    subprocess.CalledProcessError
        When the command fails; with what it said.
    """
    done = subprocess.run(
        [sys.executable, '-m', 'experiments.measure.watched', *command],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    took = json.loads(done.stdout)
    status = took.pop('status')
    if status:
        raise subprocess.CalledProcessError(status, command,
                                            stderr=done.stderr)
    return took


def main(arguments=None):
    """Run the command given, print what it took as a line of JSON."""
    began = time.time()
    child = subprocess.Popen(arguments or sys.argv[1:], stdout=sys.stderr)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    print(json.dumps({'status': child.returncode,
                      'whole': time.time() - began,
                      'cpu': used.ru_utime + used.ru_stime,
                      'peak_memory_mib': used.ru_maxrss / 1024}))


if __name__ == '__main__':
    main()

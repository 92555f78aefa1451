"""How much memory the process has taken, and what it can give back."""

import contextlib
import ctypes
import resource
import sys

__all__ = ['give_back', 'peak_mib']


def give_back():
    """Hand memory that was freed back to the system, where libc can.

    glibc keeps it for what may be asked for next: after a network or a large
    photo is loaded once more that size, for good.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def peak_mib():
    """Peak resident memory of this process so far, in MiB.

    On Linux, getrusage counts what the process that started this one had
    taken by then, and so would report a small command as large as its parent.
    """
    try:
        with open('/proc/self/status') as lines:
            peak = next(line for line in lines if line.startswith('VmHWM'))
        return int(peak.split()[1]) / 2 ** 10
    except (OSError, StopIteration):
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (2 ** 20 if sys.platform == 'darwin' else 2 ** 10)

"""How much memory the process has taken."""

import resource
import sys

__all__ = ['peak_mib']


def peak_mib(children=False):
    """Peak resident memory of this process so far, in MiB.

    With `children` that of its largest child among those that have ended.
    """
    peak = resource.getrusage(resource.RUSAGE_CHILDREN if children
                              else resource.RUSAGE_SELF).ru_maxrss
    return peak / (2 ** 20 if sys.platform == 'darwin' else 2 ** 10)

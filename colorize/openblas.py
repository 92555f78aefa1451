"""Which kernels the OpenBLAS in numpy's and SciPy's wheels takes.

OpenBLAS 0.3.18, SciPy 1.10's, takes an AMD processor that is newer than
itself for one of 2007, whose kernels end SciPy's sparse solver with a
segmentation fault (seen on a Zen 5, family 26).
"""

import os

__all__ = ['name_kernels']

#: The newest family of AMD's that it knows, Zen 3 and 4.
_KNOWN = 25

#: Its kernels and the instructions that they need, the fastest first.
_KERNELS = {'SkylakeX': {'avx512f', 'avx512cd', 'avx512bw', 'avx512dq',
                         'avx512vl'},
            'Haswell': {'avx2', 'fma'}}


def name_kernels(cpuinfo='/proc/cpuinfo'):
    """Name the kernels that fit, for a library that is loaded later.

    What the user's own ``OPENBLAS_CORETYPE`` says stands. A program that
    imports SciPy before colorize has to set it itself, on such a processor.

    Parameters
    ----------
    cpuinfo : str
        The file in which Linux describes its processors.
    """
    try:
        with open(cpuinfo) as lines:
            about = _first(lines)
        newer = (about['vendor_id'] == 'AuthenticAMD'
                 and int(about['cpu family']) > _KNOWN)
    except (OSError, KeyError, ValueError):  # another system, or processor
        return
    flags = set(about['flags'].split())
    fitting = [name for name, needs in _KERNELS.items() if needs <= flags]
    if newer and fitting:
        os.environ.setdefault('OPENBLAS_CORETYPE', fitting[0])


def _first(lines):
    """What is said of the first processor, up to its flags."""
    about = {}
    for line in lines:
        name, _, value = line.partition(':')
        about[name.strip()] = value.strip()
        if name.strip() == 'flags':
            break
    return about

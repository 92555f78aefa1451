"""What lets Theano and Lasagne of 2017 run today, all in one place.

Import this module before ``theano`` or ``lasagne``: it makes Theano 1.0.5
and Lasagne 0.1 importable on today's Python and fast without root.
A user's own ``THEANO_FLAGS`` and ``.theanorc`` always win. A device that
cannot be had is an error, where Theano alone would go on on the CPU.
"""

import contextlib
import hashlib
import importlib
import logging
import os
import platform
import shlex
import shutil
import sys
import tempfile
import types
import warnings

import numpy as np

from colorize import theanorc
from colorize.backend import cuda, warm
from colorize.cplusplus import processor
from colorize.disk.cache_folder import cache_folder

__all__ = [
    'BackendError',
    'cache_folder',
    'lasagne',
    'seed',
    'theano',
    'versions',
]

# BLAS routines that Theano's C code calls; the wheel prefixes each name.
_BLAS_ROUTINES = [kind + name for kind in 'sd' for name in (
    'asum_', 'axpy_', 'copy_', 'dot_', 'gemm_', 'gemv_', 'ger_', 'nrm2_',
    'scal_', 'swap_', 'symm_', 'symv_', 'syr_', 'syrk_', 'trsm_')]


class BackendError(RuntimeError):
    """The machine lacks something that Theano needs; says what to do."""


def _without_spaces(folder):
    """`folder`, or a link to it: Theano splits linker flags at spaces."""
    if len(folder.split()) == 1:
        return folder
    link = os.path.join(tempfile.mkdtemp(prefix='colorize-blas-'), 'lib')
    os.symlink(folder, link)
    return link


def _blas_ldflags():
    """Linker flags for the OpenBLAS wheel; '' (numpy's dot) without it."""
    try:
        import scipy_openblas32 as wheel
    except ImportError:
        return ''
    renames = [f'-D{name}=scipy_{name}' for name in _BLAS_ROUTINES]
    return ' '.join([f'-L{_without_spaces(wheel.get_lib_dir())}',
                     f'-l{wheel.get_library()}'] + renames)


def _defaults():
    """Our Theano settings, each used where the user has set nothing."""
    flags = {
        'floatX': 'float32',
        'blas.ldflags': _blas_ldflags(),
        # Theano would ask the compiler for the processor each time.
        'gcc.cxxflags': '-march=native',
        'base_compiledir': os.path.join(cache_folder(), 'theano',
                                        _processors_name()),
    }
    if theanorc.asked('device') not in (None, 'cpu'):
        # cuDNN after version 7 does not compile in Theano 1.0.5.
        flags.update({'dnn.enabled': 'False',
                      'print_active_device': 'False'})
    return flags


def _processors_name():
    """A name for this kind of processor; compiled code runs on no other.

    Machines that share a home folder may differ.
    """
    return hashlib.sha256(processor().encode()).hexdigest()[:8]


def _flags():
    """THEANO_FLAGS with our defaults before the user's: the last wins."""
    user_rc, flags = theanorc.config_files(), []
    for key, value in _defaults().items():
        section, _, option = key.rpartition('.')
        if not user_rc.has_option(section or 'global', option):
            flags.append(f'{key}={shlex.quote(value)}')
    return ','.join(flags + [os.environ.get('THEANO_FLAGS', '')])


def _require_compiler():
    """Without a C++ compiler Theano would run, a hundred times slower."""
    if theanorc.asked('cxx') is None and not shutil.which('g++'):
        raise BackendError(
            'no C++ compiler: Theano needs g++ in PATH (on Debian and '
            'Ubuntu: apt install g++)')


def _import_theano():
    """Import Theano under our flags; leave the environment as it was."""
    before = os.environ.get('THEANO_FLAGS')
    device = theanorc.asked('device') or 'cpu'
    os.environ['THEANO_FLAGS'] = _flags()
    try:
        if device.startswith('cuda'):
            cuda.prepare(device)
        with _heard('theano.gpuarray') as said:
            imported = importlib.import_module('theano')
        warm.keep_names(imported)
        if imported.config.device != 'cpu':
            cuda.check(imported, said)
        return imported
    finally:
        if before is None:
            del os.environ['THEANO_FLAGS']
        else:
            os.environ['THEANO_FLAGS'] = before


@contextlib.contextmanager
def _heard(name):
    """Collect what a logger is told, a list, in place of writing it."""
    said, logger = [], logging.getLogger(name)

    def hear(record):
        said.append(record)
        return False

    logger.addFilter(hear)
    yield said
    logger.removeFilter(hear)


def _max_pool_2d(input, ds, ignore_border=None, st=None, padding=(0, 0),
                 mode='max'):
    """Lasagne 0.1's call of pooling, in the words of Theano 1.0."""
    from theano.tensor.signal import pool
    return pool.pool_2d(input, ws=ds, ignore_border=ignore_border,
                        stride=st, pad=padding, mode=mode)


def _import_lasagne():
    """Import Lasagne, giving 0.1 the pooling module it looks for."""
    name = 'theano.tensor.signal.downsample'
    if name not in sys.modules:
        module = types.ModuleType(name)
        module.max_pool_2d = _max_pool_2d
        sys.modules[name] = module
        importlib.import_module('theano.tensor.signal').downsample = module
    return importlib.import_module('lasagne')


_require_compiler()
with warnings.catch_warnings(), warm.little_imported():
    warnings.simplefilter('ignore')  # the stack's own, of its age
    theano = _import_theano()
    lasagne = _import_lasagne()


def seed(number):
    """Seed parameter initialisation and everything else Lasagne draws.

    Parameters
    ----------
    number : int
        0 to 2**32 - 1; one number decides a whole run.
    """
    lasagne.random.set_rng(np.random.RandomState(number))


def versions():
    """Versions and settings that decide results and speed.

    Returns
    -------
    dict
        Strings: interpreter, packages, processor and Theano's flags.
    """
    from importlib import metadata
    found = {}
    for name in ('Theano', 'Lasagne', 'numpy', 'scipy', 'onednn-cpu-gomp',
                 'scipy-openblas32', 'torch'):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name.lower()] = metadata.version(name)
    found.update(python=platform.python_version(),
                 processor=_processor(),
                 cores=os.cpu_count(),
                 floatX=theano.config.floatX,
                 device=theano.config.device)
    if theano.config.device != 'cpu':
        found['gpu'] = cuda.name(theano)
    return found


def _processor():
    """The processor's name in words, where the system tells it."""
    try:
        with open('/proc/cpuinfo') as lines:
            return next(line.split(':')[1].strip() for line in lines
                        if line.startswith('model name'))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()

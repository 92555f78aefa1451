"""Finds oneDNN's wheel and compiles ``src/*.cpp`` against it, once."""

import contextlib
import ctypes
import functools
import glob
import hashlib
import importlib
import os
import shutil
import subprocess
import tempfile

from colorize.backend import theano
from colorize.disk.cache_folder import cache_folder

__all__ = ['OneDNNError', 'installed', 'library']

_SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'src')
#: The wheel's parts: the file looked for and the package that holds it.
_HEADER = 'oneapi/dnnl/dnnl.hpp', 'onednn-devel-cpu-gomp'
_BINARY = 'libdnnl.so.2', 'onednn-cpu-gomp'


class OneDNNError(RuntimeError):
    """oneDNN is missing, does not compile with our code, or failed."""


def _locate(ending, package):
    """Path of the file of `package` whose name ends so, None without."""
    metadata = importlib.import_module('importlib.metadata')
    try:
        files = metadata.distribution(package).files or ()
    except metadata.PackageNotFoundError:
        return None
    paths = [os.path.realpath(str(name.locate())) for name in files
             if str(name).endswith(ending)]
    return next((path for path in paths if os.path.exists(path)), None)


@functools.cache
def _wheel():
    """Folder of the headers and the library's file, None without either."""
    header, binary = _locate(*_HEADER), _locate(*_BINARY)
    if header is None or binary is None:
        return None
    return header[:-len(_HEADER[0])], binary


def installed():
    """Whether oneDNN and a compiler for our code are on this machine.

    Returns
    -------
    bool
    """
    return _wheel() is not None and bool(_compiler())


def _compiler():
    return shutil.which(theano.config.cxx or 'g++')


def _processor():
    """The processor's abilities, in the words of /proc/cpuinfo."""
    try:
        with open('/proc/cpuinfo') as lines:
            return next(line for line in lines if line.startswith('flags'))
    except (OSError, StopIteration):
        return ''


def _block():
    """Channels side by side: one register's worth of float32."""
    limit = (os.environ.get('DNNL_MAX_CPU_ISA')
             or os.environ.get('ONEDNN_MAX_CPU_ISA') or 'AVX512').upper()
    wide = 'avx512bw' in _processor() and 'AVX512' in limit + (
        'AVX512' if limit in ('ALL', 'DEFAULT') else '')
    return 16 if wide else 8


def _command(target):
    headers, binary = _wheel()
    folder, name = os.path.split(binary)
    return ([_compiler(), '-shared', '-fPIC', '-O3', '-march=native',
             '-fopenmp', '-std=c++14', '-fvisibility=hidden',
             '-fno-math-errno', '-fno-trapping-math',
             '-mprefer-vector-width=512', '-Wno-psabi',
             f'-DBLOCK={_block()}', f'-I{headers}']
            + sorted(glob.glob(os.path.join(_SOURCES, '*.cpp')))
            + ['-o', target, f'-L{folder}', f'-l:{name}',
               f'-Wl,-rpath,{folder}'])


def _fingerprint():
    """A name for what the compiled library depends on."""
    parts = _command('') + [_processor()]
    for path in sorted(glob.glob(os.path.join(_SOURCES, '*'))):
        with open(path) as source:
            parts.append(source.read())
    version = subprocess.check_output([_compiler(), '-dumpfullversion'])
    text = '\0'.join(parts) + version.decode()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _compile(target):
    """Compile beside `target` and move there: others may do the same."""
    folder = os.path.dirname(target)
    os.makedirs(folder, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=folder, suffix='.so')
    os.close(handle)
    try:
        done = subprocess.run(_command(partial), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode:
            said = done.stdout.decode(errors='replace')[-2000:]
            raise OneDNNError(f'compiling colorize/onednn/src failed:\n{said}')
        os.replace(partial, target)
    finally:
        if os.path.exists(partial):
            os.unlink(partial)


@contextlib.contextmanager
def _sleeping_threads():
    """Have OpenMP's threads sleep, not spin, while they wait for others.

    It asks once, as it is loaded. On an idle machine that costs next to
    nothing; where another program wants a core, spinning is three times
    slower. The user's own setting wins.
    """
    names = 'OMP_WAIT_POLICY', 'GOMP_SPINCOUNT'
    chosen = any(name in os.environ for name in names)
    if not chosen:
        os.environ[names[0]] = 'passive'
    try:
        yield
    finally:
        if not chosen:
            del os.environ[names[0]]


@functools.cache
def library():
    """The compiled kernels, made at first use and kept in the cache folder.

    Returns
    -------
    ctypes.CDLL

    Raises
    ------
    OneDNNError
        When oneDNN is not installed or our code does not compile.
    """
    if not installed():
        raise OneDNNError(
            'oneDNN is not installed: pip install '
            'onednn-devel-cpu-gomp==2022.2.1, or set COLORIZE_CONV=theano')
    target = os.path.join(cache_folder(), 'onednn', f'{_fingerprint()}.so')
    if not os.path.exists(target):
        _compile(target)
    with _sleeping_threads():
        loaded = ctypes.CDLL(target)
    loaded.message.restype = ctypes.c_char_p
    loaded.give.restype = None
    return loaded

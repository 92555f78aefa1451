"""Finds oneDNN's wheel and compiles our C++ against it, once.

``src/*.cpp`` is all that prediction needs: somebody waits for a first photo.
``src_training/*.cpp`` is compiled when something learns.
"""

import contextlib
import ctypes
import functools
import glob
import importlib
import os

from colorize import cplusplus
from colorize.cplusplus import processor

__all__ = ['OneDNNError', 'function', 'installed', 'library', 'wheel']

_HERE = os.path.dirname(os.path.abspath(__file__))
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
def wheel():
    """Where oneDNN's wheel lies.

    Tests put another function here to act as if there were none.

    Returns
    -------
    (str, str) or None
        Folder of the headers and the library's file, None without either.
    """
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
    return wheel() is not None and bool(cplusplus.compiler())


def _limit():
    """The newest instructions that oneDNN may use, by its own variable."""
    return (os.environ.get('DNNL_MAX_CPU_ISA')
            or os.environ.get('ONEDNN_MAX_CPU_ISA') or 'ALL').upper()


def _kind():
    """For the compiler: channels side by side, and whether AMX is used."""
    everything = _limit() in ('ALL', 'DEFAULT')
    if 'avx512bw' not in processor() or not (
            everything or 'AVX512' in _limit()):
        return ['-DBLOCK=8']
    tiles = {'amx_bf16', 'avx512_bf16'} <= set(processor().split()) and (
        everything or 'AMX' in _limit())
    return ['-DBLOCK=16'] + ['-DAMX'] * tiles


def _compiled(sources, *linked):
    """The path of what is made of a folder's C++."""
    return cplusplus.compiled(
        'onednn', sorted(glob.glob(os.path.join(_HERE, sources, '*.cpp'))),
        ['-fopenmp', '-mprefer-vector-width=512', '-Wno-psabi',
         *_kind(), f'-I{wheel()[0]}'], linked)


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
    with _sleeping_threads(), _said_as_our_own():
        loaded = ctypes.CDLL(_path())
    loaded.message.restype = ctypes.c_char_p
    loaded.give.restype = None
    return loaded


@functools.cache
def _path():
    folder, name = os.path.split(wheel()[1])
    return _compiled('src', f'-L{folder}', f'-l:{name}',
                     f'-Wl,-rpath,{folder}')


@functools.cache
def _of_training():
    """The kernels of training, which include headers of ``src``.

    When these change, so does the name of the library linked here, and this
    one is compiled anew. Linked by its path, that is found to be loaded
    already, even if another process has put its own there meanwhile.
    """
    with _said_as_our_own():
        return ctypes.CDLL(_compiled('src_training', _path()))


@contextlib.contextmanager
def _said_as_our_own():
    try:
        yield
    except cplusplus.CompileError as error:
        raise OneDNNError(str(error)) from error


@functools.cache
def function(name):
    """A kernel; those of training are compiled when first asked for.

    Parameters
    ----------
    name : str

    Returns
    -------
    ctypes function

    Raises
    ------
    OneDNNError
        As of :func:`library`.
    """
    loaded = library()
    return getattr(loaded if hasattr(loaded, name) else _of_training(), name)

"""What Theano's GPU backend of 2017 needs on a machine of today.

pygpu and libgpuarray 0.7.6 open ``libcuda.so``, ``libnvrtc.so`` and
``libcublas.so``; drivers, CUDA's run-time packages and the wheels on PyPI
only have names with a version, like ``libcublas.so.13``.
"""

import contextlib
import ctypes
import glob
import hashlib
import importlib
import io
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

from colorize.disk.cache_folder import cache_folder

__all__ = ['GPUError', 'check', 'find_library', 'keep_argmax_there', 'name',
           'prepare', 'provide']

#: Each library and who brings it.
_LIBRARIES = (('cuda', "NVIDIA's driver"),
              ('nvrtc', 'CUDA, or the wheel nvidia-cuda-nvrtc'),
              ('cublas', 'CUDA, or the wheel nvidia-cublas'))

#: Debian's pygpu is here, where a virtual environment does not look.
_DEBIAN = '/usr/lib/python3/dist-packages'


class GPUError(RuntimeError):
    """The machine lacks something that a GPU run needs; says what."""


def prepare(device):
    """Make pygpu and CUDA's libraries ready for Theano's import.

    Parameters
    ----------
    device : str
        'cuda' or 'cudaN'; named in the errors.

    Raises
    ------
    GPUError
        When a part is missing.
    """
    for name, source in _LIBRARIES:
        try:
            provide(name)
        except (OSError, subprocess.SubprocessError) as error:
            raise GPUError(f'device={device}: lib{name}.so is missing or does '
                           f'not load ({error}); it comes with '
                           f'{source}') from None
    if _DEBIAN not in sys.path:
        sys.path.append(_DEBIAN)  # the last place that is looked at
    try:
        importlib.import_module('pygpu')
    except ImportError as error:
        raise GPUError(f'device={device}: pygpu 0.7.6 is missing or does not '
                       f'load ({error}); on Debian 12: apt install '
                       'python3-pygpu libgpuarray-dev') from None


def provide(name):
    """Load a library so that opening its name without version finds it."""
    try:
        ctypes.CDLL(f'lib{name}.so')
    except OSError:
        path = find_library(name)
        ctypes.CDLL(path)
        ctypes.CDLL(_alias(name, path))


def find_library(name):
    """Path of one of CUDA's libraries, whatever its version.

    Parameters
    ----------
    name : str
        'cuda', 'nvrtc' or 'cublas'.

    Returns
    -------
    str

    Raises
    ------
    OSError
        When there is none.
    """
    for folder in _folders():
        found = glob.glob(os.path.join(folder, f'lib{name}.so*'))
        if found:
            return os.path.realpath(min(found))
    raise OSError('not found')


def _folders():
    """Where people have CUDA, what they have named themselves first."""
    named = os.environ.get('LD_LIBRARY_PATH', '').split(os.pathsep)
    roots = [os.environ[name] for name in ('CUDA_HOME', 'CUDA_PATH')
             if os.environ.get(name)]
    wheels = [os.path.join(path, 'nvidia', '*') for path in sys.path]
    roots += wheels + ['/usr/local/cuda', '/usr/local/cuda-*',
                       '/usr/local/nvidia', '/usr']
    ends = 'lib64', 'lib', 'lib/x86_64-linux-gnu', 'lib/wsl/lib'
    patterns = [os.path.join(root, end) for root in roots for end in ends]
    return [folder for folder in named if folder] + [
        folder for pattern in patterns for folder in glob.glob(pattern)]


def _alias(name, path):
    """An empty library called ``libNAME.so`` that brings `path` along.

    The loader knows what is loaded by its soname, and looks symbols up in
    what a library brings along: neither root nor a changed
    LD_LIBRARY_PATH, which counts at a program's start only, is needed.
    """
    soname = f'lib{name}.so'
    key = hashlib.sha256(path.encode()).hexdigest()[:16]
    folder = os.path.join(cache_folder(), 'cuda', key)
    target = os.path.join(folder, soname)
    if not os.path.exists(target):
        os.makedirs(folder, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=folder)
        os.close(handle)
        # Linked beside the target and moved: others may do the same.
        subprocess.run(['g++', '-shared', '-x', 'c++', os.devnull, '-x',
                        'none', '-Wl,--no-as-needed', path, '-o', partial,
                        f'-Wl,-soname,{soname}'], check=True)
        os.replace(partial, target)
    return target


def check(theano, said):
    """Refuse a GPU that Theano has given up on, or that does not add.

    Parameters
    ----------
    theano : module
        Imported with ``config.device`` a GPU.
    said : list of logging.LogRecord
        What Theano complained of; it would go on on the CPU.

    Raises
    ------
    GPUError
        Says why.
    """
    reasons = [_reason((record.exc_info or (0, record.msg))[1])
               for record in said]
    try:
        if not reasons and _one_and_one(theano) != 2:
            reasons = ['it computes 1 + 1 wrongly']
    except Exception as error:  # of g++, CUDA's compiler or the driver
        reasons = [_reason(error)]
    if reasons or not theano.gpuarray.pygpu_activated:
        raise GPUError(f'device={theano.config.device}: Theano cannot use it: '
                       f"{'; '.join(reasons)}")
    keep_argmax_there(theano)


def name(theano):
    """The GPU's name in words, as 'NVIDIA H100'."""
    get_context = theano.gpuarray.type.get_context
    return get_context(None).devname


def _reason(error):
    """The part of a compiler's message that matters, or all of it."""
    text = ' '.join(
        arg.decode(errors='replace') if isinstance(arg, bytes) else str(arg)
        for arg in getattr(error, 'args', ()) or [error])
    text = ' '.join(text.split())
    found = re.search(r'error: .*?(?=\. |$)', text)
    if found and 'gpuarray/' in found.group():
        return f'{found.group()}; on Debian 12: apt install libgpuarray-dev'
    return found.group() if found else text


def _one_and_one(theano):
    """1 + 1 by a function compiled for the GPU, with all that needs."""
    one = theano.shared(np.ones(1, 'float32'))
    with contextlib.redirect_stdout(io.StringIO()), \
            contextlib.redirect_stderr(io.StringIO()):
        return theano.function([], one + one)()[0]


def keep_argmax_there(theano):
    """Compute argmax on the GPU, which Theano does only beside a max."""
    from theano.gpuarray import opt, reduction

    def colorize_argmax(op, context_name, inputs, outputs):
        return reduction.GpuMaxAndArgmax(op.axis)(*inputs)[1:]

    opt.register_opt('fast_compile')(
        opt.op_lifter([theano.tensor.Argmax])(colorize_argmax))

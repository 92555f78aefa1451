"""C++ of ours, compiled at first use for this very processor."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile

from colorize.backend import theano
from colorize.backend.warm import processor
from colorize.disk.cache_folder import cache_folder

__all__ = ['CompileError', 'compiler', 'library']

_FLAGS = ('-shared', '-fPIC', '-O3', '-march=native', '-std=c++14',
          '-fvisibility=hidden', '-fno-math-errno', '-fno-trapping-math')


class CompileError(RuntimeError):
    """There is no compiler, or code of ours does not compile."""


def compiler():
    """Path of the compiler that Theano uses; None without one."""
    return shutil.which(theano.config.cxx or 'g++')


def library(name, sources, options=(), linked=()):
    """Compile into the cache folder, unless that was done before, and load.

    Parameters
    ----------
    name : str
        Of the folder in the cache.
    sources : list of str
        Files of C++. Their headers lie beside them.
    options, linked : sequence of str
        For the compiler; the latter go behind the sources.

    Returns
    -------
    ctypes.CDLL

    Raises
    ------
    CompileError
    """
    if not compiler():
        raise CompileError('no C++ compiler: on Debian and Ubuntu, apt '
                           'install g++')

    def command(target):
        return [compiler(), *_FLAGS, *options, *sources, '-o', target,
                *linked]
    target = os.path.join(cache_folder(), name,
                          f"{_fingerprint(command(''), sources)}.so")
    if not os.path.exists(target):
        _compile(command, target)
    return ctypes.CDLL(target)


def _fingerprint(command, sources):
    """A name for what the compiled library depends on."""
    parts = command + [processor()]
    for folder in sorted(set(map(os.path.dirname, sources))):
        for file in sorted(os.listdir(folder)):
            with open(os.path.join(folder, file)) as source:
                parts.append(source.read())
    version = subprocess.run([command[0], '-dumpfullversion'],
                             stdout=subprocess.PIPE).stdout
    text = '\0'.join(parts) + version.decode()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _compile(command, target):
    """Compile beside `target` and move there: others may do the same."""
    folder = os.path.dirname(target)
    os.makedirs(folder, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=folder, suffix='.so')
    os.close(handle)
    try:
        done = subprocess.run(command(partial), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode:
            said = done.stdout.decode(errors='replace')[-2000:]
            raise CompileError(
                f'compiling {os.path.basename(folder)} failed:\n{said}')
        os.replace(partial, target)
    finally:
        if os.path.exists(partial):
            os.unlink(partial)

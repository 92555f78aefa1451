"""C++ of ours, compiled at first use for this very processor."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor

from colorize import theanorc
from colorize.disk.cache_folder import cache_folder

__all__ = ['CompileError', 'compiled', 'compiler', 'cores', 'library',
           'processor']

_FLAGS = ('-shared', '-fPIC', '-O3', '-march=native', '-std=c++14',
          '-fvisibility=hidden', '-fno-math-errno', '-fno-trapping-math')


class CompileError(RuntimeError):
    """There is no compiler, or code of ours does not compile."""


def compiler():
    """Path of the compiler that Theano uses; None without one."""
    return shutil.which(theanorc.asked('cxx') or 'g++')


def cores():
    """How many this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not of Linux
        return os.cpu_count() or 1


def processor():
    """The processor's abilities, in the words of /proc/cpuinfo.

    Returns
    -------
    str
        Empty where the system does not tell.
    """
    try:
        with open('/proc/cpuinfo') as lines:
            return next(line for line in lines if line.startswith('flags'))
    except (OSError, StopIteration):
        return ''


def library(*given):
    """Load what :func:`compiled` makes of the same arguments.

    Returns
    -------
    ctypes.CDLL

    Raises
    ------
    CompileError
    """
    return ctypes.CDLL(compiled(*given))


def compiled(name, sources, options=(), linked=()):
    """Compile a library into the cache folder, unless that was done before.

    Parameters
    ----------
    name : str
        Of the folder in the cache.
    sources : list of str
        Files of C++, which may be compiled as one. Their headers lie beside
        them, or beside those of a library in `linked`.
    options, linked : sequence of str
        For the compiler; the latter go behind the sources.

    Returns
    -------
    str
        Its path.

    Raises
    ------
    CompileError
    """
    if not compiler():
        raise CompileError('no C++ compiler: on Debian and Ubuntu, apt '
                           'install g++')
    if not sources:
        raise CompileError(f'C++ of ours is missing: that of {name}')

    command = [compiler(), *_FLAGS, *options]
    target = os.path.join(cache_folder(), name, '{}.so'.format(
        _fingerprint(command + list(linked), sources)))
    if not os.path.exists(target):
        _compile(command, sources, linked, target)
    return target


def _fingerprint(command, sources):
    """A name for what the compiled library depends on."""
    parts = command + sources + [processor()]
    for folder in sorted(set(map(os.path.dirname, sources))):
        for file in sorted(os.listdir(folder)):
            with open(os.path.join(folder, file), encoding='utf-8') as source:
                parts.append(source.read())
    version = subprocess.run([command[0], '-dumpfullversion'],
                             stdout=subprocess.PIPE).stdout
    text = '\0'.join(parts) + version.decode()
    return hashlib.sha256(text.encode(
        errors='surrogateescape')).hexdigest()[:16]


def _compile(command, sources, linked, target):
    """Compile beside `target` and move there: others may do the same."""
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(target)) as folder:
        parts = _parts(sources, cores())
        objects = [os.path.join(folder, f'{number}.o')
                   for number in range(len(parts))]
        with ThreadPoolExecutor(len(parts)) as pool:
            list(pool.map(lambda part, to: _run(
                [*command, '-c', '-o', to, *part]), parts, objects))
        whole = os.path.join(folder, 'whole.so')
        _run([*command, *objects, '-o', whole, *linked])
        os.replace(whole, target)


def _parts(sources, count):
    """Sources shared out among compilers, `count` at most.

    About the same for each: reading the standard library's headers is half of
    the work, and so is done once for a core.

    Returns
    -------
    list of list of str
        For a compiler each, which takes its sources as one.
    """
    parts = [[] for _ in range(min(count, len(sources)))]
    for source in sorted(sources, key=os.path.getsize, reverse=True):
        min(parts, key=lambda part: sum(map(os.path.getsize, part))).append(
            source)
    return [['-x', 'c++', os.devnull]
            + [word for source in part for word in ('-include', source)]
            for part in parts]


def _run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        said = done.stdout.decode(errors='replace')[-2000:]
        raise CompileError(f'C++ of ours does not compile:\n{said}')

"""What Theano does anew in every process, done once or not at all.

Together half of the time until a first photo is coloured.
"""

import contextlib
import hashlib
import sys
import types
from importlib import metadata

__all__ = ['keep_names', 'little_imported']


@contextlib.contextmanager
def little_imported():
    """Import the stack without modules that it loads and does not need.

    All of scipy.stats for one distribution (where it is asked for, scipy
    loads it); of scipy.signal what has long been moved; setuptools for
    Python's own distutils; pkg_resources for a version; mpi4py, which starts
    MPI in every process.
    """
    hack = sys.modules.get('_distutils_hack')
    stand_ins = {'scipy.stats': {}, 'scipy.signal.signaltools': {},
                 'mpi4py': {},
                 'pkg_resources': {'get_distribution': metadata.distribution}}
    stand_ins = {name: _module(name, holds)
                 for name, holds in stand_ins.items()
                 if name not in sys.modules}
    sys.modules.update(stand_ins)
    with contextlib.suppress(AttributeError):
        hack.remove_shim()
    try:
        yield
    finally:
        # setuptools, should anyone import it, wants to be before distutils.
        for name in [*stand_ins, *(name for name in sys.modules
                                   if name.split('.')[0] == 'distutils')]:
            del sys.modules[name]
        with contextlib.suppress(AttributeError):
            hack.add_shim()


def _module(name, holds):
    module = types.ModuleType(name)
    vars(module).update(holds)
    return module


def keep_names(theano):
    """Name compiled code the same in every process, to find it again.

    Theano names it by Python's hash of its text, which is another in every
    process: it was compiled each time and never used again.
    """
    def version(op):
        text = '\0'.join(op.func_codes).encode()
        found = (int(hashlib.sha256(text).hexdigest()[:12], 16),)
        if hasattr(op, 'params_type'):
            found += (op.params_type.c_code_cache_version(),)
        return found
    theano.gof.COp.c_code_cache_version = version

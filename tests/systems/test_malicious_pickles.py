"""Pickles that would run something: none of it is run."""

import os
import pickle

import numpy as np

from tests.shared.folder import Folder
from tests.shared.vgg16_files import assert_refused


class _Malicious:
    """Unpickling calls `function` with `arguments`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


class TestMaliciousPickle(Folder):
    def check(self, refused, function, *arguments):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            with open(self.path('evil'), 'wb') as file:
                pickle.dump({'param values': _Malicious(
                    function, *arguments)}, file, protocol)
            assert_refused(self.path('evil'), 'refused', refused)

    def test_system(self):
        mark = self.path('mark')
        self.check('system', os.system, f'touch {mark}')
        self.assertFalse(os.path.exists(mark))

    def test_eval(self):
        self.check('eval', eval, '1')

    def test_getattr(self):
        self.check('getattr', getattr, 'text', 'join')

    def test_numpy_that_runs_or_reads(self):
        self.check('numpy', np.load, self.path('zoo'))
        self.check('numpy', np.vectorize, print)

    def test_dotted_name(self):
        # Protocol 4 looks up a.b inside an admitted module.
        with open(self.path('evil'), 'wb') as file:
            file.write(b'\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93.')
        assert_refused(self.path('evil'), 'refused', 'numpy.ndarray.tofile')

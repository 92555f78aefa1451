"""A processor that numpy's and SciPy's OpenBLAS does not know."""

import os
import subprocess
import sys
from unittest import mock

from colorize.openblas import name_kernels
from tests.shared.folder import Folder

#: As hints are spread (SciPy's sparse solver), on as many pixels.
_SOLVE = '''
import colorize
import numpy as np
from scipy.sparse import diags
from scipy.sparse.linalg import splu
side = 224
steps = np.ones(side * side)
system = diags([4 * steps, -steps, -steps, -steps, -steps],
               [0, 1, -1, side, -side], shape=(side ** 2,) * 2).tocsc()
solved = splu(system, 'MMD_AT_PLUS_A', diag_pivot_thresh=0,
              options={'SymmetricMode': True}).solve(steps)
assert abs(system @ solved - 1).max() < 1e-6
'''


class TestNameKernels(Folder):
    def named(self, vendor, family, flags, **environment):
        path = self.path('cpuinfo')
        with open(path, 'w') as file:
            file.write(f'processor\t: 0\nvendor_id\t: {vendor}\ncpu family\t: '
                       f'{family}\nflags\t\t: {flags}\n\nprocessor\t: 1\n')
        with mock.patch.dict(os.environ, environment, clear=True):
            name_kernels(path)
            return os.environ.get('OPENBLAS_CORETYPE')

    def test_a_newer_processor_of_amd(self):
        self.assertEqual(self.named('AuthenticAMD', 26, 'fma avx2 sse'),
                         'Haswell')
        self.assertEqual(self.named(
            'AuthenticAMD', 26, 'fma avx2 avx512f avx512dq avx512cd avx512bw '
            'avx512vl'), 'SkylakeX')
        self.assertEqual(self.named('AuthenticAMD', 26, 'fma avx2 avx512f'),
                         'Haswell')

    def test_those_that_it_knows_or_could_not_name(self):
        for about in (('AuthenticAMD', 25, 'avx2'),
                      ('AuthenticAMD', 26, 'sse'),
                      ('GenuineIntel', 26, 'avx2'), ('', 'x', '')):
            self.assertIsNone(self.named(*about))

    def test_what_the_user_says_stands(self):
        self.assertEqual(self.named('AuthenticAMD', 26, 'fma avx2',
                                    OPENBLAS_CORETYPE='Zen'), 'Zen')

    def test_no_such_file(self):
        with mock.patch.dict(os.environ, clear=True):
            name_kernels(self.path('none'))
            self.assertNotIn('OPENBLAS_CORETYPE', os.environ)

    def test_the_sparse_solver_runs_here(self):
        own = {name: value for name, value in os.environ.items()
               if name != 'OPENBLAS_CORETYPE'}
        done = subprocess.run([sys.executable, '-c', _SOLVE], env=own,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b''))

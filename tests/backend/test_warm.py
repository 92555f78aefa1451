"""What a second process need not do again."""

import os
import subprocess
import sys

from tests.shared.folder import Folder

#: A graph that has a dimension moved, by code with parameters.
SHUFFLED = ('from colorize.backend import theano\n'
            'from theano import tensor\n'
            'values = tensor.matrix()\n'
            'moved = theano.function([values], values.dimshuffle(1, "x", 0))\n'
            'print(moved([[1, 2]]).shape)\n')


class TestWarm(Folder):
    def run_code(self, code):
        done = subprocess.run(
            [sys.executable, '-W', 'ignore', '-c', code],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            universal_newlines=True,
            env=dict(os.environ, XDG_CACHE_HOME=self.folder))
        self.assertEqual(done.stderr, '')
        return done.stdout

    def test_compiled_code_is_found_again(self):
        found = []
        for seed in ('1', '2'):
            os.environ['PYTHONHASHSEED'] = seed
            self.addCleanup(os.environ.pop, 'PYTHONHASHSEED', None)
            self.assertEqual(self.run_code(SHUFFLED), '(2, 1, 1)\n')
            found.append(sorted(
                os.path.join(folder, name)
                for folder, _, names in os.walk(self.folder)
                for name in names if name.endswith('.so')))
        self.assertGreater(len(found[0]), 0)
        self.assertEqual(*found)

    def test_what_is_not_imported_is_there_when_asked_for(self):
        code = ('import sys, colorize.backend\n'
                'for name in ("scipy.stats", "pkg_resources", "setuptools", '
                '"distutils"):\n'
                '    assert name not in sys.modules, name\n'
                'from theano.scalar import basic_scipy\n'
                'print("%.5f" % basic_scipy.chi2sf.impl(1., 3.))\n'
                'import setuptools, pkg_resources, scipy.stats\n'
                'from distutils import sysconfig\n'
                'print(pkg_resources.get_distribution("lasagne").version)\n'
                'print(colorize.backend.lasagne.__version__)')
        self.assertEqual(self.run_code(code), '0.80125\n0.1\n0.1\n')

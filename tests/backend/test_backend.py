"""The stack: importable, fast, and the user's settings win."""

import os
import subprocess
import sys

import numpy as np

from tests.shared.folder import ROOT, Folder


def python(code, **environment):
    """Run code in a new interpreter; what it said on both outputs."""
    done = subprocess.run([sys.executable, '-c', code], cwd=ROOT, text=True,
                          env=dict(os.environ, **environment),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


SHOW = ('from colorize.backend import theano\n'
        'print(theano.config.floatX, theano.config.{})')


class TestFlags(Folder):
    # A blank in a path has to be no trouble.
    prefix = 'colorize test '

    def test_floats_are_32_bits_and_blas_is_linked(self):
        said = python(SHOW.format('blas.ldflags'))
        self.assertRegex(said, r'^float32 -L\S+ -l\S+')

    def test_theano_flags_win(self):
        said = python(SHOW.format('optimizer'), THEANO_FLAGS='floatX=float64,'
                      'optimizer=fast_compile')
        self.assertEqual(said, 'float64 fast_compile\n')

    def test_theanorc_wins_and_flags_win_over_it(self):
        path = self.path('theanorc')
        with open(path, 'w') as file:
            file.write('[global]\nfloatX = float64\noptimizer = None\n'
                       '[blas]\nldflags = -lmine\n')
        self.assertEqual(python(SHOW.format('blas.ldflags'), THEANORC=path),
                         'float64 -lmine\n')
        self.assertEqual(python(SHOW.format('optimizer'), THEANORC=path,
                                THEANO_FLAGS='floatX=float32'),
                         'float32 None\n')

    def test_environment_is_left_as_it_was(self):
        code = ("import os; before = dict(os.environ)\n"
                "import colorize.backend\n"
                'print(before == dict(os.environ))')
        self.assertEqual(python(code), 'True\n')

    def test_without_a_compiler_one_clear_line(self):
        said = python('import colorize.backend', PATH=self.folder)
        self.assertIn('no C++ compiler: Theano needs g++ in PATH',
                      said.splitlines()[-1])

    def test_a_folder_with_spaces(self):
        """Theano splits linker flags at spaces."""
        site = os.path.join(self.folder, 'site packages')
        import scipy_openblas32
        real = os.path.dirname(scipy_openblas32.__file__)
        os.makedirs(site)
        os.symlink(real, os.path.join(site, 'scipy_openblas32'))
        code = ('from colorize.backend import theano\n'
                'folder = theano.config.blas.ldflags.split()[0][2:]\n'
                'import os; print(len(os.listdir(folder)) > 0)')
        self.assertEqual(python(code, PYTHONPATH=site), 'True\n')


def test_importing_the_package_does_not_import_theano():
    said = python('import colorize, colorize.predict, colorize.training, '
                  'colorize.systems.pretrained, sys\n'
                  'print("theano" in sys.modules)')
    assert said == 'False\n', said


def test_import_says_nothing():
    assert python('import colorize.backend') == ''


def test_matrix_product_runs_on_blas():
    from colorize.backend import theano
    x = theano.tensor.matrix('x')
    product = theano.function([x], x.dot(x.T))
    ops = [node.op.__class__.__name__
           for node in product.maker.fgraph.toposort()]
    assert 'Dot22' in ops, ops
    values = np.random.RandomState(0).normal(size=(20, 30)).astype('f')
    np.testing.assert_allclose(product(values), values.dot(values.T),
                               rtol=1e-4, atol=1e-4)


def test_lasagnes_pooling_is_numpys():
    from colorize.backend import lasagne, theano
    x = theano.tensor.tensor4('x')
    layer = lasagne.layers.MaxPool2DLayer(lasagne.layers.InputLayer(
        (None, 2, None, None), x), 2)
    values = np.random.RandomState(0).normal(size=(3, 2, 6, 8)).astype('f')
    found = theano.function([x], lasagne.layers.get_output(layer))(values)
    np.testing.assert_array_equal(
        found, values.reshape(3, 2, 3, 2, 4, 2).max(axis=(3, 5)))


def test_versions():
    from colorize import backend
    found = backend.versions()
    assert found['theano'] == backend.theano.__version__
    assert found['python'] == '{}.{}.{}'.format(*sys.version_info)
    assert found['cores'] >= 1 and found['processor']

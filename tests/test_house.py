"""The house's rules: short files and functions, light imports."""

import ast
import glob
import os
import re
import subprocess
import sys
import unittest

from tests.shared.folder import ROOT

ROOMS = 'colorize', 'models', 'weights', 'experiments', 'tests'

#: The ends of commands; their --help has to answer at once.
_RUNS = re.compile(r'^    command\.run\(\w+\)$', re.M)

#: Names that nobody else should know; those of named tuples and of the
#: system are public.
_PRIVATE = re.compile('_(?!_|replace$|asdict$|fields$|exit$)')

MOST_LINES = 350

#: Of a function, without its docstring.
MOST_OF_FUNCTION = 45


def sources(*endings):
    """All files of the project with these endings."""
    return [path for room in ROOMS for ending in endings
            for path in sorted(glob.glob(
                os.path.join(ROOT, room, '**', f'*{ending}'),
                recursive=True))]


def commands():
    """Names of the modules that are commands."""
    for path in sources('.py'):
        with open(path) as file:
            if _RUNS.search(file.read()):
                name = os.path.relpath(path, ROOT)[:-len('.py')]
                yield name.replace(os.sep, '.').replace('.__main__', '')


def functions(path):
    """Name and number of lines of each function, without its docstring."""
    with open(path) as file:
        tree = ast.parse(file.read())
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if ast.get_docstring(node):
                words = node.body[0]
                lines -= words.end_lineno - words.lineno + 1
            yield node.name, lines


def private_names(path):
    """Private names of others that a file reads, imports or patches."""
    with open(path) as file:
        tree = ast.parse(file.read())
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Attribute) and ast.unparse(
                node.value) not in ('self', 'cls', 'pickle'):
            names = [node.attr]
        elif isinstance(node, ast.ImportFrom):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(
                node.func).endswith(('patch', 'patch.object', 'setattr')):
            names = [each.value.rpartition('.')[2] for each in node.args
                     if isinstance(getattr(each, 'value', None), str)]
        yield from (name for name in names if _PRIVATE.match(name))


def loaded(*arguments):
    """Which heavy modules a Python process has loaded at its good end."""
    code = ('import atexit, sys\n'
            'atexit.register(lambda: print("loaded", *('
            'name for name in ("theano", "lasagne") if name in sys.modules)))'
            '\nimport runpy\n')
    done = subprocess.run([sys.executable, '-c', code + '\n'.join(arguments)],
                          cwd=ROOT, capture_output=True, text=True)
    last = (done.stdout.splitlines() or [''])[-1].split()
    if done.returncode or last[:1] != ['loaded']:
        raise AssertionError(done.stdout + done.stderr)
    return last[1:]


class TestSize(unittest.TestCase):
    def test_no_file_is_long(self):
        long = {}
        for path in sources('.py', '.cpp', '.h', '.js'):
            with open(path) as file:
                lines = len(file.readlines())
            if lines > MOST_LINES:
                long[os.path.relpath(path, ROOT)] = lines
        self.assertEqual(long, {})
        with open(os.path.join(ROOT, 'README.rst')) as file:
            self.assertLessEqual(len(file.readlines()), 250)

    def test_tests_reach_for_no_private_name(self):
        """What a test needs is public, or seen through what is."""
        found = [f'{os.path.relpath(path, ROOT)}: {name}'
                 for path in sources('.py')
                 if os.path.relpath(path, ROOT).startswith('tests')
                 for name in private_names(path)]
        self.assertEqual(found, [])

    def test_no_function_is_long(self):
        long = {f'{os.path.relpath(path, ROOT)}: {name}': lines
                for path in sources('.py')
                for name, lines in functions(path)
                if lines > MOST_OF_FUNCTION}
        self.assertEqual(long, {})


class TestWords(unittest.TestCase):
    def test_links_of_readmes_lead_somewhere(self):
        for path in sources('.rst') + glob.glob(os.path.join(ROOT, '*.rst')):
            with open(path) as file:
                text = file.read()
            for place in re.findall(r'<([^<>`]+)>`_|image:: (\S+)', text):
                place = ''.join(place).replace('\n', '')
                if '://' not in place:
                    self.assertTrue(os.path.exists(os.path.join(
                        os.path.dirname(path), place)), (path, place))


class TestLightImports(unittest.TestCase):
    def test_the_package(self):
        self.assertEqual(loaded('import colorize'), [])
        # Or else the test could not fail.
        self.assertEqual(loaded('import colorize.colorizer'),
                         ['theano', 'lasagne'])

    def test_help_of_every_command(self):
        names = list(commands())
        self.assertGreater(len(names), 30)
        self.assertIn('colorize.predict', names)
        for name in names:
            self.assertEqual(loaded(
                f'sys.argv = [{name!r}, "--help"]',
                f'runpy.run_module({name!r}, run_name="__main__")'), [],
                name)

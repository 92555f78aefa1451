"""The Makefile: finding an interpreter, and telling what it can do."""

import os
import re
import shlex
import shutil
import subprocess

from tests.shared.folder import ROOT, Folder


#: Stand-ins for interpreters. The one that suits makes a .venv whose python
#: agrees to everything, so nothing is downloaded.
BROKEN_SHIM = 'exit 127\n'
TOO_NEW = '[ "$1" = -c ] && exit 1; echo used the wrong one >&2; exit 9\n'
SUITS = '''\
[ "$1" = -c ] && exit 0
if [ "$1" = -m ] && [ "$2" = venv ]; then
  mkdir -p "$3/bin" && printf '#!/bin/sh\\nexit 0\\n' > "$3/bin/python"
  chmod +x "$3/bin/python"
fi
'''


class InFolder(Folder):
    def setUp(self):
        super().setUp()
        for name in os.listdir(ROOT):
            if name == 'Makefile' or name.startswith('requirements'):
                shutil.copy(os.path.join(ROOT, name), self.folder)
        tools = self.make_folder('tools')
        for tool in ('sh', 'make', 'rm', 'mkdir', 'chmod', 'touch', 'awk',
                     'echo'):
            os.symlink(shutil.which(tool), os.path.join(tools, tool))
        self.search = [tools]
        self.script(tools, 'g++', 'exit 0\n')

    def make_folder(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(path, exist_ok=True)
        return path

    def script(self, folder, name, text):
        path = os.path.join(folder, name)
        with open(path, 'w') as file:
            file.write(f"#!/bin/sh\n{text}")
        os.chmod(path, 0o755)

    def make(self, *targets):
        environment = {'PATH': os.pathsep.join(self.search),
                       'HOME': self.folder}
        return subprocess.run(['make'] + list(targets), cwd=self.folder,
                              env=environment, text=True,
                              capture_output=True)


class TestInterpreter(InFolder):
    def set_up(self):
        return self.make('.venv/.ready')

    def test_passes_over_broken_shims_and_versions_too_new(self):
        shims, good = self.make_folder('shims'), self.make_folder('good')
        for name in ('python3.11', 'python3.10'):
            self.script(shims, name, BROKEN_SHIM)
        self.script(shims, 'python3', TOO_NEW)
        self.script(good, 'python3', SUITS)
        self.search = [shims, good] + self.search
        done = self.set_up()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(os.path.join(good, 'python3'), done.stdout)
        self.assertEqual(done.stderr, '')

    def test_looks_beside_pyenvs_shims(self):
        shims = self.make_folder('pyenv', 'shims')
        self.script(shims, 'python3.11', BROKEN_SHIM)
        self.script(self.make_folder('pyenv', 'versions', '3.11.7', 'bin'),
                    'python3.11', SUITS)
        self.search = [shims] + self.search
        done = self.set_up()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('versions/3.11.7/bin/python3.11', done.stdout)

    def test_says_in_one_line_what_to_install(self):
        shims = self.make_folder('shims')
        self.script(shims, 'python3', TOO_NEW)
        self.search = [shims] + self.search
        done = self.set_up()
        self.assertNotEqual(done.returncode, 0)
        said = [line for line in done.stderr.splitlines()
                if not line.startswith('make')]
        self.assertEqual(len(said), 1, said)
        self.assertRegex(said[0], 'needs CPython 3.9, 3.10 or 3.11 .*apt')

    def test_says_that_a_compiler_is_missing(self):
        good = self.make_folder('good')
        self.script(good, 'python3', SUITS)
        self.search = [good] + self.search
        os.remove(os.path.join(self.folder, 'tools', 'g++'))
        done = self.set_up()
        self.assertNotEqual(done.returncode, 0)
        self.assertIn('needs the C++ compiler g++', done.stderr)


class TestHelp(InFolder):
    def test_every_target_has_a_line(self):
        done = self.make('help')
        self.assertEqual(done.returncode, 0, done.stderr)
        listed = [line.split()[0] for line in done.stdout.splitlines()]
        with open(os.path.join(ROOT, 'Makefile')) as file:
            phony = re.search(r'^\.PHONY:((.*\\\n)*.*)', file.read(), re.M)
        names = phony.group(1).replace('\\', ' ').split()
        self.assertEqual(sorted(listed), sorted(names))
        for line in done.stdout.splitlines():
            self.assertGreater(len(line.split()), 2, line)

    def test_descriptions_stand_in_one_column(self):
        lines = self.make('help').stdout.splitlines()
        for line in lines:
            self.assertEqual(line[17], ' ', line)
            self.assertNotEqual(line[18], ' ', line)


class TestCommands(InFolder):
    """What is run, as ``make -n`` prints it."""

    def lines(self, *given):
        """Lines of the target's own command, behind those of the set-up."""
        done = self.make('-n', *given)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = done.stdout
        return text[text.rindex('.venv/bin/python -m '):].splitlines()

    def test_values_may_have_line_breaks(self):
        line, = self.lines(
            'train-folder', 'TEST=50', 'PHOTOS=a b',
            'ONLY=classification\nregression',
            'SETTINGS=--vgg-rate 0.1\n    --learning-rate 0.001 \\\n--flip')
        self.assertEqual(shlex.split(line)[2:], [
            'experiments.paper.train', 'folder', '--photos', 'a b',
            '--vgg-rate', '0.1', '--learning-rate', '0.001', '--flip',
            '--test', '50', '--only', 'classification', 'regression'])

    def test_commands_of_the_readme_can_be_pasted(self):
        with open(os.path.join(ROOT, 'experiments', 'README.rst')) as file:
            text = file.read()
        blocks = re.findall(r'(?<=\n\n)    make (?:.+\n)+', text)
        self.assertGreater(len(blocks), 4, blocks)
        for block in blocks:
            pasted = block.split('\n    make')[0].replace('\\\n', '')
            line, = self.lines(*shlex.split(pasted)[1:])
            for option in re.findall(r'--[a-z-]+', block):
                self.assertIn(f' {option} ', line)
        self.assertEqual(re.findall(r'``make [^`]*\n[^`]*``', text), [])

    def test_every_result_can_go_elsewhere(self):
        for target in ('head', 'coherence', 'judge', 'table1', 'definitions',
                       'table2', 'bench', 'bench-gpu', 'film', 'film-speed',
                       'film-memory', 'bleeding', 'load', 'fuzz', 'torture',
                       'cluster', 'scaling', 'throughput', 'train-default'):
            line, = self.lines(target, 'OUT=the place')
            self.assertIn(" --out 'the place'", line)

    def test_values_that_are_missing_leave_no_empty_lines(self):
        for target in ('export', 'gallery', 'judge', 'film', 'bench'):
            self.assertEqual(len(self.lines(target)), 1, target)

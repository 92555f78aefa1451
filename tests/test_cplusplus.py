"""Sources that are compiled together, as many parts as there are cores."""

import os
import subprocess
import sys
from unittest import mock

from colorize import cplusplus
from tests.shared.folder import Folder

#: Sums of 2 x 2 pixels, which training's library has; and how many copies of
#: the other are loaded, though another process puts its own in that place.
_OURS = '''
import ctypes, os, shutil
import numpy as np
from colorize import cplusplus
cplusplus.cores = lambda: {0}
from colorize.onednn import build
loaded = build.library()
depth, path = loaded.block(), loaded._name
shutil.copy(path, path + '.other')
os.replace(path + '.other', path)
ones, sums = np.ones((4, depth), 'f'), np.zeros(depth, 'f')
print(build.function('box_sum')(
    (ctypes.c_int * 4)(1, 1, 2, 2), ones.ctypes, 2, sums.ctypes), sums.mean())
print(len({{line.split()[4] for line in open('/proc/self/maps')
           if os.path.basename(path) in line}}))
'''


class TestLibrary(Folder):
    def setUp(self):
        super().setUp()
        patch = mock.patch.dict(os.environ, XDG_CACHE_HOME=self.folder)
        patch.start()
        self.addCleanup(patch.stop)
        os.mkdir(self.path('src'))

    def sources(self, count, together):
        """That count themselves: too many together do not compile."""
        paths = [self.path(f'src/{number}.cpp') for number in range(count)]
        for number, path in enumerate(paths):
            with open(path, 'w', encoding='utf-8') as file:
                file.write('static_assert(__COUNTER__ < %d, "more files");\n'
                           'extern "C" __attribute__((visibility("default")))'
                           ' int f%d() { return %d; }\n'
                           % (together, number, number ** 2))
        return paths

    def test_every_source_once(self):
        for cores, most in ((1, 5), (2, 3), (5, 1), (64, 1)):
            with mock.patch.object(cplusplus, 'cores', lambda: cores):
                found = cplusplus.library(f'on{cores}', self.sources(5, most))
            self.assertEqual([getattr(found, f'f{number}')()
                              for number in range(5)], [0, 1, 4, 9, 16])

    def test_a_folder_of_any_name(self):
        folder = self.path('a "b" \udce9')
        os.rename(self.path('src'), folder)
        shown = os.path.join(folder, '0.cpp')
        with open(shown, 'w', encoding='utf-8') as file:
            file.write('extern "C" __attribute__((visibility("default"))) '
                       'int f() { return 7; }')
        self.assertEqual(cplusplus.library('any', [shown]).f(), 7)

    def test_nothing_to_compile(self):
        with self.assertRaisesRegex(cplusplus.CompileError, 'missing'):
            cplusplus.library('none', [])

    def test_ours_on_one_core_and_on_many(self):
        """No two of them may give one name to different things."""
        for cores in (1, 64):
            said = subprocess.check_output(
                [sys.executable, '-c', _OURS.format(cores)],
                env=dict(os.environ, XDG_CACHE_HOME=self.path(str(cores))))
            self.assertEqual(said, b'0 4.0\n1\n')
            self.assertEqual(len(os.listdir(self.path(
                str(cores), 'colorize', 'onednn'))), 2)

"""Sources that are compiled together, as many parts as there are cores."""

import os
from unittest import mock

from colorize import cplusplus
from colorize.onednn import build
from tests.shared.folder import Folder


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
            with mock.patch('os.cpu_count', return_value=cores):
                found = cplusplus.library(f'on{cores}', self.sources(5, most))
            self.assertEqual([getattr(found, f'f{number}')()
                              for number in range(5)], [0, 1, 4, 9, 16])

    def test_ours_are_one_part_on_one_core(self):
        """No two of them may give one name to different things."""
        with mock.patch('os.cpu_count', return_value=1):
            found = build.library.__wrapped__()
        self.assertEqual(found.block(), build.library().block())

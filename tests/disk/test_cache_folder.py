"""Where the program keeps files of its own."""

import io
import os
from unittest import mock

from colorize.disk.cache_folder import cache_folder
from tests.shared.folder import Folder


class TestCacheFolder(Folder):
    def found(self, cache):
        with mock.patch.dict(os.environ, XDG_CACHE_HOME=cache), \
                mock.patch('tempfile.tempdir', self.folder):
            return cache_folder()

    def test_where_the_user_keeps_caches(self):
        self.assertEqual(self.found(self.folder),
                         self.path('colorize'))

    def test_a_private_temporary_one_where_that_is_impossible(self):
        found = self.found('/dev/null')
        self.assertEqual(os.path.dirname(found), self.folder)
        self.assertEqual(os.stat(found).st_mode & 0o077, 0)
        self.assertEqual(self.found('/dev/null'), found)

    def test_never_one_that_others_can_write(self):
        usual = self.found('/dev/null')
        os.chmod(usual, 0o777)
        found = self.found('/dev/null')
        self.assertNotEqual(found, usual)
        self.assertEqual(os.stat(found).st_mode & 0o077, 0)

    def test_never_that_of_another_user(self):
        """As root with another's HOME; said once."""
        said = io.StringIO()
        with mock.patch('os.getuid', return_value=os.getuid() + 1), \
                mock.patch('sys.stderr', said):
            found = [self.found(self.folder) for _ in range(2)]
        for each in found:
            self.assertNotEqual(each, self.path('colorize'))
        self.assertEqual(said.getvalue().count('another user'), 1)

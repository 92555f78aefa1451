"""A folder for each test that goes with it."""

import os
import shutil
import tempfile
import unittest

__all__ = ['ROOT', 'Folder']

#: The top folder of the project.
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


class Folder(unittest.TestCase):
    """Has ``self.folder``, empty at first, and paths in it."""

    #: What the folder's name begins with.
    prefix = 'colorize-test-'

    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp(prefix=self.prefix)
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *parts):
        """A path in the folder."""
        return os.path.join(self.folder, *parts)

"""Commands run in this process, on networks that are not compiled."""

import contextlib
import io
from unittest import mock

from colorize import colorizer, command
from experiments.shared.stand_in import Uncompiled
from tests.shared.folder import Folder


__all__ = ['Commands']


class Commands(Folder):
    """A folder, and commands that are run in it."""

    def setUp(self):
        super().setUp()
        patch = mock.patch.object(colorizer, 'Colorizer',
                                  Uncompiled)
        patch.start()
        self.addCleanup(patch.stop)

    def write(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content)
        return self.path(name)

    def run_command(self, main, *arguments):
        """Exit status, and the lines on stderr."""
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            try:
                command.run(lambda: main(list(arguments)))
            except SystemExit as stopped:
                return stopped.code, said.getvalue().splitlines()

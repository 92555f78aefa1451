"""The predict command in this process, without a compiled network."""

import contextlib
import io
import os
from unittest import mock

from colorize import command
from colorize.predict import __main__ as predict
from experiments.shared.stand_in import Uncompiled
from tests.shared.folder import Folder

__all__ = ['Predicting']


class Predicting(Folder):
    def setUp(self):
        super().setUp()
        self.made = []
        patch = mock.patch('colorize.colorizer.Colorizer', self.make)
        patch.start()
        self.addCleanup(patch.stop)

    def make(self, *args, **kwargs):
        self.made.append(Uncompiled(*args, **kwargs))
        return self.made[-1]

    def run_main(self, *arguments):
        """Exit status, lines on stderr, lines on stdout."""
        said, shown = io.StringIO(), io.StringIO()
        with contextlib.redirect_stderr(said), \
                contextlib.redirect_stdout(shown):
            try:
                command.run(lambda: predict.main(list(arguments)))
            except SystemExit as stopped:
                return (stopped.code, said.getvalue().splitlines(),
                        shown.getvalue().splitlines())

    def tree(self):
        return sorted(os.path.relpath(os.path.join(parent, name),
                                      self.path('out'))
                      for parent, _, names in os.walk(self.path('out'))
                      for name in names)

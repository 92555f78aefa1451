"""The user's own settings of Theano, beside what Theano makes of them."""

import os
import subprocess
import sys
from unittest import mock

from colorize.theanorc import asked
from tests.shared.folder import Folder


class TheanorcTest(Folder):

    def asked(self, text, flags):
        """By us, and by Theano, of whether compiled code is optimized."""
        with open(self.path('rc'), 'w') as file:
            file.write(text)
        given = {'THEANORC': self.path('rc'), 'THEANO_FLAGS': flags}
        with mock.patch.dict(os.environ, given):
            ours = asked('optimizer')
        theirs = subprocess.run(
            [sys.executable, '-c', 'from colorize.backend import theano; '
             'print(theano.config.optimizer)'], stdout=subprocess.PIPE,
            universal_newlines=True, env=dict(os.environ, **given), check=True)
        return ours, theirs.stdout.strip()

    def test_flags_win_over_the_file(self):
        text = '[global]\noptimizer = None\n'
        self.assertEqual(self.asked(text, ''), ('None', 'None'))
        self.assertEqual(
            self.asked(text, 'cxx=g++, optimizer="fast_compile"'),
            ('fast_compile', 'fast_compile'))
        self.assertEqual(self.asked(text, 'optimizer =fast_compile'),
                         ('None', 'None'))

    def test_nothing_asked_for(self):
        self.assertEqual(self.asked('[gcc]\noptimizer = None\n', 'cxx=g++'),
                         (None, 'o4'))

    def test_what_cannot_be_read_is_named(self):
        for text, flags, words in (
                ('optimizer = None\n', '', 'no section headers.*rc.*line: 1'),
                ('[global]\na = 1\na = 2\n', '', "rc' .*line.*3"),
                ('', 'optimizer="None', 'THEANO_FLAGS: No closing quot')):
            with open(self.path('rc'), 'w') as file:
                file.write(text)
            with mock.patch.dict(os.environ, THEANORC=self.path('rc'),
                                 THEANO_FLAGS=flags), \
                    self.assertRaisesRegex(ValueError, words) as caught:
                asked('optimizer')
            self.assertNotIn('\n', str(caught.exception))

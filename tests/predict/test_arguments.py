"""The command line, before anything is looked for."""

import contextlib
import io
import unittest
from unittest import mock

from colorize.predict.arguments import make_parser, parse


class TestArguments(unittest.TestCase):
    def photos(self, *arguments):
        return parse(make_parser(), list(arguments)).photos

    def refuse(self, words, *arguments):
        with contextlib.redirect_stderr(io.StringIO()) as said, \
                self.assertRaises(SystemExit):
            self.photos(*arguments)
        self.assertIn(words, said.getvalue())

    def test_options_and_photos_in_any_order(self):
        found = parse(make_parser(), ['a', '-o', 'D', 'b', '--evaluate', 'c'])
        self.assertEqual((found.photos, found.output, found.evaluate),
                         (['a', 'b', 'c'], 'D', True))

    def test_what_follows_two_dashes(self):
        for before in ([], ['-o', 'D'], ['-o', 'D', 'x', '--evaluate']):
            self.assertEqual(self.photos(*before, '--', '-dash.jpg', 'a b',
                                         '--', '-o'),
                             ['x'] * ('x' in before)
                             + ['-dash.jpg', 'a b', '--', '-o'])
        with mock.patch('sys.argv', ['predict', '--', '-a']):
            self.assertEqual(parse(make_parser()).photos, ['-a'])

    def test_nothing_is_taken_for_what_is_missing(self):
        self.refuse('required: IN', '--')
        self.refuse('required: IN', '-o', 'D', '--')
        self.refuse('-o/--output: expected one argument', '-o', '--', 'a')

    def test_help_is_true_of_what_is_replaced(self):
        found = ' '.join(make_parser().format_help().split())
        self.assertIn('replace what carries the mark of the very photo '
                      '(beside other files the result gets a number) and, '
                      'where OUT names a file, that file; no photo of IN is '
                      'ever', found)

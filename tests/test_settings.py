"""The table of settings against what takes them."""

import contextlib
import inspect
import io
import unittest

from colorize.color.spaces import COLOR_SPACES
from colorize.settings import (NETWORKS, TABLE, SettingError, check_network,
                               check_run, flag_of)
from colorize.systems import networks
from colorize.training import __main__ as training


class TestTable(unittest.TestCase):
    def test_networks_are_the_builders(self):
        """Names, defaults and nothing besides."""
        self.assertEqual(set(NETWORKS), set(networks.SYSTEMS))
        for system, table in NETWORKS.items():
            builder = networks.SYSTEMS[system].builder
            takes = {name: each.default for name, each
                     in inspect.signature(builder).parameters.items()
                     if name not in ('input_var', 'num_bins')}
            self.assertEqual({name: each.default
                              for name, each in table.items()
                              if name not in ('system', 'color_space')},
                             takes)

    def test_defaults_are_allowed(self):
        for system in NETWORKS:
            check_run({'system': system}, {})

    def test_color_spaces(self):
        self.assertEqual({space for table in NETWORKS.values()
                          for space in table['color_space'].rule},
                         set(COLOR_SPACES))

    def test_help_names_them_all(self):
        with contextlib.redirect_stdout(io.StringIO()) as shown, \
                self.assertRaises(SystemExit):
            training.main(['--help'])
        for setting in TABLE:
            self.assertIn(f'{flag_of(setting.name)} ', shown.getvalue() + ' ')

    def test_a_value_that_cannot_be(self):
        for settings, words in (
                ({'head_depths': []}, 'head_depths must be one to three'),
                ({'head_depths': [64, '8']}, 'head_depths must be one to'),
                ({'conv4_depth': 513}, 'conv4_depth must be a whole number, '
                 '1 to 512, got 513'),
                ({'width': True}, 'width must be above 0, at most 4, got T'),
                ({'residual_encoder': 'no'}, 'residual_encoder must be true'),
                ({'system': 'regression', 'head_depths': [1]},
                 "unknown setting 'head_depths' of the regression network")):
            with self.assertRaisesRegex(SettingError, words):
                check_network(settings)

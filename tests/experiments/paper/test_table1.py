"""Datasets found and counted, on small replicas."""

import os

from experiments.paper import table1
from tests.shared.experiments import Experiment


class TestTable1(Experiment):
    def write(self, folder, names):
        os.makedirs(self.path('all', folder))
        for name in names:
            open(self.path('all', folder, name), 'w').close()

    def test_found_side_by_side(self):
        self.write('spatial', [f'opencountry_{number:03}.jpg'
                               for number in range(411)] + ['coast_1.jpg'])
        self.write('mirflickr', [f'im{number}.jpg'
                                 for number in range(17)])
        said = self.run_main(table1.main, '--photos', self.path('all'),
                             '--out', self.folder)
        found = self.read('table1.json')
        self.assertEqual(found['cvcl']['found'], {'train': 361, 'test': 50})
        self.assertEqual(found['cvcl']['found'], found['cvcl']['paper'])
        self.assertEqual(found['mirflickr']['found'],
                         {'train': 15, 'test': 2})
        self.assertIsNone(found['ilsvrc']['found'])
        lines = {line.split('  ')[0]: line for line in said.splitlines()}
        self.assertRegex(lines['MIT CVCL'], r'361 \| 361 +50 \| 50$')
        self.assertRegex(lines['MIRFLICKR'],
                         r'7500 \| 15 +1000 \| 2   not complete$')
        self.assertRegex(lines['McGill'], r'896 \| - +150 \| -   not found')

    def test_a_folder_that_is_not_there(self):
        with self.assertRaisesRegex(ValueError, 'nix: no such'):
            table1.main(['--photos', self.path('nix')])

"""The table for clusters that were not there, and rates, by hand."""

import unittest

from experiments.measure.cluster import rate_of, table


class TestRate(unittest.TestCase):
    def test_photos_count_from_when_all_that_were_read_first_are_out(self):
        """Ten a second, whatever the first ones take."""
        for processes in 1, 2:
            times = [50 * (number >= 16 * processes - 1) + number / 10
                     for number in range(60)]
            self.assertAlmostEqual(rate_of(times[::-1], processes), 10)


class TestTable(unittest.TestCase):
    def test_a_million_photos(self):
        text, rows = table({'rate': {'photos_per_second': {'workers': 20}},
                            'scheduler': {'ms': 5, 'bytes': 2000}})
        # 10 a second and worker; 10,000 parcels: 50 s, 20 MB.
        self.assertEqual([row['hours'] for row in rows], [2.78, 0.28])
        self.assertEqual([row['scheduler_busy'] for row in rows],
                         [0.005, 0.05])
        self.assertEqual(rows[0]['scheduler_mib'], 19.1)
        self.assertFalse(any(row['measured'] for row in rows))
        self.assertIn('computed and not measured', text)
        self.assertIn('     10     2.78            0.50 %       19.1 MiB\n'
                      '    100     0.28            5.00 %       19.1 MiB\n',
                      text)

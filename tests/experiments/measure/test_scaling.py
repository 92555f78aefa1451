"""What is computed for clusters."""

import unittest

from experiments.measure.scaling import cluster


class TestCluster(unittest.TestCase):
    def test_by_hand(self):
        """1.25 MB on 10 Gb/s take 1 ms, 2 x 7 / 8 of them 1.75 ms."""
        found = cluster(8, 0.1, 0.01, 1250000, 6)
        self.assertFalse(found['measured'])
        self.assertEqual(found['minibatch'], 48)
        # 14 messages of 50 microseconds more: 0.7 ms.
        self.assertAlmostEqual(found['update'], 0.11245, 3)
        self.assertAlmostEqual(found['efficiency'], 0.1 / 0.11245, 2)
        self.assertAlmostEqual(found['learning_rate_at_most'], 0.0024)

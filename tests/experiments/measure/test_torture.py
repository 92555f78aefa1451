"""Kills and resumptions, at the smallest size."""

from experiments.measure import torture
from tests.shared.folder import Folder


class TestTorture(Folder):
    def test_killed_and_resumed_ends_bit_identical(self):
        """Two kills, two epochs."""
        found = torture.torture(self.folder, kills=2, epochs=2, seed=2)
        self.assertEqual(found['different'], 0)
        self.assertGreater(found['tensors'], 100, found)

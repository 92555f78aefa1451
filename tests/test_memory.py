"""How much a process has taken, not the one that started it."""

import subprocess
import sys
from unittest import TestCase

from colorize import memory
from tests.shared.peaks import new_peak_mib

_PRINT = 'from colorize import memory; print(memory.peak_mib())'


class TestPeak(TestCase):
    def test_what_was_taken(self):
        before = new_peak_mib()
        bytearray(b'x') * (200 << 20)
        self.assertGreater(memory.peak_mib() - before, 190)
        self.assertLess(memory.peak_mib() - before, 230)

    def test_of_a_child(self):
        held = bytearray(b'x') * (300 << 20)
        said = subprocess.check_output([sys.executable, '-c', _PRINT])
        self.assertTrue(held)
        self.assertLess(float(said), 100)

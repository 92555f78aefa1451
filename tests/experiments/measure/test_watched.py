"""What a command took is told of it alone."""

import subprocess
import sys
from unittest import TestCase

from experiments.measure.watched import watched

_TAKE = "import time; bytearray(b'x') * (100 << 20); time.sleep(0.2)"


class TestWatched(TestCase):
    def test_taken_by_a_small_child_of_a_large_parent(self):
        held = bytearray(b'x') * (300 << 20)
        took = watched([sys.executable, '-c', _TAKE])
        self.assertTrue(held)
        self.assertGreater(took['peak_memory_mib'], 100)
        self.assertLess(took['peak_memory_mib'], 150)
        self.assertGreater(took['whole'], 0.2)
        self.assertLess(took['cpu'], took['whole'])

    def test_failure(self):
        with self.assertRaises(subprocess.CalledProcessError) as caught:
            watched([sys.executable, '-c', "raise ValueError('that')"])
        self.assertIn(b'that', caught.exception.stderr)
        with self.assertRaisesRegex(subprocess.CalledProcessError, 'SIGKILL'):
            watched([sys.executable, '-c',
                     'import os; print(end="x", flush=True); '
                     'os.kill(os.getpid(), 9)'])

"""Workers that die while they start; Dask's own keeper loses these."""

import os
import signal
import threading
import time
import unittest

from distributed.core import Status

from colorize.cluster import local


def wait(for_what):
    end = time.time() + 30
    while not for_what():
        if time.time() > end:
            raise AssertionError('in vain')
        time.sleep(0.01)


class TestKeeper(unittest.TestCase):
    def kill(self, keeper):
        """Returns when the next one has begun to start."""
        dead = keeper.pid
        os.kill(dead, signal.SIGKILL)
        wait(lambda: keeper.pid not in (dead, None))

    def test_a_worker_may_die_while_it_starts(self):
        with local.cluster(1) as started:
            keeper = started.workers[0]
            self.kill(keeper)
            self.assertEqual(keeper.process.status, Status.starting)
            self.kill(keeper)
            last = keeper.pid
            for each in (signal.SIGINT, signal.SIGHUP):  # of a terminal
                os.kill(last, each)
            wait(lambda: keeper.process.status == Status.running)
            self.assertEqual(keeper.pid, last)
            self.kill(keeper)
            began = time.time()
        self.assertLess(time.time() - began, 20)

    def test_a_worker_that_never_starts_is_ended(self):
        with local.cluster(1) as started:
            keeper = started.workers[0]
            self.kill(keeper)
            os.kill(keeper.pid, signal.SIGSTOP)
            wakes = threading.Timer(15, os.kill, (keeper.pid, signal.SIGCONT))
            wakes.start()
            began = time.time()
        wakes.cancel()
        self.assertLess(time.time() - began, 10)

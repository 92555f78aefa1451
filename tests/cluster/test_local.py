"""Workers that die while they start; Dask's own keeper loses these."""

import contextlib
import os
import signal
import threading
import time
import unittest

import psutil
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

    def test_its_first_life_may_end_like_that(self):
        killed = []
        killer = threading.Thread(target=self.kill_as_they_come,
                                  args=(killed, 2))
        killer.start()
        with local.cluster(1) as started:
            keeper = started.workers[0]
            self.assertEqual(keeper.process.status, Status.running)
            self.assertNotIn(keeper.pid, killed)
        killer.join()
        self.assertEqual(len(killed), 2)

    @staticmethod
    def kill_as_they_come(killed, count):
        end = time.time() + 30
        while len(killed) < count and time.time() < end:
            time.sleep(0.01)
            for each in psutil.Process().children():
                with contextlib.suppress(psutil.Error):
                    if each.pid not in killed and 'spawn_main' in ' '.join(
                            each.cmdline()):
                        each.kill()
                        killed.append(each.pid)

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

"""Batches on a real cluster of two processes, which may die."""

import functools
import gc
import itertools
import os
import queue
import re
import signal
import socket
import tempfile
import threading
import time
import unittest
from unittest import mock

import dask
from distributed import Client, LocalCluster
from distributed import TimeoutError as Late

from colorize import command
from colorize.cluster import window
from colorize.cluster.connection import (ClusterError, check_address,
                                         connected)
from colorize.cluster.window import Lost, spread

#: Of such an item a worker dies, in such a one the function fails.
DEADLY, BAD = 7, 13


def clients():
    """How many of Dask's clients are in memory."""
    return sum(type(each) is Client for each in gc.get_objects())


def exponent():
    """What a worker holds."""
    return 2


def mortal(path):
    """What a worker holds; the first dies of it."""
    try:
        os.mkdir(path)
    except FileExistsError:
        return 3
    os.kill(os.getpid(), signal.SIGKILL)


def power(held, items, again, waits):
    """On a worker; one item takes it along."""
    if DEADLY in items:
        os.kill(os.getpid(), signal.SIGKILL)
    if BAD in items:
        raise KeyError('no such\nthing')
    return [item ** held for item in items]


def own_process(held, items, again, waits):
    """On a worker: the first item is its death, unless tried before."""
    if items == [0] and not again:
        os.kill(os.getpid(), signal.SIGKILL)
    return [(os.getpid(), again)] * len(items)


def until_nobody_waits(held, items, again, waits):
    """On a worker: items are paths; says when it begins and ends."""
    with open(items[0] + '-begun', 'w'):
        pass
    while waits():
        time.sleep(0.02)
    with open(items[0] + '-ended', 'w'):
        return items


def unfit():
    raise ClusterError('this one has numpy 0.1, the client 1.23')


def wait_for(path):
    """Until another process has made a file."""
    end = time.time() + 20
    while not os.path.exists(path):
        if time.time() > end:
            raise AssertionError(f'{path} has not come')
        time.sleep(0.02)


class TestSpread(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.entered = connected('local:2')
        cls.client = cls.entered.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.entered.__exit__(None, None, None)

    def test_an_item_that_kills_or_fails_is_told_from_its_neighbours(self):
        batches = [list(range(start, start + 4)) for start in range(0, 24, 4)]
        found = dict(spread(self.client, exponent, power, iter(batches)))
        killed, failed = found.pop(DEADLY), found.pop(BAD)
        self.assertEqual(killed, Lost(
            'two workers died of it, one after the other', True))
        self.assertRegex(failed.reason, 'KeyError.*no such')
        self.assertFalse(failed.of_death)
        self.assertEqual(found, {item: item ** 2 for item in range(24)
                                 if item not in (DEADLY, BAD)})

    def test_a_worker_killed_in_between_costs_nothing(self):
        found = list(spread(self.client, exponent, own_process,
                            [[number] for number in range(8)]))
        self.assertEqual(sorted(item for item, _ in found), list(range(8)))
        self.assertTrue(dict(found)[0][1])
        self.assertFalse(any(isinstance(each, Lost) for _, each in found))

    def test_a_worker_may_die_of_what_it_shall_hold(self):
        with tempfile.TemporaryDirectory() as folder:
            make = functools.partial(mortal, os.path.join(folder, 'once'))
            self.assertEqual(dict(spread(self.client, make, power,
                                         [[2], [3]])), {2: 8, 3: 27})

    def test_no_more_than_a_window_is_taken(self):
        taken = []

        def batches():
            for number in range(100, 150):
                taken.append(number)
                yield [number]
        found = spread(self.client, exponent, power, batches())
        self.assertEqual(len(next(found)), 2)
        self.assertLess(len(taken), 15)
        found.close()

    def test_a_worker_learns_that_nobody_waits_any_more(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, 'file')

            def batches():
                yield [path]
                wait_for(path + '-begun')
                raise KeyboardInterrupt
            with self.assertRaises(KeyboardInterrupt):
                list(spread(self.client, exponent, until_nobody_waits,
                            batches()))
            wait_for(path + '-ended')

    def test_a_worker_that_is_not_fit_ends_the_run(self):
        with self.assertRaisesRegex(ClusterError, "^this one has numpy"):
            list(spread(self.client, unfit, power, [[1]]))
        names = self.client.run(lambda dask_worker: [
            name for name in dask_worker.plugins if 'colorize' in name])
        self.assertFalse(any(names.values()), names)


class TestAdapting(unittest.TestCase):
    def test_a_cluster_that_starts_workers_only_where_there_is_work(self):
        """As dask-jobqueue's does, whose workers wait in a queue."""
        with LocalCluster(n_workers=0, threads_per_worker=1, processes=False,
                          dashboard_address=None) as started:
            started.adapt(maximum=1, interval='50 ms')
            with connected(started.scheduler_address) as client, \
                    mock.patch.object(window, 'PATIENCE', 10):
                self.assertEqual(list(spread(client, exponent, power, [[3]])),
                                 [(3, 9)])


class TestWithoutWorkers(unittest.TestCase):
    """A worker comes, or is late, at each look at a scheduler."""

    def said(self, *looks, workers=itertools.repeat({}), batches=()):
        client = mock.Mock()
        client.nthreads.side_effect = workers
        client.wait_for_workers.side_effect = looks
        with mock.patch.object(command, 'say') as say:
            try:
                found = list(spread(client, exponent, power, batches))
            except ClusterError as error:
                found = str(error)
        return [line for (line,), _ in say.call_args_list], found

    def test_it_is_said_once_and_not_at_once(self):
        line = ('the scheduler has no workers; waiting for one, 300 seconds '
                'at most')
        self.assertEqual(self.said(None), ([], []))
        self.assertEqual(self.said(Late, None), ([line], []))
        self.assertEqual(self.said(Late, Late),
                         ([line], 'the scheduler has no workers'))

    def test_that_all_are_gone_is_said_before_patience_ends(self):
        """Each look at the clock, they are gone two seconds longer."""
        one, gone = {'tcp://one': 1}, [{}] * 7
        with mock.patch.object(window, 'PATIENCE', 9), \
                mock.patch.object(queue, 'SimpleQueue') as answers, \
                mock.patch.object(window, 'time') as clock:
            answers().get.side_effect = queue.Empty
            clock.monotonic.side_effect = itertools.count(0, 2)
            lines, found = self.said(
                workers=[one, one] + gone[:4] + [one] + gone, batches=[[1]])
        self.assertEqual(lines, ['all workers are gone; waiting for one, 9 '
                                 'seconds at most'] * 2)
        self.assertEqual(found, 'no worker has been there for 9 seconds')


class TestAddress(unittest.TestCase):
    def test_what_names_a_scheduler(self):
        for good in ('tcp://10.0.0.1:8786', 'tls://host:1', 'local:12',
                     __file__):
            self.assertEqual(check_address(good), good)
        for bad in ('10.0.0.1:8786', 'local:0', 'local:', 'tcp://', 'http://x'
                    ':1', 'nowhere.json', ''):
            with self.assertRaisesRegex(ValueError, 'must be tcp://'):
                check_address(bad)

    def refuse(self, words, address):
        with self.assertRaisesRegex(
                ClusterError, f'^--scheduler {re.escape(address)}: {words}'):
            with connected(address, patience=1):
                pass

    def test_what_is_no_file_of_a_scheduler(self):
        for content in ('', '{', '[]', '{"id": "x"}'):
            with tempfile.NamedTemporaryFile('w') as file:
                file.write(content)
                file.flush()
                self.refuse('is no file of a scheduler', file.name)

    def test_a_certificate_that_is_missing(self):
        with dask.config.set({'distributed.comm.tls.ca-file': 'none.pem'}):
            self.refuse('(?!.*No such file)', 'tcp://127.0.0.1:1')
            self.refuse('.*tls.ca-file: none.pem: No such file',
                        'tls://127.0.0.1:9')

    def test_who_is_no_scheduler(self):
        for said in (b'', b'SSH-2.0-OpenSSH'):
            with socket.create_server(('127.0.0.1', 0)) as there:
                call = threading.Thread(target=lambda: there.accept()[
                    0].sendall(said))
                call.start()
                self.refuse('who answers there is no scheduler', 'tcp://'
                            f'127.0.0.1:{there.getsockname()[1]}')
                call.join()

    def test_nobody_there(self):
        """Nothing half made is left to be collected in a thread of Dask's."""
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        before = clients()
        self.refuse('', 'tcp://127.0.0.1:9')
        self.assertEqual(clients(), before)

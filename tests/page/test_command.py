"""The page's command: its address, its port, its end."""

import fcntl
import glob
import io
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import closing
from unittest import mock

from colorize.page import __main__ as page
from colorize.page.shelf import Shelf
from tests.predict.test_command import write_weights
from tests.shared.folder import ROOT, Folder


class TestCommand(Folder):
    def start(self, *options):
        """The command, running; what it prints first."""
        weights = self.path('w.npz')
        write_weights(weights)
        running = subprocess.Popen(
            [sys.executable, '-m', 'colorize.page', '--no-browser',
             '--weights', weights, *options], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, TMPDIR=self.folder))
        self.addCleanup(self.end, running)
        return running, running.stdout.readline()

    def end(self, running):
        running.kill()
        running.communicate()

    def folders(self):
        return glob.glob(self.path('colorize-page-*'))

    def test_serves_until_it_is_stopped(self):
        running, line = self.start()
        self.assertRegex(
            line, r'^http://127\.0\.0\.1:\d+/\?token=[\w-]{32}\n$')
        with urllib.request.urlopen(line.strip()) as answer:
            self.assertIn(b'<title>colorize', answer.read())
        self.assertEqual(len(self.folders()), 1)
        running.send_signal(signal.SIGINT)
        out, said = running.communicate(timeout=20)
        self.assertEqual(out, '')
        self.assertNotIn('Traceback', said)
        self.assertEqual(self.folders(), [])

    def test_a_port_that_is_taken(self):
        with closing(socket.socket()) as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            port = taken.getsockname()[1]
            with self.assertRaisesRegex(RuntimeError, f'port {port}: Addr'):
                page.listening(port)
            with mock.patch.object(page, 'PORT', port):
                with closing(page.listening(None)) as found:
                    self.assertGreater(found.getsockname()[1], port)
            with mock.patch.object(page, 'PORT', port), mock.patch.object(
                    page, 'MORE', 1), self.assertRaisesRegex(
                        RuntimeError, '--port'):
                page.listening(None)

    def test_two_that_start_at_once(self):
        with closing(socket.socket()) as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        with mock.patch.object(page, 'PORT', port), closing(
                page.listening(None)) as one, closing(
                    page.listening(None)) as other:
            self.assertNotEqual(one.getsockname(), other.getsockname())

    def test_listens_on_this_computer_only(self):
        with closing(page.listening(None)) as found:
            self.assertEqual(found.getsockname()[0], '127.0.0.1')

    def test_without_its_packages(self):
        with mock.patch.dict('sys.modules', {'uvicorn': None}):
            with self.assertRaisesRegex(RuntimeError,
                                        r'uvicorn: pip install .*\[page\]'):
                page.main(['--no-browser'])

    def test_what_takes_long_is_explained_then(self):
        with mock.patch.object(page, 'LATE', 0.01), mock.patch.object(
                page.command, 'say') as said:
            with page.said_late():
                time.sleep(0.2)
        self.assertIn('compiled', said.call_args[0][0])
        with mock.patch.object(page.command, 'say') as said:
            with page.said_late():
                pass
        said.assert_not_called()

    def test_help_needs_nothing_heavy(self):
        done = subprocess.run(
            [sys.executable, '-X', 'importtime', '-m', 'colorize.page',
             '--help'], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        for name in ('theano', 'numpy', 'starlette', 'uvicorn'):
            self.assertIsNone(re.search(rf'\| +{name}\b', done.stderr), name)


class TestShelf(Folder):
    def setUp(self):
        super().setUp()
        patch = mock.patch.object(tempfile, 'tempdir', self.folder)
        patch.start()
        self.addCleanup(patch.stop)

    def test_what_a_killed_one_has_left_is_swept(self):
        killed = Shelf()
        killed.lock_file.close()  # as the kernel does for the dead
        living = Shelf()
        self.addCleanup(living.close)
        self.assertFalse(os.path.exists(killed.folder))
        other = Shelf()
        self.assertTrue(os.path.exists(living.folder))
        other.close()
        self.assertFalse(os.path.exists(other.folder))

    def test_no_room_is_left_on_the_disk(self):
        shelf = Shelf()
        self.addCleanup(shelf.close)
        with mock.patch.object(shutil, 'disk_usage', return_value=mock.Mock(
                total=1 << 30, free=1 << 20)), self.assertRaisesRegex(
                    Exception, 'has 1 MiB free'):
            shelf.add('a.png', io.BytesIO(b'photo'))
        self.assertEqual(len(shelf), 0)

    def test_a_photo_that_cannot_be_copied_is_taken_off(self):
        shelf = Shelf()
        self.addCleanup(shelf.close)
        broken = mock.Mock(**{'seek.return_value': 12})
        broken.read.side_effect = [b'half a photo', OSError('no disk left')]
        with self.assertRaisesRegex(OSError, 'no disk left'):
            shelf.add('a.png', broken)
        self.assertEqual(len(shelf), 0)
        self.assertEqual(os.listdir(shelf.folder), ['lock'])

    def test_another_page_that_starts_at_the_same_time(self):
        """It finds our lock before we have it, and sweeps our folder."""
        lock, others = fcntl.flock, []

        def late(file, how):
            if not others:
                others.append('starts')
                others.append(Shelf())
            return lock(file, how)
        with mock.patch.object(fcntl, 'flock', late):
            shelf = Shelf()
        for each in shelf, others[1]:
            self.addCleanup(each.close)
            each.add('a.png', io.BytesIO(b'photo'))

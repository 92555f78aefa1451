"""Signals, streams and pipes: one line, the right status, nothing lost."""

import os
import signal
import subprocess
import sys
import time

from colorize import command
from tests.shared import signals
from tests.shared.folder import ROOT, Folder
from tests.shared.terminal import Terminal

#: A command that says when it has begun, and cleans up for a while.
CODE = '''
import sys, time
from colorize import command
def main():
    try:
        print('ready', flush=True)
        time.sleep(60)
    finally:
        print('cleaning', flush=True)
        time.sleep({})
command.run(main)
'''


class TestSignals(Folder):
    def started(self, code, preexec_fn=signals.noticed):
        process = subprocess.Popen(
            [sys.executable, '-c', code], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, preexec_fn=preexec_fn)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def test_each_has_its_status_and_one_line(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143),
                               (signal.SIGHUP, 129)):
            process = self.started(CODE.format(0))
            process.stdout.readline()
            process.send_signal(number)
            shown, said = process.communicate(timeout=20)
            self.assertEqual((process.returncode, shown, said.count('\n')),
                             (status, 'cleaning\n', 1))
            self.assertIn('stopped', said)

    def test_the_second_ends_at_once(self):
        process = self.started(CODE.format(60))
        process.stdout.readline()
        for _ in range(2):
            process.send_signal(signal.SIGINT)
            process.stdout.readline()
        began = time.time()
        _, said = process.communicate(timeout=20)
        self.assertLess(time.time() - began, 5)
        self.assertEqual((process.returncode, said.count('\n')), (130, 1))

    def test_what_is_to_be_finished(self):
        process = self.started(
            'import os, signal\nfrom colorize import command\n'
            'def main():\n'
            '    with command.put_off():\n'
            '        os.kill(os.getpid(), signal.SIGTERM)\n'
            '        print("finished", flush=True)\n'
            '    print("later")\n'
            'command.run(main)')
        shown, said = process.communicate(timeout=20)
        self.assertEqual((process.returncode, shown), (143, 'finished\n'))

    def test_while_a_command_is_imported(self):
        process = self.started(
            'from colorize import started\nimport time\n'
            'print("ready", flush=True)\ntime.sleep(60)')
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        self.assertEqual((process.returncode, said.count('\n')), (130, 1))

    def test_nohup(self):
        process = self.started(CODE.format(0).replace('60', '0.5'),
                               preexec_fn=lambda: signal.signal(
                                   signal.SIGHUP, signal.SIG_IGN))
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        self.assertEqual(process.wait(20), 0)


class TestStreams(Folder):
    CODE = ('import os, sys\n'
            'from colorize import command\n'
            'def main():\n'
            '    with open(sys.argv[1], "w") as file:\n'
            '        os.write(1, b"from C")\n'
            '        os.write(2, b"from C")\n'
            '        for _ in range(3):\n'
            '            command.say("said")\n'
            '            command.show("shown")\n'
            '        file.write("done")\n'
            'command.run(main)\n')

    def test_closed(self):
        """What a library prints must not go into a file of ours."""
        for closed in ('>&-', '2>&-', '<&-', '>&- 2>&- <&-'):
            done = subprocess.run(
                ['/bin/sh', '-c', f'"$0" -c "$1" "$2" {closed}',
                 sys.executable, self.CODE, self.path('a')],
                capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn('Error', done.stderr)
            with open(self.path('a')) as file:
                self.assertEqual(file.read(), 'done')

    def test_read_by_nobody(self):
        read, write = os.pipe()
        os.close(read)
        for name in ('stdout', 'stderr'):
            done = subprocess.run([sys.executable, '-c', self.CODE.replace(
                'os.write', 'len or os.write'), self.path('a')],
                **{'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE,
                   name: write})
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(self.path('a')) as file:
                self.assertEqual(file.read(), 'done')
        os.close(write)


#: A command that takes no notice of its terminal, which is closed.
DEAF = '''
import argparse, os, signal, sys, time
from colorize import command
from colorize.progress import above, progress
def main():
    parser = argparse.ArgumentParser()
    command.debug_option(parser)
    parser.parse_args(['--debug'])
    with progress(9, 'before') as advance:
        command.show('ready')
        while os.isatty(2):
            time.sleep(0.01)
        time.sleep(0.2)
        advance(8)  # the bar is drawn, or would be
        with progress(2, 'after'), above():
            command.complain(OSError('said'))
            command.show('shown')
    os.rename(sys.argv[1], sys.argv[2])
signal.signal(signal.SIGHUP, signal.SIG_IGN)
command.run(main)
'''

#: One that notices, at once or later, and is told again while it cleans up.
TOLD_TWICE = '''
import os, signal, sys, time
from colorize import command
def clean():
    for _ in range(2):
        os.kill(os.getpid(), signal.SIGHUP)
    os.rename(sys.argv[1], sys.argv[2])
    print('waits', end='')
def at_once():
    try:
        print('ready', flush=True)
        time.sleep(60)
    finally:
        clean()
def later():
    with command.put_off():
        print('ready', flush=True)
        while os.isatty(2):
            time.sleep(0.01)
        clean()
command.run({})
'''


class TestClosedTerminal(Folder):
    def check(self, code, status):
        """Close a command's terminal; it ends well all the same."""
        with open(self.path('a'), 'w'):
            pass
        terminal = Terminal(code, self.path('a'), self.path('b'))
        self.addCleanup(terminal.process.wait)
        self.addCleanup(terminal.process.kill)
        terminal.read('ready')
        terminal.close()
        self.assertEqual(terminal.process.wait(20), status)
        self.assertEqual(os.listdir(self.folder), ['b'])

    def test_is_not_written_to(self):
        self.check(DEAF, 0)

    def test_is_told_of_twice(self):
        """By its shell, and by the system when that has ended."""
        for main in ('at_once', 'later'):
            self.check(TOLD_TWICE.format(main), 129)
            os.remove(self.path('b'))


class TestWorkingFolder(Folder):
    def test_somebodys_models_are_not_ours(self):
        with open(self.path('models.py'), 'w') as file:
            file.write('raise SystemExit("theirs")')
        done = subprocess.run(
            [sys.executable, '-m', 'colorize.predict', '--help'],
            cwd=self.folder, capture_output=True, text=True,
            env=dict(os.environ, PYTHONPATH=ROOT))
        self.assertIn('--overwrite', done.stdout, done.stderr)

    def test_who_imports_the_package_keeps_what_is_theirs(self):
        """Their modules in their folder, and their hook."""
        done = subprocess.run(
            [sys.executable, '-c', 'import sys\n'
             'before = sys.path[:], sys.excepthook\n'
             'from colorize.photos import photo_file\n'
             'from colorize.color import metrics\n'
             'assert before == (sys.path, sys.excepthook)'],
            cwd=self.folder, capture_output=True, text=True,
            env=dict(os.environ, PYTHONPATH=ROOT))
        self.assertEqual(done.returncode, 0, done.stderr)


def test_docstrings_that_are_taken_away():
    done = subprocess.run(
        [sys.executable, '-OO', '-c', 'from colorize import command\n'
         'command.run(lambda: 0)'], capture_output=True, text=True)
    assert (done.returncode, done.stderr.count('\n')) == (2, 1), done
    assert 'PYTHONOPTIMIZE=2' in done.stderr


def test_a_command_is_called_by_its_module():
    for path, name in (('/x/colorize/training/__main__.py',
                        'colorize.training'),
                       ('/x/weights/fetch.py', 'weights.fetch'),
                       ('/usr/bin/colorize', 'colorize'),
                       ('', 'colorize')):
        assert command.name_of(path) == name, path

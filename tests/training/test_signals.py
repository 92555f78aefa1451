"""Ctrl-C, SIGTERM and a closed terminal, once and twice."""

import os
import signal
import subprocess
import sys
import time

from tests.shared import signals
from tests.shared.folder import Folder


class TestSignals(Folder):
    """In processes of their own, without a network."""

    CODE = ('import time\n'
            'from colorize import command\n'
            'from colorize.training import interrupts\n'
            'from colorize.disk.whole import written_whole\n'
            'def main():\n'
            '    with interrupts.noticed() as seen:\n'
            '        print("ready", flush=True)\n'
            '        {}\n'
            'command.run(main)\n')

    def started(self, body, preexec_fn=signals.noticed):
        process = subprocess.Popen(
            [sys.executable, '-c', self.CODE.format(body)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=preexec_fn)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        process.stdout.readline()
        return process

    def test_the_second_ends_even_a_long_step_in_c(self):
        # Like a compiled minibatch it never comes back to the interpreter.
        process = self.started('sum(range(10 ** 9))')
        for number in (signal.SIGINT, signal.SIGINT):
            time.sleep(0.3)
            process.send_signal(number)
        began = time.time()
        self.assertEqual(process.wait(10), -signal.SIGINT)
        self.assertLess(time.time() - began, 2)

    def test_a_closed_terminal_is_noticed(self):
        process = self.started('while not seen(): time.sleep(0.01)\n'
                               '        print("seen", flush=True)\n'
                               '        time.sleep(1)')
        process.send_signal(signal.SIGHUP)
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)  # as an interactive shell does
        self.assertEqual(process.wait(10), 0)

    def test_what_is_ignored_stays_so(self):
        # As in a shell script's background jobs.
        process = self.started('time.sleep(1); print(seen(), flush=True)',
                               preexec_fn=lambda: signal.signal(
                                   signal.SIGINT, signal.SIG_IGN))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.communicate(timeout=10)[0], 'False\n')

    def test_the_second_leaves_no_file(self):
        process = self.started(
            f'with written_whole({self.path("a")!r}) as file:\n'
            '            while not seen():\n'
            '                time.sleep(0.01)\n'
            '            print("seen", flush=True)\n'
            '            time.sleep(20)')
        process.send_signal(signal.SIGTERM)
        process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 143)
        self.assertEqual(said.count('\n'), 1, said)
        self.assertEqual(os.listdir(self.folder), [])

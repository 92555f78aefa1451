"""Ctrl-C and SIGTERM, once and twice."""

import os
import signal
import subprocess
import sys
import time

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

    def started(self, body):
        process = subprocess.Popen(
            [sys.executable, '-c', self.CODE.format(body)], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
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

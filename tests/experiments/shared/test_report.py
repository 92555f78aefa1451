"""Result files."""

import glob
import io
import os
import sys
from contextlib import redirect_stderr
from unittest import mock

from experiments.beyond import saturation
from experiments.measure import fuzz, judge, torture
from experiments.paper import overfit, table1, table2, train
from experiments.shared import held_out, options, report
from tests.shared.folder import ROOT
from tests.shared.experiments import Experiment


class TestReport(Experiment):
    def test_commands_name_no_folder_of_this_machine(self):
        argv = ['main', '--runs', '/home/me/runs/cvcl/', '--out', 'there',
                '--photos', 'mine/x', '--vgg16=/home/me/vgg16.npz',
                '--out=/home/me']
        with mock.patch.object(sys, 'argv', argv):
            report.write_json(self.path('a.json'), {})
        self.assertTrue(self.read('a.json')['command'].endswith(
            ' --runs cvcl --photos mine/x --vgg16=vgg16.npz'))


class TestFolder(Experiment):
    def refuse(self, main, out, words):
        with self.assertRaisesRegex(OSError, words):
            main(['--out', out])

    def test_it_is_made_before_the_work(self):
        for main in (overfit.main, table1.main, judge.main, torture.main,
                     saturation.main):
            self.refuse(main, '/proc/none', '/proc/none')
        with open(self.path('file'), 'w'):
            pass
        self.refuse(judge.main, self.path('file'), 'is no folder')
        with mock.patch.object(os, 'access', return_value=False):
            self.refuse(judge.main, self.folder, 'Permission denied')

    def test_so_is_the_default(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        open('out', 'w').close()
        for main in (overfit.main, table1.main, judge.main, torture.main,
                     fuzz.main, saturation.main, table2.main):
            with self.assertRaisesRegex(NotADirectoryError, 'out'):
                main([])
        with self.assertRaisesRegex(NotADirectoryError, 'out'):
            train.main(['folder'])

    def test_one_of_no_name_is_refused(self):
        with redirect_stderr(io.StringIO()) as said, \
                self.assertRaises(SystemExit):
            judge.main(['--out', ''])
        self.assertIn("--out: must name a folder, got ''", said.getvalue())


class TestPlace(Experiment):
    """What ships with the project is written over by OUT= alone."""

    def test_results_go_below_the_folder_one_is_in(self):
        os.makedirs(self.path('photos'))
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        with open(os.path.join('photos', 'a.jpg'), 'w'):
            pass  # counted, not opened
        self.run_main(table1.main, '--photos', 'photos')
        self.assertEqual(os.listdir(os.path.join('out', 'results')),
                         ['table1.json'])

    def test_so_they_do_by_default_everywhere(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        for parser in (options.parser('paper.head', ''),
                       held_out.parser('beyond.hints', '', 1)):
            self.assertEqual(parser.parse_args([]).out, report.RESULTS)
        given = options.parse_saved('paper.table2', '', ['--runs', 'r/a'])
        self.assertEqual(given.out, os.path.join(report.RESULTS, 'a'))
        naming = [path for path in glob.glob(os.path.join(
            ROOT, 'experiments', '**', '*.py'), recursive=True)
            if "'experiments/results" in self.text(path)]
        self.assertEqual(naming, [os.path.join(
            ROOT, 'experiments', 'show', 'page_picture.py')])

    def text(self, path):
        with open(path) as file:
            return file.read()

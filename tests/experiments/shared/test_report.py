"""Result files."""

import sys
from unittest import mock

from experiments.shared import report
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

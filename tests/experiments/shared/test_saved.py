"""Saved runs: every way in which they cannot be compared."""

import os
from unittest import mock

from experiments.shared import saved
from tests.shared.experiments import Experiment, write_run


class TestSavedRuns(Experiment):
    def refused(self, pattern):
        with self.assertRaisesRegex(saved.RunError, pattern) as caught:
            saved.open_runs(self.folder)
        self.assertNotIn('\n', str(caught.exception))

    def test_missing_torn_or_of_another_kind(self):
        self.refused('classification: no saved run .*run.json is missing')
        write_run(self.folder, 'classification')
        self.refused('regression: no saved run')
        write_run(self.folder, 'regression', system='classification')
        self.refused('regression: holds a classification network in luv')
        write_run(self.folder, 'regression', color_space='hsv')
        self.refused('regression: holds a regression network in hsv')
        write_run(self.folder, 'regression', epochs=0)
        self.refused('regression: no epoch has ended yet')
        write_run(self.folder, 'regression')
        with open(self.path('regression', 'log.jsonl'), 'a') as file:
            file.write('{"epoch": 4, "lo')
        self.refused('regression: run.json or log.jsonl is torn')
        os.remove(self.path('regression', 'log.jsonl'))
        self.refused('log.jsonl is missing')

    def test_two_sizes_cannot_be_compared(self):
        for system in ('classification', 'regression'):
            write_run(self.folder, system)
        sides = iter((32, 64))
        with mock.patch.object(saved, 'predictor',
                               lambda path: (None, next(sides))):
            self.refused('at different sizes, 32 and 64')

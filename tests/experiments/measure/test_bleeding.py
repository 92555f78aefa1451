"""Bleeding at a small size."""

import json

from experiments.measure import bleeding
from experiments.shared import bundled
from tests.shared.experiments import Experiment


class TestBleeding(Experiment):
    def test_writes_every_way(self):
        self.run_main(bleeding.main, '--side', '64', '--out', self.folder)
        with open(self.path('bleeding.json')) as file:
            found = json.load(file)
        self.assertEqual(len(found['real']), 1 + len(bleeding.TRIED))
        self.assertEqual(set(found['photos']), set(bundled.COLOR_PHOTOS))

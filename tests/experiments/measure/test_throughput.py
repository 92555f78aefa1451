"""Throughput at its smallest size."""

import json
from unittest import mock

from experiments.measure import throughput
from tests.shared.experiments import Experiment


class TestThroughput(Experiment):
    def test_seconds_of_both(self):
        with mock.patch.object(throughput, '_SIZES', ((60, 80), (80, 60))), \
                mock.patch.object(throughput, '_LARGE', 3000):
            self.run_main(throughput.main, '--photos', '3', '--out',
                          self.folder)
        with open(self.path('throughput.json')) as file:
            found = json.load(file)
        self.assertEqual(found['photos'], 3)
        for name in ('start', 'whole', 'network'):
            self.assertGreater(found[name], 0, name)
        self.assertGreater(found['whole'], found['network'])
        # The photo, its result and its lightness at least.
        self.assertGreater(found['large']['peak_memory_mib'], 50)
        self.assertGreater(found['large']['whole'], found['photo'])

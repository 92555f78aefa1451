"""Throughput at its smallest size."""

import json
from unittest import mock

from experiments.measure import throughput
from tests.shared.experiments import Experiment


class TestThroughput(Experiment):
    def test_seconds_of_both(self):
        with mock.patch.object(throughput, 'SIZES', ((60, 80), (80, 60))), \
                mock.patch.object(throughput, 'LARGE', 3000):
            self.run_main(throughput.main, '--count', '3', '--out',
                          self.folder)
        with open(self.path('throughput.json')) as file:
            found = json.load(file)
        self.assertEqual(found['photos'], 3)
        for name in ('start', 'whole', 'network'):
            self.assertGreater(found[name], 0, name)
        self.assertGreater(found['whole'], found['network'])
        larger = found['at_224']
        self.assertGreater(larger['cpu']['network'],
                           1.5 * found['cpu']['network'])
        self.assertAlmostEqual(larger['times'] * larger['network'],
                               larger['photo'], places=2)
        steps = found['steps_ms']
        self.assertEqual(set(steps), {
            'read', 'shrink', 'decode', 'paint', 'paint16', 'jpg', 'png',
            'png16', 'tif', 'webp'})
        self.assertGreater(min(steps.values()), 0)
        self.assertGreater(found['peak_memory_mib'], 50)
        # The photo, its result and its lightness at least.
        self.assertGreater(found['large']['peak_memory_mib'], 50)
        self.assertGreater(found['large']['whole'], found['photo'])

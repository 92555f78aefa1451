"""Many photos in one go: at small size."""

from experiments.measure import load
from tests.shared.folder import Folder


class TestLoad(Folder):
    def test_all_good_photos_are_done_and_the_summary_adds_up(self):
        found, samples = load.load(self.folder, 60, 0.1,
                                   load.small_weights(self.folder))
        self.assertEqual(
            (found['results'], found['damaged'], found['status']),
            (54, 6, 1))
        self.assertTrue(found['summary'].endswith(
            ': 54 of 60 photos coloured, 6 failed'), found)
        self.assertEqual(found['lines'], 7)
        self.assertGreaterEqual(*found['open_files'])
        self.assertEqual(samples.shape[1], 4)

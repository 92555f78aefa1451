"""Damaged files by the hundred, many photos in one go: at small size."""

import tempfile
import unittest

from experiments.measure import fuzz, fuzz_cases, load


class TestFuzz(unittest.TestCase):
    def test_a_few_hundred_cases(self):
        found = fuzz.fuzz(300, seed=1)
        self.assertEqual(found['bad'], [])
        self.assertEqual(found['cases'], 300)
        for form in fuzz_cases.FORMATS:
            self.assertGreater(found['refused'][form], 10, found)
            self.assertGreater(found['done'][form], 2, found)
        self.assertLess(found['slowest'], 5)
        self.assertLess(found['peak_mib'] - found['idle_mib'], 300)

    def test_every_rule_is_looked_at(self):
        fine = {'status': 1, 'said': 'command: name: bad\n'}
        self.assertIsNone(fuzz_cases.broken_rule(fine, [], 'name'))
        self.assertIsNone(fuzz_cases.broken_rule(
            dict(fine, status=0), ['result'], 'name'))
        for change, found, words in (
                ({'status': -1}, [], 'traceback'),
                ({'status': 139}, [], 'traceback'),
                ({'said': 'Traceback\n'}, [], 'traceback'),
                ({'said': ''}, [], 'no clear line'),
                ({'said': 'bad\n'}, [], 'no clear line'),
                ({'said': 'name\nmore\n'}, [], 'no clear line'),
                ({'status': 0, 'said': 'a\n'}, ['result'], 'no clear line'),
                ({'status': 0, 'said': 'name\nname\n'}, [], 'no clear line'),
                ({'said': 'name: not enough memory\n'}, [], 'memory'),
                ({}, ['.writing-abc'], 'leftovers'),
                ({'status': 0, 'said': ''}, [], 'leftovers')):
            broken = fuzz_cases.broken_rule(dict(fine, **change), found,
                                            'name')
            self.assertTrue(str(broken).startswith(words), broken)


class TestLoad(unittest.TestCase):
    def test_all_good_photos_are_done_and_the_summary_adds_up(self):
        with tempfile.TemporaryDirectory() as folder:
            found, samples = load.load(folder, 60, 0.1,
                                       load._weights(folder))
        self.assertEqual(
            (found['results'], found['damaged'], found['status']),
            (54, 6, 1))
        self.assertTrue(found['summary'].endswith(
            ': 54 of 60 photos coloured, 6 failed'), found)
        self.assertEqual(found['lines'], 7)
        self.assertGreaterEqual(*found['open_files'])
        self.assertEqual(samples.shape[1], 4)

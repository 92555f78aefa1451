"""Damaged files by the hundred."""

import unittest
from unittest import mock

from experiments.measure import fuzz, fuzz_cases


class TestFuzz(unittest.TestCase):
    def test_a_few_hundred_cases(self):
        found = fuzz.fuzz(500, [1])
        self.assertEqual(found['bad'], [])
        self.assertEqual(found['cases'], 500)
        for form in fuzz_cases.FORMATS:
            self.assertGreater(found['refused'][form], 2, found)
            self.assertGreater(found['done'][form], 0, found)
        self.assertLess(found['slowest'], 5)
        self.assertLess(found['peak_mib'] - found['idle_mib'], 300)

    def test_a_case_that_does_not_end_is_tried_twice(self):
        """Case 1 was asleep with the machine, case 2 never ends."""
        stops = iter([1, 2, 2, None])

        def stopped(folder, first, cases, seed):
            stop = next(stops)
            good = [{'format': 'a', 'number': number, 'status': 0}
                    for number in range(first, stop or cases)]
            return good + ([] if stop is None else [
                {'format': 'a', 'number': stop, 'bad': 'no end'}])
        with mock.patch.object(fuzz, 'watched', stopped):
            found = fuzz.fuzz(4, [0])
        self.assertEqual((found['cases'], found['bad']),
                         (4, ['a 0 2: no end']))

    def test_every_rule_is_looked_at(self):
        fine = {'status': 1, 'said': 'command: name: bad\n'}
        self.assertIsNone(fuzz_cases.broken_rule(fine, [], ['name']))
        self.assertIsNone(fuzz_cases.broken_rule(
            dict(fine, status=0), ['result'], ['name']))
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
                                            ['name'])
            self.assertTrue(str(broken).startswith(words), broken)

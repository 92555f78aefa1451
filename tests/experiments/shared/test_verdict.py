"""What several seeds tell apart, by hand."""

import unittest

from experiments.shared import verdict


def summaries(*losses):
    return [{'val_loss': loss, 'val_psnr': 10 - loss} for loss in losses]


class TestVerdict(unittest.TestCase):
    def against(self, best, other, metric='val_loss', larger=False):
        return verdict.verdict(summaries(*best), {'other': summaries(*other)},
                               metric, larger)['other']

    def test_means_and_spread(self):
        several = summaries(1.0, 2.0, 6.0)
        self.assertEqual(verdict.means(several)['val_loss'], 3)
        # Deviations -2, -1 and 3: their squares are 14 in all, of two.
        self.assertAlmostEqual(verdict.spread(several)['val_loss'],
                               7 ** 0.5)
        self.assertEqual(verdict.means(several[:1]), several[0])
        self.assertEqual(verdict.spread(several[:1]), {})

    def test_difference_and_its_error(self):
        found = self.against((1.0, 2.0, 3.0), (1.5, 2.5, 4.1))
        self.assertAlmostEqual(found['difference'], 0.7)
        # Deviations -0.2, -0.2 and 0.4: variance 0.12 of a mean of three.
        self.assertAlmostEqual(found['standard_error'], 0.2)
        self.assertEqual(found['verdict'], 'seen')

    def test_the_other_way_and_not_told_apart(self):
        self.assertEqual(self.against(
            (1.5, 2.5, 4.1), (1.0, 2.0, 3.0))['verdict'], 'not so')
        # Ahead on average by far, and by less than its error.
        self.assertEqual(self.against(
            (1.0, 1.0, 1.0), (1.1, 1.1, 9.0))['verdict'], 'not told apart')
        # Ahead by more than its error, but not with every seed.
        self.assertEqual(self.against(
            (1.0,) * 5, (1.5, 1.5, 1.5, 1.5, 0.99))['verdict'],
            'not told apart')
        self.assertEqual(self.against(
            (1.0, 1.0), (1.0, 1.0))['verdict'], 'not told apart')

    def test_larger_may_be_better(self):
        self.assertEqual(self.against(
            (1.0, 2.0, 3.0), (1.5, 2.5, 4.1), 'val_psnr', True)['verdict'],
            'seen')

    def test_one_seed_decides_nothing(self):
        found = self.against((1.0,), (2.0,))
        self.assertEqual(found, {'difference': 1, 'standard_error': None,
                                 'verdict': None})

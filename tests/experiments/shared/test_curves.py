"""What a run came to, by hand."""

import unittest

from experiments.shared import curves


class TestCurves(unittest.TestCase):
    def test_best_epoch(self):
        losses = (5, 3, 4, 3)
        records = [{'epoch': number + 1, 'val_loss': loss}
                   for number, loss in enumerate(losses)]
        self.assertEqual(curves.best_epoch(records)['epoch'], 2)
        for record in records:
            del record['val_loss']
        self.assertEqual(curves.best_epoch(records)['epoch'], 4)

    def test_summary_by_hand(self):
        curve = [{'epoch': number, 'loss': loss, 'val_loss': held,
                  'val_acc_u': held / 10, 'seconds': 4.0, 'photos': 8,
                  'peak_memory_mib': 100 + number}
                 for number, loss, held in ((1, 5.0, 5.5), (2, 3.5, 4.5),
                                            (3, 4.0, 4.75))]
        found = curves.summary(curve)
        self.assertEqual(found, {
            'loss': 3.5, 'val_loss': 4.5, 'val_acc_u': 0.45, 'epochs': 3,
            'best_epoch': 2, 'decrease': 0.5, 'seconds_per_photo': 0.5,
            'peak_memory_mib': 103})

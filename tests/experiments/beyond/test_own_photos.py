"""make own: who teaches and who judges; the training itself is a run's."""

import os
import shutil
from unittest import mock

from experiments.beyond import own_photos
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


class TestOwnPhotos(Experiment):
    def setUp(self):
        super().setUp()
        write_weights(self.path('w.npz'))
        os.makedirs(self.path('photos'))

    def own(self, status=0):
        return self.run_main(
            own_photos.main, '--photos', self.path('photos'), '--quick',
            '--weights', self.path('w.npz'), '--runs', self.path('run'),
            '--out', self.path('out'), status=status)

    def test_others_judge_than_teach(self):
        write_photos(self.path('photos'), 13)
        taught = []

        def train(paths, folder, epochs, network, exactly, **settings):
            self.assertTrue(exactly)
            taught.extend(paths)
            os.makedirs(folder)
            shutil.copy(settings['start'], os.path.join(folder,
                                                        'weights.npz'))
        judged = mock.Mock(side_effect=own_photos.judge_folder.judge_folder)
        with mock.patch('colorize.training.loop.train', train), \
                mock.patch.object(own_photos.judge_folder, 'judge_folder',
                                  judged):
            printed = self.own()
        (before, first), (after, second) = (call.args for call
                                            in judged.call_args_list)
        self.assertEqual((len(set(taught)), len(set(before))), (8, 4))
        self.assertFalse(set(taught) & set(before))
        self.assertEqual(before, after)
        self.assertEqual(first, self.path('w.npz'))
        self.assertEqual(second, self.path('run', 'weights.npz'))
        found = self.read('out', 'own.json')
        # Nothing was learnt, so nothing may have changed.
        self.assertEqual(found['before'], found['after'])
        self.assertEqual(found['before']['photos'], 4)
        self.assertIn('after', printed)

    def test_too_few_photos(self):
        write_photos(self.path('photos'), 3)
        with self.assertRaisesRegex(ValueError, '^3 photos are too few: 8 to '
                                    'learn from and 4 to judge by'):
            self.own()

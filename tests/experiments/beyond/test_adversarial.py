"""Which network learns what, and a run that goes on as if never stopped."""

import json
import os
import shutil
from unittest import mock

import numpy as np

from colorize.settings import check_training
from colorize.systems import trained, weights_file
from colorize.training import run_folder
from experiments.beyond import adversarial, adversarial_loop
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment
from tests.shared.folder import Folder
from tests.shared.photos import write_photos

HOW = {'rate': 0.001, 'judge_rate': 0.001, 'beta1': 0.5, 'weight': 0.1,
       'seed': 0}


class TestMain(Experiment):
    def test_with_and_without_the_judge(self):
        """Neither learns here, so all that is compared is alike; each is
        told what the command line said of the photos."""
        write_weights(self.path('w.npz'))
        os.makedirs(self.path('photos'))
        paths, told = write_photos(self.path('photos'), 10), []

        def keep(folder):
            os.makedirs(folder, exist_ok=True)
            shutil.copy(self.path('w.npz'), f'{folder}/weights.npz')
            with open(f'{folder}/log.jsonl', 'w') as file:
                file.write('{"seconds": 1}\n')

        def train(paths, folder, epochs, network, exactly, **settings):
            keep(folder)
            told.append((epochs, network, settings))
            with open(f'{folder}/run.json', 'w') as file:
                json.dump({'network': network, 'learn': [], 'hold': [],
                           'training': check_training(settings)}, file)

        def both(paths, folder, start, alone, joint, how, shown):
            keep(folder)
            told.append((alone, joint, how['weight'], shown['crop'],
                         shown['side'], shown['holdout']))
            return paths[:2]
        with mock.patch('colorize.training.loop.train', train), \
                mock.patch.object(adversarial_loop, 'train', both):
            printed = self.run_main(
                adversarial.main, '--photos', self.path('photos'), '--quick',
                '--runs', self.path('runs'), '--out', self.path('out'),
                '--side', '32', '--crop', '8', '--holdout', '0.2', '--start',
                self.path('w.npz'), '--epochs', '3', '--joint', '5')
        epochs, network, settings = told.pop(0)
        self.assertEqual((epochs, network), (3, {'system': 'classification'}))
        self.assertEqual((settings['start'], settings['side']),
                         (self.path('w.npz'), 32))
        self.assertEqual(told, [(0, 5, 0, 8, 32, 0.2),
                                (8, 5, 0.1, 8, 32, 0.2)])
        found = self.read('out', 'adversarial.json')
        before, alone, after = (found['networks'][name] for name in (
            'before', 'without judge', 'after'))
        self.assertEqual([before, before], [alone, after])
        self.assertEqual((found['photos'], len(paths)), (2, 10))
        self.assertEqual(found['records']['after'], [{'seconds': 1}])
        self.assertIn(f"{before['psnr']:.2f}", printed)


class TestLoop(Folder):
    def test_who_learns(self):
        write_weights(self.path('w.npz'))
        functions, state = adversarial_loop.compiled(
            trained.load(self.path('w.npz')), HOW)
        rng = np.random.RandomState(0)
        batch = (rng.uniform(-100, 100, (2, 3, 16, 16)).astype('f'),
                 rng.randint(0, 50, (2, 2, 16, 16)).astype('uint8'),
                 100 * rng.rand(2, 16, 16).astype('f'),
                 rng.uniform(-50, 50, (2, 2, 16, 16)).astype('f'))

        def changed(name):
            before = {key: shared.get_value()
                      for key, shared in state.items()}
            functions[name](*batch)
            return {key for key, shared in state.items()
                    if not key.startswith('optimizer')
                    and (shared.get_value() != before[key]).any()}
        judge = {key for key in state if key.startswith(('judge', 'real'))}
        # Batch norm's averages move with every pass of the generator.
        alone = {key for key in changed('alone')
                 if not key.endswith(('.mean', '.inv_std'))}
        self.assertTrue(alone and alone <= judge)
        both = changed('both')
        self.assertTrue(both & judge)
        self.assertIn('scores_u.W', both)
        scores = [functions['alone'](*batch)[1:] for _ in range(30)]
        self.assertGreater(np.subtract(*scores[-1]),
                           np.subtract(*scores[0]) + 0.05)

    def test_stopped_and_gone_on(self):
        """Functions that only count stand in for the networks."""
        write_weights(self.path('w.npz'))
        paths = write_photos(self.folder, 9)
        found = []
        for stop in (None, 2, 7):
            folder = self.path(f'run{stop}')
            while not self._run(paths, folder, stop):
                stop = None
            found.append((self._log(folder), weights_file.read(
                f'{folder}/weights.npz')[0]['scores_u.b'].tolist()))
        self.assertEqual(found[1:], found[:1] * 2)
        self.assertEqual([len(each[0]) for each in found], [3, 3, 3])

    def test_only_the_generator_without_a_judge(self):
        write_weights(self.path('w.npz'))
        held = trained.load(self.path('w.npz'))
        with mock.patch('colorize.backend.theano.function') as compiling:
            adversarial_loop.compiled(held, dict(HOW, weight=0))
        updates = compiling.call_args_list[-1].kwargs['updates']
        self.assertFalse([each for each in updates if str(
            each.name).startswith(('judge', 'real'))])

    def test_a_network_that_diverged(self):
        with self.assertRaisesRegex(run_folder.TrainingError,
                                    '^run: the losses are no numbers'):
            adversarial_loop.checked(mock.Mock(folder='run'),
                                     [1.0, float('nan'), 0.0])

    def _run(self, paths, folder, stop):
        """Whether the run came to its end."""
        from colorize.training import interrupts
        steps = []

        def compiled(held, how):
            state = {'scores_u.b': held.network.outputs[0].b}

            def step(inputs, *_):
                steps.append(1)
                bias = state['scores_u.b']
                bias.set_value(bias.get_value() * np.float32(0.9)
                               + inputs.mean().astype('float32'))
                return [float(bias.get_value()[0])] * 3
            return {'alone': step, 'both': step}, state
        noticed = mock.MagicMock()
        noticed.return_value.__enter__.return_value = (
            lambda: len(steps) == stop)
        with mock.patch.object(adversarial_loop, 'compiled', compiled), \
                mock.patch.object(adversarial_loop, 'BATCH', 2), \
                mock.patch.object(interrupts, 'noticed', noticed):
            try:
                adversarial_loop.train(
                    paths, folder, self.path('w.npz'), 1, 2, HOW,
                    {'side': 32, 'seed': 0})
            except interrupts.Interrupted:
                return False
        return True

    @staticmethod
    def _log(folder):
        with open(f'{folder}/log.jsonl') as file:
            return [{name: value for name, value in json.loads(line).items()
                     if name != 'seconds'} for line in file]

"""Which network learns what, and a run that goes on as if never stopped."""

import json
from unittest import mock

import numpy as np

from colorize.systems import trained, weights_file
from experiments.beyond import adversarial_loop
from tests.predict.test_command import write_weights
from tests.shared.folder import Folder
from tests.shared.photos import write_photos

HOW = {'rate': 0.001, 'beta1': 0.5, 'weight': 0.1, 'side': 32, 'seed': 0}


class TestLoop(Folder):
    def test_who_learns(self):
        write_weights(self.path('w.npz'))
        functions, state = adversarial_loop.compiled(
            trained.load(self.path('w.npz')), 0.05, HOW)
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

    def _run(self, paths, folder, stop):
        """Whether the run came to its end."""
        from colorize.training import interrupts
        steps = []

        def compiled(held, width, how):
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
                mock.patch.object(adversarial_loop, '_BATCH', 2), \
                mock.patch.object(interrupts, 'noticed', noticed):
            try:
                adversarial_loop.train(paths, folder, self.path('w.npz'), 1,
                                       2, 0.05, HOW)
            except interrupts.Interrupted:
                return False
        return True

    @staticmethod
    def _log(folder):
        with open(f'{folder}/log.jsonl') as file:
            return [{name: value for name, value in json.loads(line).items()
                     if name != 'seconds'} for line in file]

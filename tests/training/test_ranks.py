"""Two processes under ``mpiexec`` train one network."""

import glob
import json
import os
import signal
import subprocess
import sys
import time
import unittest
from contextlib import redirect_stderr
from io import StringIO
from unittest import mock

import numpy as np

from colorize.systems import weights_file
from colorize.training import __main__ as training
from colorize.training import launched
from colorize.training.ranks import ALONE, Ranks
from tests.predict.test_command import write_weights
from tests.shared.folder import ROOT, Folder
from tests.shared.photos import write_photos

#: Batch norm in the taps and the encoder is enough, and compiles soon.
NETWORK = {'system': 'regression', 'width': 0.05,
           'freeze_until': 'conv4_3', 'vgg_batch_norm': False}
SETTINGS = {'side': 32, 'batch_size': 4, 'holdout': 0, 'seed': 3,
            'learning_rate': 0.002, 'update_rule': 'sgd',
            'sync_batch_norm': True}

#: Trains and keeps what this rank holds in the end.
TRAINING = '''
import json, sys
from unittest import mock
import numpy as np
from colorize.training import launched
out, paths, network, settings = json.loads(sys.argv[1])
with launched.joined() as ranks:
    from colorize.training import functions, loop
    compile_functions, kept = functions.compile_functions, []
    def keeping(*given):
        kept.append(compile_functions(*given))
        return kept[0]
    with mock.patch.object(functions, 'compile_functions', keeping):
        loop.train(paths, out, 10, network, ranks, **settings)
    np.savez(f'{out}-{ranks.rank}.npz', **{
        name: shared.get_value() for name, shared in kept[0].state.items()})
'''


def launcher(*command):
    """What starts two ranks of Python."""
    return [os.path.join(os.path.dirname(sys.executable), 'mpiexec'), '-n',
            '2', sys.executable, *command]


def ranks_of(word):
    """Ids of the processes that have a word in their command, by rank."""
    found = {}
    for path in glob.glob('/proc/[0-9]*/environ'):
        try:
            with open(path) as file, open(path.replace(
                    'environ', 'cmdline')) as command:
                variables = file.read().split('\0')
                words = command.read().split('\0')
        except OSError:
            continue
        rank = [each for each in variables if each.startswith('PMI_RANK=')]
        if word in words and rank:
            found[int(rank[0][9:])] = int(path.split('/')[2])
    return found


class TestShares(unittest.TestCase):
    def test_every_photo_counts_once_and_none_is_without(self):
        for count in (1, 2, 5, 6):
            for size in (2, 3, 4):
                seen, total = [], 0
                for rank in range(size):
                    ranks = Ranks(mock.Mock(rank=rank, size=size))
                    ranks.weigh(count)
                    share = list(ranks.share(range(count)))
                    self.assertTrue(share)
                    total += ranks.weight
                    if ranks.weight:
                        seen += share
                        self.assertAlmostEqual(ranks.weight,
                                               len(share) / count)
                self.assertEqual(seen, list(range(count)))
                self.assertAlmostEqual(total, 1)


class TestAlone(unittest.TestCase):
    def test_one_process_knows_nothing_of_mpi(self):
        code = ('import sys\n'
                'from colorize.training import launched, ranks\n'
                'import colorize.training.loop\n'
                'with launched.joined() as found:\n'
                '    print(found is ranks.ALONE, "mpi4py" in sys.modules)')
        done = subprocess.run([sys.executable, '-c', code], cwd=ROOT,
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.split(), ['True', 'False'])

    def test_it_takes_the_whole_minibatch(self):
        self.assertEqual((ALONE.share('ab'), ALONE.any(0), ALONE.size),
                         ('ab', False, 1))

    def test_another_mpi_is_named(self):
        with mock.patch.dict(os.environ, PMI_SIZE='3'), self.assertRaisesRegex(
                RuntimeError, 'started 3 ranks, and mpi4py sees 1: it uses '
                              'another MPI, '):
            launched.connected(3)


class TestTrouble(Folder):
    """Without a network: a rank in trouble is one line and ends all."""

    CODE = ('from colorize.training import launched\n'
            'with launched.joined() as ranks:\n'
            '    {}\n'
            '    ranks.meet()\n')

    def ended(self, body):
        done = subprocess.run(
            launcher('-c', self.CODE.format(body)), cwd=ROOT, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return done.returncode, done.stderr

    def test_an_error_of_one_rank_is_said_by_the_first(self):
        self.assertEqual(
            self.ended('if ranks.rank: raise ValueError("a.png: torn")'),
            (1, '-c: rank 1: a.png: torn\n'))

    def test_an_error_of_all_ranks_is_said_once(self):
        status, said = self.ended('raise ValueError("side: 3, not 4")')
        self.assertEqual((status, said), (1, '-c: side: 3, not 4\n'))

    def test_what_ends_well_by_itself(self):  # as --help does
        self.assertEqual(self.ended('raise SystemExit(0)'), (0, ''))

    def test_all_is_well(self):
        self.assertEqual(self.ended(
            'assert ranks.any(ranks.rank) and ranks.first(lambda: 7) == 7'),
            (0, ''))


class TestTwoRanks(Folder):
    def setUp(self):
        super().setUp()
        self.photos = write_photos(self.folder)

    def test_they_equal_one_process_with_the_same_minibatch(self):
        """Seven photos, so that shares are uneven in every other update."""
        self.train('two', launcher())
        self.train('one', [sys.executable])
        first, second, one = (
            dict(np.load(self.path(f'{name}.npz')))
            for name in ('two-0', 'two-1', 'one-0'))
        for name, array in first.items():
            np.testing.assert_array_equal(array, second[name], name)
        self.assertEqual(set(one), set(first))
        for name, array in one.items():
            np.testing.assert_allclose(
                first[name], array, rtol=0, err_msg=name,
                atol=1e-5 * max(1, abs(array).max()))

    def train(self, name, python):
        """With all of float32's digits, which AMX does not keep."""
        given = [self.path(name), self.photos, NETWORK, SETTINGS]
        subprocess.run(
            [*python, '-c', TRAINING, json.dumps(given)], cwd=ROOT,
            timeout=300, check=True,
            env=dict(os.environ, DNNL_MAX_CPU_ISA='AVX512_CORE'))

    def test_a_killed_rank_ends_all_and_one_goes_on(self):
        write_weights(self.path('w.npz'), **NETWORK)
        options = [self.folder, '--run', self.path('run'), '--start',
                   self.path('w.npz'), '--no-vgg-batch-norm',
                   '--sync-batch-norm']
        for name, value in {**NETWORK, **SETTINGS}.items():
            if not isinstance(value, bool):
                options += [f"--{name.replace('_', '-')}", str(value)]
        process = subprocess.Popen(
            launcher('-m', 'colorize.training', *options, '--epochs', '9999'),
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)
        self.addCleanup(process.kill)
        self.wait_for(process, self.path('run', 'checkpoint.npz'))
        os.kill(ranks_of(self.path('run'))[1], signal.SIGKILL)
        said, _ = process.communicate(timeout=60)
        self.assertNotEqual(process.returncode, 0)
        ours = [line for line in said.splitlines()
                if line.startswith('colorize.training:')]
        self.assertEqual(len(ours), 1, said)
        self.assertIn('a rank was killed', ours[0])
        self.assertNotIn('Traceback', said)
        self.go_on(options)

    def wait_for(self, process, path):
        until = time.time() + 240
        while not os.path.exists(path):
            self.assertIsNone(process.poll())
            self.assertLess(time.time(), until)
            time.sleep(0.05)

    def go_on(self, options):
        """Resume with one process."""
        _, found = weights_file.read(self.path('run', 'checkpoint.npz'))
        self.assertEqual(found['progress']['ranks'], 2)
        epochs = found['progress']['epoch'] + 1
        with redirect_stderr(StringIO()) as said:
            training.main([*options, '--epochs', str(epochs)])
        self.assertIn('run: 2 ranks so far, goes on with 1 process',
                      said.getvalue())
        with open(self.path('run', 'log.jsonl')) as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([line['epoch'] for line in lines],
                         list(range(1, epochs + 1)))
        self.assertEqual([line.get('ranks') for line in lines[-2:]],
                         [2, None])
        start, trained = (weights_file.read(self.path(*name))[0] for name in (
            ('w.npz',), ('run', 'weights.npz')))
        np.testing.assert_array_equal(trained['conv4_3.W'],
                                      start['conv4_3.W'])
        self.assertGreater(np.abs(trained['output.W'] - start['output.W'])
                           .max(), 0)

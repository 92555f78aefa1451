"""A GPU is used or refused, never replaced by the CPU in silence."""

import ctypes
import json
import logging
import os
import subprocess
import sys
import types
import unittest
from unittest import mock

import numpy as np

from colorize import command, onednn
from colorize.backend import cuda
from colorize.predict import __main__ as predict
from colorize.training import __main__ as training
from experiments.beyond import train_default
from experiments.measure import bench_gpu
from experiments.paper import overfit
from experiments.show import demo
from tests.shared.folder import ROOT, Folder
from tests.shared.photos import write_photos
from tests.backend.test_backend import python

COMMANDS = {'colorize.predict': predict, 'colorize.training': training,
            'experiments.show.demo': demo,
            'experiments.paper.overfit': overfit,
            'experiments.beyond.train_default': train_default,
            'experiments.measure.bench_gpu': bench_gpu}


def parse(*arguments):
    import argparse
    parser = argparse.ArgumentParser()
    command.add_device(parser)
    with mock.patch('sys.stderr'):
        return parser.parse_args(arguments).device


class TestOption(unittest.TestCase):
    def test_every_command_refuses_an_unknown_device(self):
        for name, module in COMMANDS.items():
            arguments = [name, '--device', 'gpu0', 'x']
            with mock.patch.object(sys, 'argv', arguments), \
                    mock.patch.dict(os.environ), \
                    mock.patch('sys.stderr') as said, \
                    self.assertRaises(SystemExit) as end:
                module.main()
            self.assertEqual(end.exception.code, 2, name)
            self.assertIn("got 'gpu0'", str(said.write.mock_calls), name)

    def test_words_near_a_device(self):
        for name in ('', 'CUDA', 'cuda:0', 'cuda0,floatX=float64', 'cudax'):
            with self.assertRaises(SystemExit):
                parse('--device', name)

    def test_the_option_beats_the_users_flags_and_keeps_the_others(self):
        flags = {'THEANO_FLAGS': 'device=cuda3,floatX=float32'}
        with mock.patch.dict(os.environ, flags), \
                mock.patch.dict(sys.modules, theano=None):
            self.assertEqual(parse('--device', 'cuda1'), 'cuda1')
            self.assertEqual(os.environ['THEANO_FLAGS'],
                             'device=cuda3,floatX=float32,device=cuda1')

    def test_without_the_option_nothing_changes(self):
        with mock.patch.dict(os.environ):
            os.environ.pop('THEANO_FLAGS', None)
            self.assertIsNone(parse())
            self.assertNotIn('THEANO_FLAGS', os.environ)

    def test_too_late_is_an_error(self):
        loaded = types.SimpleNamespace(
            config=types.SimpleNamespace(device='cpu'))
        with mock.patch.dict(os.environ), \
                mock.patch.dict(sys.modules, theano=loaded):
            with self.assertRaisesRegex(RuntimeError, 'on cpu already'):
                parse('--device', 'cuda')
            self.assertEqual(parse('--device', 'cpu'), 'cpu')


class TestMake(unittest.TestCase):
    def said(self, target, *variables):
        done = subprocess.run(
            ['make', '-n', '-o', '.venv/.ready', target, 'PHOTOS=x']
            + list(variables), cwd=ROOT, text=True, check=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout

    def test_targets_that_train_or_predict_pass_the_device_on(self):
        for target in ('demo', 'overfit', 'train-default', 'train-cvcl',
                       'bench-gpu'):
            self.assertIn('--device cuda1',
                          self.said(target, 'DEVICE=cuda1'), target)
            self.assertNotIn('--device', self.said(target), target)


class TestWithoutGPU(Folder):
    """pygpu that cannot be imported stands for any lack."""

    def fails(self, *arguments, **environment):
        with open(self.path('pygpu.py'), 'w') as file:
            file.write('raise ImportError("hidden")\n')
        environment.update(PYTHONPATH=self.folder, OMP_WAIT_POLICY='passive')
        done = subprocess.run(
            [sys.executable, '-m'] + list(arguments), cwd=ROOT, text=True,
            env=dict(os.environ, **environment), capture_output=True)
        self.assertEqual(done.returncode, 1, arguments)
        self.assertEqual(done.stdout, '')
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, 'device=cuda.*(lib|pygpu).* missing')

    def test_every_command_says_what_is_missing(self):
        write_photos(self.folder, 2)
        photo = self.path(sorted(os.listdir(self.folder))[0])
        for line in (['colorize.predict', photo],
                     ['colorize.training', self.folder, '--run',
                      self.path('run')],
                     ['experiments.show.demo', '--out', self.path('out')],
                     ['experiments.paper.overfit', '--out', self.path('out')],
                     ['experiments.beyond.train_default', self.folder,
                      '--run',
                      self.path('run'), '--out', self.path('out')],
                     ['experiments.measure.bench_gpu', '--out',
                      self.path('out')]):
            self.fails(*line + ['--device', 'cuda'])
        self.assertEqual(os.listdir(self.path('out')), [])
        self.assertFalse(os.path.exists(self.path('run')))

    def test_so_does_the_users_own_flag(self):
        self.fails('experiments.show.demo', THEANO_FLAGS='device=cuda0')

    def test_so_does_the_users_own_file(self):
        with open(self.path('rc'), 'w') as file:
            file.write('[global]\ndevice = cuda0\n')
        self.fails('experiments.show.demo', THEANORC=self.path('rc'))

    def test_the_option_overrules_the_file(self):
        with open(self.path('rc'), 'w') as file:
            file.write('[global]\ndevice = cuda0\n')
        said = python('from colorize.backend import theano\n'
                      'print(theano.config.device)', THEANO_FLAGS='device=cpu',
                      THEANORC=self.path('rc'))
        self.assertEqual(said, 'cpu\n')


class TestLibraries(Folder):
    def library(self, *parts):
        """A library with a version in its name and soname."""
        path = self.path(*parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        subprocess.run(['g++', '-shared', '-x', 'c++', '-', '-o', path,
                        f'-Wl,-soname,{os.path.basename(path)}'], check=True,
                       input=b'extern "C" int answer() { return 42; }')
        return os.path.realpath(path)

    def test_where_it_looks(self):
        wheel = self.library('site', 'nvidia', 'cu13', 'lib', 'libx.so.13')
        toolkit = self.library('cuda', 'lib64', 'libx.so.12')
        named = self.library('named', 'libx.so.11')
        with mock.patch.dict(os.environ, LD_LIBRARY_PATH='',
                             CUDA_HOME='', CUDA_PATH=''), \
                mock.patch.object(sys, 'path', [self.path('site')]):
            self.assertEqual(cuda.find_library('x'), wheel)
            os.environ['CUDA_HOME'] = self.path('cuda')
            self.assertEqual(cuda.find_library('x'), toolkit)
            os.environ['LD_LIBRARY_PATH'] = self.path('named')
            self.assertEqual(cuda.find_library('x'), named)
            with self.assertRaises(OSError):
                cuda.find_library('no-such-library')

    def test_the_name_without_version_finds_it(self):
        """As libgpuarray opens it, in a process begun without the folder."""
        path = self.library('libtoday.so.13')
        with self.assertRaises(OSError):
            ctypes.CDLL('libtoday.so')
        with mock.patch.object(cuda, 'find_library', return_value=path), \
                mock.patch.object(cuda, 'cache_folder',
                                  return_value=self.folder):
            cuda.provide('today')
        self.assertEqual(ctypes.CDLL('libtoday.so').answer(), 42)


def broken(error):
    """What Theano logs when a device cannot be had."""
    return logging.LogRecord('theano.gpuarray', logging.ERROR, '', 0,
                             'Could not initialize pygpu', (),
                             (type(error), error, None))


class TestRefusal(unittest.TestCase):
    """Theano itself would log an error and go on on the CPU."""

    def check(self, said=(), active=True, answer=2.0):
        fake = types.SimpleNamespace(
            config=types.SimpleNamespace(device='cuda'),
            gpuarray=types.SimpleNamespace(pygpu_activated=active),
            shared=lambda array: array, function=mock.Mock(
                return_value=lambda: [answer]))
        if isinstance(answer, Exception):
            fake.function.side_effect = answer
        with mock.patch.object(cuda, 'keep_argmax_there') as kept:
            cuda.check(fake, list(said))
        return kept

    def test_a_gpu_that_works(self):
        self.assertTrue(self.check().called)

    def test_pygpus_reason_is_given(self):
        error = RuntimeError(b'cuInit: no device')
        with self.assertRaisesRegex(cuda.GPUError, 'cuda: .*: cuInit: no d'):
            self.check([broken(error)])

    def test_not_active_without_a_word(self):
        with self.assertRaisesRegex(cuda.GPUError, 'device=cuda'):
            self.check(active=False)

    def test_one_and_one(self):
        with self.assertRaisesRegex(cuda.GPUError, r'1 \+ 1'):
            self.check(answer=0.0)

    def test_missing_headers_name_their_package(self):
        error = Exception('Compilation failed\n mod.cpp:4: fatal error: '
                          'gpuarray/array.h: No such file. 4 | more. ')
        with self.assertRaises(cuda.GPUError) as found:
            self.check(answer=error)
        self.assertTrue(str(found.exception).endswith(
            ': error: gpuarray/array.h: No such file; on Debian 12: apt '
            'install libgpuarray-dev'), found.exception)

    def test_of_another_compilers_message_the_part_that_matters(self):
        with self.assertRaisesRegex(cuda.GPUError,
                                    ': error: no half on this GPU$'):
            self.check(answer=Exception('nvrtc, line 3: error: no half on '
                                        'this GPU. 1 error detected. '))


class TestGraph(unittest.TestCase):
    def test_onednn_stays_out_of_a_gpus_graph(self):
        from colorize.systems import networks
        from colorize.backend import lasagne
        network = networks.build({'system': 'regression', 'width': 0.05})
        given = lasagne.layers.get_output(network.outputs)
        on_gpu = types.SimpleNamespace(
            config=types.SimpleNamespace(device='cuda0'))
        with mock.patch.object(onednn, 'theano', on_gpu), \
                mock.patch.object(onednn, 'registered', []), \
                mock.patch.dict(os.environ, COLORIZE_CONV=''):
            self.assertFalse(onednn.wanted())
            self.assertEqual(onednn.accelerate(given), given)
            os.environ['COLORIZE_CONV'] = 'onednn'
            with self.assertRaises(onednn.OneDNNError):
                onednn.wanted()


class TestFiles(Folder):
    def test_a_run_is_the_same_on_every_device(self):
        from colorize.training import loop
        paths = write_photos(self.folder, 3)
        loop.train(paths, self.path('run'), 1,
                   {'system': 'regression', 'width': 0.02}, side=16,
                   holdout=0, update_rule='nesterov')
        with open(self.path('run', 'run.json')) as file:
            settings = json.load(file)
        words = json.dumps([settings['network'], settings['training']])
        self.assertNotIn('device', words)
        self.assertNotIn('cpu', words)
        for name in ('weights.npz', 'checkpoint.npz'):
            with np.load(self.path('run', name)) as arrays:
                kinds = {array.dtype.str for array in arrays.values()
                         if array.dtype.kind == 'f'}
                others = {array.dtype.kind for array in arrays.values()}
            self.assertEqual(kinds, {'<f4'})
            self.assertFalse('O' in others)


class TestStep(unittest.TestCase):
    def test_disagreement(self):
        from experiments.measure.bench.step import disagreement
        truth = {'a': np.array([1.0, -4.0]), 'b': np.array([1e-9])}
        near = {'a': np.array([1.0, -4.002]), 'b': np.array([2e-9])}
        self.assertAlmostEqual(disagreement(near, truth), 5e-4)
        self.assertEqual(disagreement(truth, truth), 0)
        lost = dict(near, b=np.array([np.nan]))
        self.assertFalse(disagreement(lost, truth) <= 1e-3)

    def test_a_step_that_is_wrong_is_refused(self):
        steps = [{'loss': np.array(1.0)}, {'loss': np.array(1.01)}]
        with mock.patch.object(bench_gpu, 'run_step', side_effect=steps), \
                self.assertRaisesRegex(RuntimeError, 'from the CPU'):
            bench_gpu.check_step('regression')


class TestOnGPU(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        said = python('import colorize.backend', THEANO_FLAGS='device=cuda')
        if said:
            raise unittest.SkipTest('needs a GPU, but '
                                    f'{said.splitlines()[-1]}')

    def test_steps_agree_with_the_cpus(self):
        for system in ('classification', 'regression'):
            bench_gpu.check_step(system, 0.1, 32,
                                 THEANO_FLAGS='device=cuda')

    def test_nothing_large_leaves_it(self):
        said = python(
            'from colorize.systems import networks\n'
            'from colorize.backend import theano\n'
            'net = networks.build({"width": 0.05})\n'
            'fn = theano.function([net.input_var], networks.chroma(\n'
            '    net, deterministic=True))\n'
            'print([type(node.op).__name__ for node in\n'
            '    fn.maker.fgraph.toposort()].count("HostFromGpu"))',
            THEANO_FLAGS='device=cuda')
        self.assertEqual(said, '1\n')

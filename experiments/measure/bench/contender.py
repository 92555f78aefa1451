"""One contender in a process of its own, told over stdin what to time.

``python -m experiments.measure.bench.contender NAME SYSTEM WIDTH SIDE``; each
line that comes in, 'train 6', 'predict 1', 'file 1' or 'peak', is answered by
a number.
"""

import statistics
import sys
import time

import numpy as np

from colorize import memory

__all__ = ['CONTENDERS', 'Ours', 'PyTorch', 'data', 'main']

#: A short task is repeated for so many seconds: a neighbour's blink would
#: be a large part of it.
_AT_LEAST = 1
#: Of Adam, for everyone.
_RATE = 3e-4

CONTENDERS = ('colorize', 'theano', 'pytorch_fp32', 'pytorch_fp32_last',
              'pytorch_bf16', 'pytorch_bf16_last', 'onnxruntime')


def data(batch, system, side):
    """Photos and targets; noise takes as long as photos do.

    Parameters
    ----------
    batch : int
    system : {'classification', 'regression'}
    side : int

    Returns
    -------
    photos : float32 array, (batch, 3, row, column)
    targets : array, (batch, 2, row, column)
    """
    rng = np.random.RandomState(0)
    photos = rng.uniform(-120, 130, (batch, 3, side, side))
    shape = (batch, 2, side, side)
    if system == 'classification':
        return photos.astype('float32'), rng.randint(
            0, 50, shape).astype('uint8')
    return photos.astype('float32'), rng.uniform(
        -1, 1, shape).astype('float32')


class Ours:
    """This project's own functions; COLORIZE_CONV picks the convolution."""

    def __init__(self, system, width):
        from colorize import backend
        from colorize.systems import networks
        backend.seed(0)
        self._network = networks.build({'system': system, 'width': width})
        self._train = self._predict = None

    def train(self, photos, targets):
        """One update."""
        if self._train is None:
            self._train = self._compile()
        self._train(photos, targets)

    def _compile(self):
        from colorize.settings import LOSSES
        from colorize.systems import networks
        from colorize.backend import lasagne, theano
        network = self._network
        name = LOSSES[network.settings['system']][0]
        target_var, loss, _ = networks.loss(network, name)
        trained = lasagne.layers.get_all_params(network.outputs,
                                                trainable=True)
        return theano.function(
            [network.input_var, target_var], loss,
            updates=lasagne.updates.adam(loss, trained, _RATE))

    def wait(self):
        """Until a GPU, which computes on its own, is done."""
        from colorize.backend import lasagne
        lasagne.layers.get_all_params(self._network.outputs)[0].get_value()

    def predict(self, photos):
        """The chroma, of the most probable bins."""
        if self._predict is None:
            from colorize.systems import networks, prediction
            self._predict = prediction.compiled(self._network, [
                networks.chroma(self._network, deterministic=True)])
        return self._predict(photos)[0]


class PyTorch:
    """The twin.

    Parameters
    ----------
    system : {'classification', 'regression'}
    width : float
    bf16 : bool
        Under bfloat16 autocast.
    last : bool
        With channels last in memory.
    device : {'cpu', 'cuda'}
    """

    def __init__(self, system, width, bf16, last, device='cpu'):
        import torch

        from experiments.measure.bench.twin import Twin
        torch.manual_seed(0)
        self._torch, self._bf16, self._device = torch, bf16, device
        self._layout = (torch.channels_last if last
                        else torch.contiguous_format)
        self._twin = Twin(system, width).to(device,
                                            memory_format=self._layout)
        self._rule = torch.optim.Adam(self._twin.parameters(), _RATE,
                                      fused=True)

    def _cast(self):
        return self._torch.autocast(self._device, dtype=self._torch.bfloat16,
                                    enabled=self._bf16)

    def _tensor(self, photos):
        return self._torch.as_tensor(photos).to(self._device,
                                                memory_format=self._layout)

    def train(self, photos, targets):
        """One update."""
        self._twin.train()
        self._rule.zero_grad(set_to_none=True)
        with self._cast():
            loss = self._loss(self._twin(self._tensor(photos)),
                              self._torch.as_tensor(
                                  targets, device=self._device))
        loss.backward()
        self._rule.step()

    def _loss(self, outputs, targets):
        if len(outputs) == 1:
            return ((outputs[0] - targets) ** 2).sum(dim=1).mean()
        cross_entropy = self._torch.nn.functional.cross_entropy
        return sum(cross_entropy(scores, targets[:, channel].long())
                   for channel, scores in enumerate(outputs))

    def predict(self, photos):
        """The chroma, of the most probable bins."""
        self._twin.eval()
        with self._torch.inference_mode(), self._cast():
            outputs = self._twin(self._tensor(photos))
            if len(outputs) == 1:
                return outputs[0].float().cpu().numpy()
            return self._torch.stack([scores.argmax(dim=1) for scores
                                      in outputs], 1).cpu().numpy()


def _make(name, system, width):
    if system == 'cic':
        from experiments.measure.bench import cic
        return (cic.Ours() if name == 'colorize' else
                cic.Theirs('_bf16' in name, name.endswith('_last')))
    if name in ('colorize', 'theano'):
        return Ours(system, width)
    if name == 'onnxruntime':
        from experiments.measure.bench.onnx_contender import OnnxRuntime
        return OnnxRuntime(system, width)
    return PyTorch(system, width, '_bf16' in name, name.endswith('_last'))


def _answer(contender, system, side, line):
    """What a line asks for: seconds per photo, or MiB."""
    if line == 'peak':
        return memory.peak_mib()
    what, batch = line.split()
    given = [] if system == 'cic' else data(int(batch), system, side)
    run = getattr(contender, what)
    seconds = []
    while not seconds or sum(seconds) < _AT_LEAST:
        start = time.perf_counter()
        run(*given[:2 if what == 'train' else 1])
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) / int(batch)


def main(arguments=None):
    """Answer until stdin ends."""
    name, system, width, side = arguments or sys.argv[1:]
    contender = _make(name, system, float(width))
    for line in sys.stdin:
        print(_answer(contender, system, int(side), line.strip()),
              flush=True)


if __name__ == '__main__':
    main()

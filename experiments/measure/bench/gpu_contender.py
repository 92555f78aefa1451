"""One contender on the GPU, told over stdin what to time.

``python -m experiments.measure.bench.gpu_contender NAME SYSTEM``; each line
that
comes in, 'train 6', 'predict 1' or 'peak', is answered by a number: seconds
per photo or MiB, nan where the GPU's memory does not do.
"""

import statistics
import sys
import time

from experiments.measure.bench.contender import data, Ours, PyTorch

__all__ = ['CONTENDERS', 'main']

CONTENDERS = ('colorize', 'pytorch_fp32', 'pytorch_fp32_last',
              'pytorch_tf32', 'pytorch_tf32_last', 'pytorch_bf16',
              'pytorch_bf16_last')

_STEPS = 5
_SIDE = 224


def _pytorch(name, system):
    """The twin, and functions that wait for the GPU and tell its memory."""
    import torch
    if not torch.cuda.is_available():
        raise RuntimeError('this PyTorch sees no GPU')
    tf32 = '_tf32' in name
    torch.backends.cuda.matmul.allow_tf32 = tf32
    torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    twin = PyTorch(system, 1.0, '_bf16' in name, name.endswith('_last'),
                   'cuda')
    return twin, torch.cuda.synchronize, torch.cuda.mem_get_info


def _ours(system):
    """Our network, and functions like those of PyTorch."""
    from colorize.backend import theano
    ours = Ours(system, 1.0)
    context = theano.gpuarray.type.get_context(None)
    return (ours, ours.wait,
            lambda: (context.free_gmem, context.total_gmem))


def _seconds(contender, wait, what, given):
    """Median seconds of a step, copies to and from the GPU included."""
    times = []
    for _ in range(_STEPS + 1):
        start = time.perf_counter()
        if what == 'train':
            contender.train(*given)
        else:
            contender.predict(given[0])
        wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])  # the first one warms up


def _answer(contender, wait, memory, system, line):
    """What a line asks for; the GPU's memory may not do."""
    if line == 'peak':
        free, total = memory()
        return (total - free) / 2 ** 20
    what, batch = line.split()
    try:
        return _seconds(contender, wait, what,
                        data(int(batch), system, _SIDE)) / int(batch)
    except (MemoryError, RuntimeError, ValueError) as error:
        if isinstance(error, MemoryError) or 'memory' in str(error).lower():
            return float('nan')
        raise


def main(arguments=None):
    """Answer until stdin ends."""
    name, system = arguments or sys.argv[1:]
    made = _ours(system) if name == 'colorize' else _pytorch(name, system)
    for line in sys.stdin:
        print(_answer(*made, system, line.strip()), flush=True)


if __name__ == '__main__':
    main()

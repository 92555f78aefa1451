"""What one training step changes, on whatever device Theano computes.

``python -m experiments.measure.bench.step SYSTEM FILE [WIDTH SIDE]``
"""

import sys

import numpy as np

__all__ = ['disagreement', 'main', 'step']


def step(system, width=1.0, side=64):
    """A step of plain gradient descent from a fixed start.

    Adam's first step is the gradient's sign, which near zero is chance.

    Parameters
    ----------
    system : {'classification', 'regression'}
    width : float
    side : int

    Returns
    -------
    dict
        'loss', and by name each parameter's change.
    """
    from colorize import backend
    from colorize.settings import LOSSES
    from colorize.systems import networks, params
    from colorize.backend import lasagne, theano
    from experiments.measure.bench.contender import data
    backend.seed(0)
    network = networks.build({'system': system, 'width': width})
    target_var, loss, _ = networks.loss(network,
                                        LOSSES[system][0])
    trained = lasagne.layers.get_all_params(network.outputs, trainable=True)
    train_fn = theano.function([network.input_var, target_var], loss,
                               updates=lasagne.updates.sgd(loss, trained,
                                                           1e-2))
    known = params.get_params(network.outputs)
    before = {name: shared.get_value() for name, shared in known.items()}
    found = {'loss': train_fn(*data(2, system, side))}
    found.update((name, shared.get_value() - before[name])
                 for name, shared in known.items())
    return found


def disagreement(found, truth):
    """The largest difference between two steps.

    Parameters
    ----------
    found, truth : dict
        What :func:`step` returned on two devices.

    Returns
    -------
    float
        Relative to a parameter's largest change; differences of 2e-7 are
        rounding, where a gradient is zero in theory. No number where one
        is no number.
    """
    apart = {name: np.max(np.abs(found[name] - right))
             for name, right in truth.items()}
    return float(np.max([0 if apart[name] <= 2e-7 else
                         apart[name] / np.max(np.abs(right))
                         for name, right in truth.items()]))


def main():
    """Write the step to a file."""
    system, path, *size = sys.argv[1:]
    width, side = size or (1.0, 64)
    np.savez(path, **step(system, float(width), int(side)))


if __name__ == '__main__':
    main()

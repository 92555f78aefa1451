"""Validating and saving the average of the weights over the updates.

Izmailov et al. (2018): Averaging Weights Leads to Wider Optima and Better
Generalization. arXiv:1803.05407. As there, the statistics of batch norm are
taken anew: those that training has moved belong to the weights of the last
updates.
"""

import contextlib

from colorize.systems import params

__all__ = ['STEPS', 'averaged']

#: So many minibatches renew the statistics: a share of 3e-5 stays of the old.
#: An epoch of fewer leaves more of them, one of 13 a quarter.
STEPS = 100


@contextlib.contextmanager
def averaged(network, compiled, batches):
    """In here a network has the averaged weights; afterwards its own again.

    Without averages nothing happens.

    Parameters
    ----------
    network : colorize.systems.networks.Network
    compiled : colorize.training.functions.Functions
    batches : iterable of colorize.training.batches.Batch
        :data:`STEPS` or fewer of training; not looked at without averages.
    """
    if not compiled.averages:
        yield
        return
    known = params.get_params(network.outputs).values()
    kept = [(shared, shared.get_value()) for shared in known]
    try:
        for shared, average in compiled.averages.items():
            shared.set_value(average.get_value())
        for batch in batches:
            compiled.refresh(batch.inputs)
        yield
    finally:
        for shared, value in kept:
            shared.set_value(value)

"""``make lr-sweep``: learning rates on a logarithmic scale (Section 5.2)."""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

VARIANTS = {f'{rate:g}': ({}, {'learning_rate': rate})
            for rate in (1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)}


def main(arguments=None):
    """Parse the command line, train with each rate, write the results."""
    return compare(
        'paper.lr_sweep', 'learning rate',
        '0.001: one of the largest per-iteration decreases and the lowest '
        'loss; 0.0003 was fastest on the entire training set',
        VARIANTS, arguments, '0.001')


if __name__ == '__main__':
    command.run(main)

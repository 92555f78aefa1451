"""``make rebalancing``: what Zhang, Isola & Efros (2016) changed in the loss.

Soft-encoded bins and class rebalancing (their Section 2.2) against the
paper's own cross-entropy.
"""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

#: Zhang's rebalancing is 0.5; a soft bin reaches its two neighbours.
VARIANTS = {'plain': ({}, {}),
            'soft bins': ({}, {'soft_bins': 0.6}),
            'rebalanced': ({}, {'rebalancing': 0.5}),
            'both': ({}, {'soft_bins': 0.6, 'rebalancing': 0.5})}


def main(arguments=None):
    """Parse the command line, train each, write the results."""
    return compare('beyond.rebalancing',
                   'soft bins and rebalancing in training',
                   'neither is in it', VARIANTS, arguments)


if __name__ == '__main__':
    command.run(main)

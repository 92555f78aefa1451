"""``make batch-sizes``: 4, 6, 8 and 12 photos in a minibatch, convergence
and memory (Section 5.2)."""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

VARIANTS = {str(count): ({}, {'batch_size': count})
            for count in (4, 6, 8, 12)}


def main(arguments=None):
    """Parse the command line, train with each size, write the results."""
    return compare('paper.batch_sizes', 'photos in a minibatch',
                   '6 converged faster and more stably than 4; 8 and 12 did '
                   'not fit into the memory of the GPU',
                   VARIANTS, arguments, '6')


if __name__ == '__main__':
    command.run(main)

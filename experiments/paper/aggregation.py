"""``make aggregation``: concatenation against elementwise sum (Section 5.2,
point 1)."""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

VARIANTS = {name: ({'aggregation': name}, {}) for name in ('concat', 'sum')}


def main(arguments=None):
    """Parse the command line, train both, write the results."""
    return compare('paper.aggregation', 'aggregation',
                   'the sum takes less memory, but harmed training and '
                   'prediction', VARIANTS, arguments, 'concat')


if __name__ == '__main__':
    command.run(main)

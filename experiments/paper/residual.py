"""``make residual``: with and without residual encoder units (Section 5.2,
point 2)."""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

VARIANTS = {'with units': ({'residual_encoder': True}, {}),
            'without units': ({'residual_encoder': False}, {})}


def main(arguments=None):
    """Parse the command line, train both, write the results."""
    # Overfitting is told by the training loss.
    return compare('paper.residual', 'residual encoder units',
                   'without them the capacity is much smaller and results '
                   'were poorer when overfitting', VARIANTS, arguments,
                   'with units', 'loss')


if __name__ == '__main__':
    command.run(main)

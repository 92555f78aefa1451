"""``make head``: one, two or three convolutions before the output (Section
5.2, point 3)."""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

#: The depths of the final network, and the same with layers left out.
VARIANTS = {'-'.join(map(str, depths)): ({'head_depths': depths}, {})
            for depths in ((64,), (128, 64), (128, 64, 64))}


def main(arguments=None):
    """Parse the command line, train each, write the results."""
    return compare('paper.head',
                   'depths of the convolutions before the output',
                   'three convolutions were best', VARIANTS, arguments,
                   '128-64-64')


if __name__ == '__main__':
    command.run(main)

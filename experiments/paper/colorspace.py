"""``make colorspace``: HSV against CIELUV (Section 5.2, point 4)."""

from colorize import command
from experiments.shared.comparison import compare

__all__ = ['VARIANTS', 'main']

#: Losses and accuracies of two spaces are of different channels (U, V; H,
#: S) and do not compare; saturation, PSNR and colourfulness do.
VARIANTS = {name: ({'color_space': name}, {}) for name in ('luv', 'hsv')}


def main(arguments=None):
    """Parse the command line, train in both, write the results."""
    return compare('paper.colorspace', 'colour space',
                   'HSV was not satisfying: errors of saturation are '
                   'noticeable, images noisy', VARIANTS, arguments, 'luv',
                   'val_psnr')


if __name__ == '__main__':
    command.run(main)

"""``make bleeding``: how far colours bleed over edges when scaled up.

The true chroma of photos is shrunk to the network's size and scaled up
again; the error is taken where the true chroma changes most. Of real photos,
and of discs that we draw with edges of no width.
"""

import argparse
import os

import numpy as np

from colorize import command
from experiments.shared import bundled, report, table

__all__ = ['discs', 'errors', 'main']

#: Radius and epsilon of the guided filter.
TRIED = [(radius, epsilon) for radius in (1, 2, 3)
         for epsilon in (1, 4, 16, 64)]


def main(arguments=None):
    """Measure, write bleeding.json, print a table."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.bleeding',
        description=__doc__.split('\n')[0])
    parser.add_argument('--side', type=int, default=160,
                        help="the network's (without: 160)")
    parser.add_argument('--out', metavar='DIR', type=report.ready_folder,
                        default=report.RESULTS,
                        help='where bleeding.json goes')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    from colorize.photos import images
    photos = {name: errors(images.load(bundled.path(name)), given.side)
              for name in bundled.COLOR_PHOTOS}
    drawn = errors(images.to_uint8(discs()), given.side)
    real = {way: round(float(np.mean([each[way] for each
                                      in photos.values()])), 2)
            for way in drawn}
    report.write_json(
        os.path.join(given.out, 'bleeding.json'),
        {'side': given.side, 'photos': photos, 'real': real,
         'discs': drawn})
    rows = [['', 'real photos', 'discs']] + [
        [way, f'{real[way]:.2f}', f'{drawn[way]:.2f}']
        for way in sorted(real, key=real.get)]
    print('\n'.join(table.lines('<12 >12 >6', rows)))
    return 0


def discs(side=640, count=40):
    """Discs of random colours over each other.

    Returns
    -------
    float array, (`side`, `side`, 3)
        sRGB in 0 to 1.
    """
    rng, places = np.random.RandomState(0), np.mgrid[:side, :side]
    found = np.empty((side, side, 3))
    found[:] = rng.rand(3)
    for _ in range(count):
        middle, radius = rng.rand(2, 1, 1) * side, rng.uniform(.04, .2) * side
        found[((places - middle) ** 2).sum(axis=0) < radius ** 2] = rng.rand(3)
    return found


def errors(rgb, side):
    """Root mean square error of U and V at edges, of each way up.

    Parameters
    ----------
    rgb : uint8 array, (row, column, 3)
    side : int
        Of the network.

    Returns
    -------
    dict
        By name of the way: 'bicubic', and 'guided' with radius and epsilon.
    """
    from colorize import color, colorizer
    from colorize.color import guided_filter
    from colorize.photos import images
    lightness, chroma = color.split(rgb)
    size = colorizer.network_size(*lightness.shape, side)
    small, dim = images.resize(chroma, *size), images.resize(lightness, *size)
    ways = {'bicubic': images.resize(small, *lightness.shape)}
    for radius, epsilon in TRIED:
        ways[f'guided {radius} {epsilon}'] = guided_filter.upscale(
            guided_filter.guide(small, dim, radius, epsilon), lightness)
    edge = _edge(chroma)
    return {way: round(float(np.sqrt(((found - chroma)[edge] ** 2).mean())),
                       2) for way, found in ways.items()}


def _edge(chroma):
    """The tenth of the pixels where chroma changes most."""
    from scipy.ndimage import gaussian_gradient_magnitude
    slope = np.hypot(*(gaussian_gradient_magnitude(chroma[..., channel], 1)
                       for channel in (0, 1)))
    return slope > np.percentile(slope, 90)


if __name__ == '__main__':
    command.run(main)

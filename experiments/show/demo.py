"""``make demo``: colour real photos with the weights that ship."""

import argparse
import os

from colorize import command
from experiments.shared import bundled

__all__ = ['main']


def main():
    """Colour scikit-image's photos into a folder, with an overview."""
    parser = argparse.ArgumentParser(prog='python -m experiments.show.demo',
                                     description=main.__doc__)
    parser.add_argument('--out', default=os.path.join('out', 'demo'))
    command.add_device(parser)
    command.debug_option(parser)
    folder = parser.parse_args().out
    from colorize import color
    from colorize.photos import grids, images
    from colorize.colorizer import Colorizer
    colorizer, rows = Colorizer(), []
    for name in bundled.COLOR_PHOTOS + bundled.GRAY_PHOTOS:
        photo = images.load(bundled.path(name))
        gray = color.to_gray(color.split(photo)[0])
        painted = colorizer(photo)
        rows.append([images.to_uint8(gray / 255), painted, photo])
        stem = os.path.splitext(name)[0]
        path = os.path.join(folder, f'{stem}-color.png')
        images.save(path, painted)
        print(path)
    overview = os.path.join(folder, 'overview.png')
    images.save(overview, grids.grid(rows, ['grey', 'coloured', 'original']))
    print(overview)
    return 0


if __name__ == '__main__':
    command.run(main)

"""Small photos for tests, made from numbers or from scikit-image's wheel."""

import os

import numpy as np
from PIL import Image

from experiments.shared import bundled

__all__ = ['photo', 'write_photos']


def photo(number=0, rows=40, columns=48):
    """A cut-out of a real photo, uint8 (rows, columns, 3)."""
    name = bundled.COLOR_PHOTOS[number % len(bundled.COLOR_PHOTOS)]
    with Image.open(bundled.path(name)) as image:
        box = (100, 80, 100 + 4 * columns, 80 + 4 * rows)
        return np.asarray(image.convert('RGB').resize(
            (columns, rows), Image.BICUBIC, box))


def write_photos(folder, count=7, **size):
    """Write that many photos as PNG, return their paths."""
    paths = []
    for number in range(count):
        path = os.path.join(str(folder), f'photo{number}.png')
        Image.fromarray(photo(number, **size)).save(path)
        paths.append(path)
    return paths

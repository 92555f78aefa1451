"""The real photos in scikit-image's wheel: no download, free to use."""

import os

import numpy as np

from colorize.photos import images

__all__ = ['COLOR_PHOTOS', 'GRAY_PHOTOS', 'crops', 'path']

COLOR_PHOTOS = ('astronaut.png', 'chelsea.png', 'coffee.png', 'rocket.jpg',
                'motorcycle_left.png')
GRAY_PHOTOS = ('camera.png', 'grass.png')


def path(name):
    """Path of a bundled photo."""
    import skimage
    return os.path.join(os.path.dirname(skimage.__file__), 'data', name)


def crops(folder, count, side, seed):
    """Cut squares out of the colour photos into a folder.

    Parameters
    ----------
    folder : str
    count : int
        Squares in all, taken from the photos in turn.
    side : int
        Side of the squares, up to 224.
    seed : int
        Decides the places.

    Returns
    -------
    list of str
        Paths of the PNGs.
    """
    rng, paths = np.random.RandomState(seed), []
    photos = [images.load(path(name)) for name in COLOR_PHOTOS]
    for number in range(count):
        photo = photos[number % len(photos)]
        top, left = (rng.randint(length - side + 1)
                     for length in photo.shape[:2])
        paths.append(os.path.join(folder, f'crop{number:03d}.png'))
        images.save(paths[-1], photo[top:top + side, left:left + side])
    return paths

"""What goes into a network and what it shall answer, in numpy."""

import numpy as np

from colorize import color
from colorize.color import bins, color_space
from models.published import IMAGENET_MEAN_BGR

__all__ = ['encode', 'network_input', 'network_size', 'same_shape']

_MEAN = np.array(IMAGENET_MEAN_BGR, 'float32').reshape(3, 1, 1)


def network_input(lightness, space='luv'):
    """What the networks see: the grayscale photo three times (Section 4).

    Parameters
    ----------
    lightness : float array, (row, column)
    space : {'luv', 'hsv'}

    Returns
    -------
    float32 array, (3, row, column)
        0 to 255, less the ImageNet mean of blue, green and red.
    """
    return color.to_gray(lightness, space)[None] - _MEAN


def network_size(rows, columns, side):
    """The size at which the network looks at a photo.

    Parameters
    ----------
    rows, columns : int
        Size of the photo.
    side : int
        The network was trained on `side` x `side` pixels.

    Returns
    -------
    rows, columns : int
        About as many pixels in the photo's own proportions, both divisible
        by 8.
    """
    stretch = np.sqrt(rows / columns)
    # Beyond 16 : 1 a strip would be too thin for the network to see much.
    stretch = min(max(stretch, 0.25), 4)
    return tuple(max(8, int(round(side * factor / 8)) * 8)
                 for factor in (stretch, 1 / stretch))


def encode(chroma, settings):
    """The target of training: what the network should answer.

    Parameters
    ----------
    chroma : float array, (row, column, 2)
        Clipped to the range of the colour space.
    settings : dict
        Of the network.

    Returns
    -------
    array, (2, row, column)
        Bins as uint8, or chroma in the network's unit as float32.
    """
    space = settings['color_space']
    planes = np.moveaxis(chroma, -1, 0)
    if settings['system'] == 'classification':
        return bins.to_bins(planes, space)
    return (planes / color_space(space).unit).astype('float32')


def same_shape(several, most):
    """Arrays that may share a minibatch.

    Parameters
    ----------
    several : sequence of array
    most : int
        So many at most.

    Returns
    -------
    list of list of int
        Numbers of arrays of one shape.
    """
    shapes = {}
    for number, array in enumerate(several):
        shapes.setdefault(array.shape, []).append(number)
    return [numbers[start:start + most] for numbers in shapes.values()
            for start in range(0, len(numbers), most)]

"""A patch discriminator: does each part of a photo look real? (Section 6)"""

from colorize.backend import lasagne
from models.layers import Conv2DLayer, scaled

__all__ = ['build_discriminator']


def build_discriminator(input_var=None, width=1.0):
    """Three times a convolution and a halving, then one score for a patch.

    No batch norm: it would compare the photos of a minibatch, which are all
    real or all made.

    Parameters
    ----------
    input_var : Theano 4-D tensor, optional
        (batch, 3, row, column): L, U and V, each divided by 100.
    width : float
        Scales every depth.

    Returns
    -------
    dict
        Layers by name. ``net['real']`` is (batch, 1, row / 8, column / 8):
        trained to 1 where a patch of some 38 pixels is of a photo, to 0
        where a network coloured it.
    """
    net = {'input': lasagne.layers.InputLayer((None, 3, None, None),
                                              input_var)}
    layer = net['input']
    for number, depth in enumerate((64, 128, 256), 1):
        name = f'judge{number}'
        layer = net[name] = Conv2DLayer(
            layer, scaled(depth, width), 3, name=name,
            nonlinearity=lasagne.nonlinearities.LeakyRectify(0.2))
        layer = net[f'{name}_pool'] = lasagne.layers.Pool2DLayer(
            layer, 2, mode='average_inc_pad', name=f'{name}_pool')
    net['real'] = Conv2DLayer(layer, 1, 3, nonlinearity=None, name='real')
    return net

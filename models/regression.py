"""The baseline regression network (Section 3.5, Figure 2)."""

from models.encoder import build_encoder, build_trunk
from models.layers import Conv2DLayer, scaled

__all__ = ['build_regression']


def build_regression(input_var=None, width=1.0, freeze_until=None,
                     vgg_batch_norm=False, conv4_depth=512):
    """VGG16, residual encoder, two convolutions without batch norm.

    Parameters
    ----------
    input_var : Theano 4-D tensor, optional
        (batch, 3, row, column): the grayscale photo three times, 0 to 255,
        less the ImageNet mean; rows and columns divisible by 8.
    width : float
        Scales every depth; 1.0 is the paper's.
    freeze_until : str, optional
        Keep VGG16's parameters out of training from conv1_1 to this layer;
        'conv4_3' freezes all.
    vgg_batch_norm : bool
        Batch norm inside VGG16, for a trunk that starts from random values.
    conv4_depth : int
        Maps of conv4_1 to conv4_3; 512 is VGG16's.

    Returns
    -------
    dict
        Layers by name. ``net['output']`` is (batch, 2, row, column): U and
        V divided by 100.
    """
    net = build_trunk(input_var, width, freeze_until, vgg_batch_norm,
                      conv4_depth)
    build_encoder(net, width)
    net['head1'] = Conv2DLayer(net['encoder1'], scaled(64, width), 3,
                               name='head1')
    net['output'] = Conv2DLayer(net['head1'], 2, 3, nonlinearity=None,
                                name='output')
    return net

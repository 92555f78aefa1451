"""The residual encoder on VGG16 that both networks share (Section 3.5).

After Dahl (2016): an upscaled map and an output of VGG16 are summed and
convolved, from 28² up to 224².
"""

from colorize.backend import lasagne
from models.layers import BatchNormLayer, Upscale2DLayer, conv_bn_relu, scaled
from models.vgg16 import build_vgg16

__all__ = ['build_encoder', 'build_trunk']


def build_trunk(input_var=None, width=1.0, freeze_until=None,
                vgg_batch_norm=False, conv4_depth=512):
    """Input layer and VGG16: what every network here starts with.

    Parameters
    ----------
    input_var : Theano 4-D tensor, optional
        (batch, 3, row, column), see :func:`models.vgg16.build_vgg16`.
    width, freeze_until, vgg_batch_norm, conv4_depth
        See :func:`models.vgg16.build_vgg16`.

    Returns
    -------
    dict
        Layers by name, 'input' and those of VGG16.
    """
    if not width > 0:
        raise ValueError(f'width must be above 0, got {width!r}')
    layer = lasagne.layers.InputLayer((None, 3, None, None), input_var,
                                      name='input')
    net = build_vgg16(layer, width, batch_norm=vgg_batch_norm,
                      freeze_until=freeze_until, conv4_depth=conv4_depth)
    net['input'] = layer
    return net


def build_encoder(net, width=1.0, last_depth=None):
    """Add the residual encoder to a trunk.

    ======== ========================= ======================= =========
    name     from                      op                      shape
    ======== ========================= ======================= =========
    encoder4 conv4_3                   1x1 conv 256, BN, ReLU  28²×256
    encoder3 up2(encoder4) + conv3_3   3x3 conv 128, BN, ReLU  56²×128
    encoder2 up2(encoder3) + conv2_2   3x3 conv 64, BN, ReLU   112²×64
    encoder1 up2(encoder2) + conv1_2   3x3 conv 64, BN, ReLU   224²×64
    ======== ========================= ======================= =========

    Each output of VGG16 passes a batch norm on its way (``tap1`` …).

    Parameters
    ----------
    net : dict
        What :func:`build_trunk` returned; the new layers are added to it.
    width : float
        Scales every depth; 1.0 is the paper's.
    last_depth : int, optional
        Maps of encoder1; without, 64 scaled by `width`.
    """
    net['tap4'] = BatchNormLayer(net['conv4_3'], name='tap4')
    net['encoder4'] = conv_bn_relu(net['tap4'], scaled(256, width), 1,
                                   'encoder4')
    for level, vgg, depth in (
            (3, 'conv3_3', scaled(128, width)),
            (2, 'conv2_2', scaled(64, width)),
            (1, 'conv1_2', last_depth or scaled(64, width))):
        _residual_unit(net, level, vgg, depth)
    return net


def _residual_unit(net, level, vgg, depth):
    """The joint sum and convolution of Section 5.2, point 2."""
    tap, up, total, encoder = (f'{name}{level}' for name in
                               ('tap', 'up', 'sum', 'encoder'))
    net[tap] = BatchNormLayer(net[vgg], name=tap)
    net[up] = Upscale2DLayer(net[f'encoder{level + 1}'], 2, name=up)
    net[total] = lasagne.layers.ElemwiseSumLayer([net[up], net[tap]],
                                                 name=total)
    net[encoder] = conv_bn_relu(net[total], depth, 3, encoder)

"""Dahl's network (2016), which the paper starts from (Section 2).

Ryan Dahl: Automatic Colorization, tinyclouds.org/colorize. The residual
encoder goes one step further than the paper's: down to the three maps of the
photo itself, from which the chroma is read.
"""

from colorize.backend import lasagne
from models.encoder import build_encoder, build_trunk
from models.layers import BatchNormLayer, Conv2DLayer, conv_bn_relu

__all__ = ['build_dahl']


def build_dahl(input_var=None, width=1.0, freeze_until=None,
               vgg_batch_norm=False, conv4_depth=512):
    """VGG16, residual encoder down to three maps, chroma by a sigmoid.

    ======== ===================== ====================== ======
    name     from                  op                     shape
    ======== ===================== ====================== ======
    encoder1 up2(encoder2)+conv1_2 3x3 conv 3, BN, ReLU   224²×3
    encoder0 encoder1 + photo      3x3 conv 3, BN, ReLU   224²×3
    output   encoder0              3x3 conv 2, sigmoid    224²×2
    ======== ===================== ====================== ======

    The photo passes a batch norm on its way, as VGG16's outputs do; what is
    above is as :func:`models.encoder.build_encoder` has it.

    Parameters
    ----------
    input_var : Theano 4-D tensor, optional
        (batch, 3, row, column): the grayscale photo three times, 0 to 255,
        less the ImageNet mean; rows and columns divisible by 8.
    width : float
        Scales every depth but those of three and two maps.
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
        Layers by name. ``net['output']`` is (batch, 2, row, column): U and V
        of YUV by their largest values, -1 to 1.
    """
    net = build_trunk(input_var, width, freeze_until, vgg_batch_norm,
                      conv4_depth)
    build_encoder(net, width, last_depth=3)
    net['tap0'] = BatchNormLayer(net['input'], name='tap0')
    net['sum0'] = lasagne.layers.ElemwiseSumLayer(
        [net['encoder1'], net['tap0']], name='sum0')
    net['encoder0'] = conv_bn_relu(net['sum0'], 3, 3, 'encoder0')
    net['output'] = Conv2DLayer(net['encoder0'], 2, 3, nonlinearity=_sigmoid,
                                name='output')
    return net


def _sigmoid(values):
    """Dahl's sigmoid gives 0 to 1; here that is -1 to 1."""
    return 2 * lasagne.nonlinearities.sigmoid(values) - 1

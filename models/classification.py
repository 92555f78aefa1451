"""The classification network (Section 3.6, Figure 3)."""

from colorize.backend import lasagne
from models.encoder import build_encoder, build_trunk
from models.layers import (Conv2DLayer, Upscale2DLayer, conv_bn_relu, scaled,
                           softmax)

__all__ = ['build_classification']

#: Layer and how far its map is from the full size.
_ENCODER_MAPS = (('encoder4', 8), ('encoder3', 4), ('encoder2', 2),
                 ('encoder1', 1))
#: The trunk ends at conv4_3, so that stands where pool4 would.
_POOLED_MAPS = (('conv4_3', 8), ('pool3', 8), ('pool2', 4), ('pool1', 2))


def build_classification(input_var=None, width=1.0, freeze_until=None,
                         vgg_batch_norm=False, conv4_depth=512,
                         aggregation='concat', residual_encoder=True,
                         head_depths=(128, 64, 64),
                         num_bins=50):
    """VGG16, residual encoder, aggregation, head and two score maps.

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
    aggregation : {'concat', 'sum'}
        How the maps of four sizes are joined (Section 5.2, point 1). To be
        summed, each first passes a 1x1 convolution to 64 maps.
    residual_encoder : bool
        False joins VGG16's pooled maps directly (Section 5.2, point 2).
    head_depths : sequence of one to three int
        Maps of the 3x3 convolutions before the scores (Section 5.2, point
        3); the last one has no batch norm (Section 3.4).
    num_bins : int
        Classes for each of the two channels.

    Returns
    -------
    dict
        Layers by name. ``net['scores_u']`` and ``net['scores_v']`` are the
        class scores, ``net['prob_u']`` and ``net['prob_v']`` their softmax,
        each (batch, `num_bins`, row, column).
    """
    _check(aggregation, head_depths)
    net = build_trunk(input_var, width, freeze_until, vgg_batch_norm,
                      conv4_depth)
    if residual_encoder:
        build_encoder(net, width)
    maps = _ENCODER_MAPS if residual_encoder else _POOLED_MAPS
    if aggregation == 'sum':
        maps = [_project(net, name, factor, width) for name, factor in maps]
    _aggregate(net, maps, aggregation)
    _add_head(net, [scaled(depth, width) for depth in head_depths])
    for channel in 'uv':
        _add_classes(net, channel, num_bins)
    return net


def _check(aggregation, head_depths):
    if aggregation not in ('concat', 'sum'):
        raise ValueError("aggregation must be 'concat' or 'sum', got "
                         f'{aggregation!r}')
    if not 1 <= len(head_depths) <= 3:
        raise ValueError('head_depths must hold one to three depths, got '
                         f'{head_depths!r}')


def _project(net, name, factor, width):
    """A map of the common depth, made where it is still small."""
    project = f'project_{name}'
    net[project] = Conv2DLayer(net[name], scaled(64, width), 1,
                               nonlinearity=None, name=project)
    return project, factor


def _aggregate(net, maps, aggregation):
    """Bring the maps to full size and join them."""
    ups = []
    for name, factor in maps:
        up = f'full_{name}'
        net[up] = Upscale2DLayer(net[name], factor, name=up)
        ups.append(net[up])
    join = (lasagne.layers.ConcatLayer if aggregation == 'concat'
            else lasagne.layers.ElemwiseSumLayer)
    net['aggregate'] = join(ups, name='aggregate')


def _add_head(net, depths):
    layer = net['aggregate']
    for number, depth in enumerate(depths, 1):
        name = f'head{number}'
        if number < len(depths):
            layer = conv_bn_relu(layer, depth, 3, name)
        else:
            layer = Conv2DLayer(layer, depth, 3, name=name)
        net[name] = layer
    net['head'] = layer


def _add_classes(net, channel, num_bins):
    """The 1x1 convolution that serves as a fully-connected layer."""
    scores, prob = f'scores_{channel}', f'prob_{channel}'
    net[scores] = Conv2DLayer(net['head'], num_bins, 1, nonlinearity=None,
                              name=scores)
    net[prob] = lasagne.layers.NonlinearityLayer(net[scores], softmax,
                                                 name=prob)

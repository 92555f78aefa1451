"""The VGG16 trunk, conv1_1 to conv4_3 (Simonyan & Zisserman, 2014)."""


from colorize.backend import lasagne
from models.layers import Conv2DLayer, conv_bn_relu, scaled
from models.published import VGG16_LAYERS

__all__ = ['build_vgg16']


def build_vgg16(input_layer, width=1.0, batch_norm=False,
                freeze_until=None, conv4_depth=512):
    """VGG16's convolutions up to conv4_3, each followed by a ReLU.

    Parameters
    ----------
    input_layer : lasagne.layers.Layer
        (batch, 3, row, column): the photo as blue, green, red, 0 to 255,
        less :data:`models.published.IMAGENET_MEAN_BGR`; rows and columns
        divisible by 8.
    width : float
        Scales every depth; 1.0 is the paper's.
    batch_norm : bool
        A batch norm before each ReLU, which a trunk needs that starts from
        random values; the published weights have none.
    freeze_until : str, optional
        Keep the parameters out of training from the first layer to this
        one, as 'conv3_3'; 'conv4_3' freezes all.
    conv4_depth : int
        Maps of conv4_1 to conv4_3 before `width`. Two thirds of the
        parameters are there; 512 is VGG16's.

    Returns
    -------
    dict
        Layers by name. ``net['conv1_2']`` is the *rectified* output of that
        convolution, ``net['pool1']`` the pooled one.
    """
    net, layer = {}, input_layer
    for name, depth in VGG16_LAYERS.items():
        depth = conv4_depth if name.startswith('conv4') else depth
        layer = net[name] = _conv(layer, scaled(depth, width), name,
                                  batch_norm)
        if name in ('conv1_2', 'conv2_2', 'conv3_3'):
            pool = f'pool{name[4]}'
            layer = net[pool] = lasagne.layers.MaxPool2DLayer(
                layer, 2, name=pool)
    if freeze_until:
        _freeze(lasagne.layers.get_all_layers(net[freeze_until]))
    return net


def _conv(incoming, depth, name, batch_norm):
    if batch_norm:
        return conv_bn_relu(incoming, depth, 3, name)
    return Conv2DLayer(incoming, depth, 3, name=name)


def _freeze(layers):
    for layer in layers:
        for tags in layer.params.values():
            tags.discard('trainable')

"""VGG16 as it was published (Simonyan & Zisserman, 2014): a table of facts.

Imports nothing, so that code without Theano can read it.
"""

__all__ = ['IMAGENET_MEAN_BGR', 'VGG16_LAYERS']

#: Mean pixel of ImageNet, blue, green, red, 0 to 255: VGG16 was trained on
#: photos from which it was taken away.
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)

#: Name of every convolution of the trunk and its number of maps.
VGG16_LAYERS = {
    'conv1_1': 64, 'conv1_2': 64,
    'conv2_1': 128, 'conv2_2': 128,
    'conv3_1': 256, 'conv3_2': 256, 'conv3_3': 256,
    'conv4_1': 512, 'conv4_2': 512, 'conv4_3': 512}

"""The real VGG16, where there is a file of it, against published prints.

``COLORIZE_VGG16=FILE python -m nose tests/systems/test_published_vgg16.py``
takes any file that ``make weights FROM=FILE`` would; without the variable it
looks where ``make weights`` has left one.
"""

import os
import unittest

import numpy as np

from colorize.disk.cache_folder import cache_folder
from colorize.systems.pretrained import VGG16_FILE, load_vgg16

#: As people have printed them from the Caffe model and its ports; kernels
#: are (output, input, row, column), their input blue, green, red.
ANCHORS = (
    ('conv1_1.W', (0, 0, 0), (0.42947, 0.37347, -0.06136)),
    ('conv1_1.b', 0, 0.73430),
    ('conv4_1.W', (0, 0, 0, 0), -0.012454),
    ('conv4_1.b', 0, 0.013486),
    ('conv4_3.b', 0, 0.037578))


class TestPublished(unittest.TestCase):
    def test_values_are_those_that_were_published(self):
        path = os.environ.get('COLORIZE_VGG16') or os.path.join(
            cache_folder(), VGG16_FILE)
        if not os.path.exists(path):
            raise unittest.SkipTest('no file of VGG16 (COLORIZE_VGG16=FILE)')
        found = load_vgg16(path)
        for name, place, value in ANCHORS:
            # A file may hold half floats, and a part of the layers.
            if name in found:
                np.testing.assert_allclose(found[name][place], value,
                                           rtol=6e-4, atol=6e-6,
                                           err_msg=f'{path}: {name}')
        self.assertIn('conv1_1.W', found)

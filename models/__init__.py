"""Network architectures: builders that return Lasagne layers."""

from models.classification import build_classification
from models.regression import build_regression
from models.vgg16 import build_vgg16

__all__ = ['build_classification', 'build_regression', 'build_vgg16']

"""Image colorization with deep convolutional neural networks.

A port of Hwang & Zhou (2016) on Theano and Lasagne. Importing this
package is cheap: Theano is imported by the modules that compile.
"""

from colorize.openblas import name_kernels

__version__ = '0.1.0'

name_kernels()

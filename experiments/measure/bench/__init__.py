"""``make bench``: this project, Theano's own convolution and PyTorch."""

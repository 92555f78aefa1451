"""Layers that Lasagne 0.1 lacks, in the words of its later versions.

The expressions that the layers write are a contract: they are what
:mod:`colorize.onednn.patterns` knows, term by term and in this order. ``x *
scale + shift``, written as ``shift + scale * x``, gives the same values and
loses the fast library without a word, so whoever changes an expression here
changes its pattern, too (``tests/onednn/test_graph.py`` counts what was
recognised). That goes for Lasagne's own ReLU, max pooling, concatenation and
sum as well.
"""

from colorize.backend import lasagne, theano

T = theano.tensor

__all__ = [
    'BatchNormLayer',
    'Conv2DLayer',
    'Upscale2DLayer',
    'conv_bn_relu',
    'scaled',
    'softmax',
]


class Conv2DLayer(lasagne.layers.Layer):
    """Cross-correlation with stride 1, the output as large as the input.

    Kernels are not flipped, as in VGG16's published weights.

    Parameters
    ----------
    incoming : a :class:`lasagne.layers.Layer` instance or a tuple
        The layer feeding into this one, of shape (batch, channel, row,
        column).
    num_filters : int
        The number of maps that come out.
    filter_size : int
        Rows and columns of the kernel; odd, so that both sides of a pixel
        weigh the same.
    W : Theano shared variable, expression, numpy array or callable
        Initial kernels, (num_filters, channels, filter_size, filter_size).
    b : Theano shared variable, expression, numpy array, callable or None
        Initial biases, (num_filters,); None for a layer without.
    nonlinearity : callable or None
        Applied to the result; None for a linear layer.
    """

    def __init__(self, incoming, num_filters, filter_size,
                 W=lasagne.init.GlorotUniform(), b=lasagne.init.Constant(0.),
                 nonlinearity=lasagne.nonlinearities.rectify, **kwargs):
        super().__init__(incoming, **kwargs)
        if filter_size % 2 == 0:
            raise ValueError(f'filter_size must be odd, got {filter_size}')
        self.num_filters = num_filters
        self.filter_size = filter_size
        self.nonlinearity = nonlinearity or lasagne.nonlinearities.identity
        shape = (num_filters, self.input_shape[1], filter_size, filter_size)
        self.W = self.add_param(W, shape, name='W')
        self.b = None if b is None else self.add_param(
            b, (num_filters,), name='b', regularizable=False)

    def get_output_shape_for(self, input_shape):
        return (input_shape[0], self.num_filters) + tuple(input_shape[2:])

    def get_output_for(self, input, **kwargs):
        conved = T.nnet.conv2d(
            input, self.W, border_mode='half', filter_flip=False,
            filter_shape=self.W.get_value(borrow=True).shape)
        if self.b is not None:
            conved = conved + self.b.dimshuffle('x', 0, 'x', 'x')
        return self.nonlinearity(conved)


class BatchNormLayer(lasagne.layers.Layer):
    """Batch normalization over batch, rows and columns [1]_.

    A training pass normalises with the minibatch's own statistics and
    moves the running averages; a deterministic pass uses the averages. With
    ``over_ranks``, a function that averages a vector over processes which
    have a part of the minibatch each, the statistics are the whole one's.

    Parameters
    ----------
    incoming : a :class:`lasagne.layers.Layer` instance or a tuple
        The layer feeding into this one, of shape (batch, channel, row,
        column).
    epsilon : float
        Added to the variance before its root is taken.
    alpha : float
        Weight of the newest minibatch in the running averages, 0 to 1.
    beta, gamma : Theano shared variable, numpy array or callable
        Initial shift and scale, one per channel; trained.
    mean, inv_std : Theano shared variable, numpy array or callable
        Initial running averages, one per channel; not trained. `inv_std` is
        the inverse root of the running average of variance + `epsilon`.

    References
    ----------
    .. [1] Ioffe and Szegedy (2015): Batch Normalization. arXiv:1502.03167.
    """

    def __init__(self, incoming, epsilon=1e-4, alpha=0.1,
                 beta=lasagne.init.Constant(0.),
                 gamma=lasagne.init.Constant(1.),
                 mean=lasagne.init.Constant(0.),
                 inv_std=lasagne.init.Constant(1.), **kwargs):
        super().__init__(incoming, **kwargs)
        self.epsilon = epsilon
        self.alpha = alpha
        shape = (self.input_shape[1],)
        self.beta = self.add_param(beta, shape, 'beta', regularizable=False)
        self.gamma = self.add_param(gamma, shape, 'gamma')
        tags = dict(trainable=False, regularizable=False)
        self.mean = self.add_param(mean, shape, 'mean', **tags)
        self.inv_std = self.add_param(inv_std, shape, 'inv_std', **tags)

    def get_output_for(self, input, deterministic=False, over_ranks=None,
                       **kwargs):
        if deterministic:
            scale = self.gamma * self.inv_std
            return self._scaled(input, scale, self.beta - self.mean * scale)
        if over_ranks:
            return self._normalize_over_ranks(input, over_ranks)
        output, mean, inv_std = T.nnet.bn.batch_normalization_train(
            input, self.gamma, self.beta, axes='spatial',
            epsilon=self.epsilon)
        # Theano functions carry these updates along by themselves: a
        # clone's default_update is found through the graph of the output.
        # The variance is averaged, not its inverse root: a map that is zero
        # in most minibatches (rectified VGG16 maps often are) would be
        # blown up a hundredfold wherever it is not.
        variance = self._average(self.inv_std ** -2, inv_std ** -2)
        return (output
                + self._moving(self.mean, self._average(self.mean, mean))
                + self._moving(self.inv_std, variance ** -0.5))

    def _normalize_over_ranks(self, input, over_ranks):
        """The same as one process would do with the whole minibatch."""
        mean = input.mean(axis=(0, 2, 3))
        variance = T.sqr(input - mean.dimshuffle('x', 0, 'x', 'x')).mean(
            axis=(0, 2, 3))
        # In float64 the square of the mean can be taken off again.
        mean, variance = (T.cast(each, 'float64') for each in (mean, variance))
        moments = over_ranks(T.concatenate([mean, variance + mean ** 2]))
        mean = moments[:self.input_shape[1]]
        variance = (moments[self.input_shape[1]:] - mean ** 2 + self.epsilon)
        mean, variance = (T.cast(each, 'float32') for each in (mean, variance))
        scale = self.gamma * variance ** -0.5
        updates = [(self.mean, self._average(self.mean, mean)),
                   (self.inv_std, self._average(
                       self.inv_std ** -2, variance) ** -0.5)]
        # An update that is part of the shift does not hide x * scale + shift.
        return self._scaled(input, scale, self.beta - mean * scale + sum(
            self._moving(*each).dimshuffle(1) for each in updates))

    def _scaled(self, input, scale, shift):
        return (input * scale.dimshuffle('x', 0, 'x', 'x')
                + shift.dimshuffle('x', 0, 'x', 'x'))

    def _average(self, average, newest):
        return (1 - self.alpha) * average + self.alpha * newest.flatten()

    def _moving(self, average, moved):
        """Zero, carrying the update of `average`."""
        clone = theano.clone(average, share_inputs=False)
        clone.default_update = moved
        return 0 * clone.dimshuffle('x', 0, 'x', 'x')


class Upscale2DLayer(lasagne.layers.Layer):
    """Nearest-neighbour upscaling: repeats every row and column.

    Parameters
    ----------
    incoming : a :class:`lasagne.layers.Layer` instance or a tuple
        The layer feeding into this one, of shape (batch, channel, row,
        column).
    scale_factor : int
        How often each row and each column is repeated, 1 or more.
    """

    def __init__(self, incoming, scale_factor, **kwargs):
        super().__init__(incoming, **kwargs)
        if scale_factor < 1:
            raise ValueError('scale_factor must be 1 or more, got '
                             f'{scale_factor}')
        self.scale_factor = scale_factor

    def get_output_shape_for(self, input_shape):
        return tuple(input_shape[:2]) + tuple(
            None if side is None else side * self.scale_factor
            for side in input_shape[2:])

    def get_output_for(self, input, **kwargs):
        if self.scale_factor == 1:
            return input
        rows = T.extra_ops.repeat(input, self.scale_factor, axis=2)
        return T.extra_ops.repeat(rows, self.scale_factor, axis=3)


def scaled(depth, width):
    """The paper's `depth` (number of maps) at `width`, at least 1."""
    return max(1, int(round(depth * width)))


def softmax(scores):
    """Softmax over the channels of (batch, channel, row, column)."""
    raised = T.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def conv_bn_relu(incoming, num_filters, filter_size, name):
    """Convolution without bias, batch norm, ReLU (Section 3.4).

    The layers are called `name`, ``name_bn`` and ``name_relu``.

    Returns
    -------
    lasagne.layers.Layer
        The rectified maps, (batch, `num_filters`, row, column).
    """
    conv = Conv2DLayer(incoming, num_filters, filter_size, b=None,
                       nonlinearity=None, name=name)
    normal = BatchNormLayer(conv, name=f'{name}_bn')
    return lasagne.layers.NonlinearityLayer(
        normal, lasagne.nonlinearities.rectify, name=f'{name}_relu')

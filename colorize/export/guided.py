"""The guided filter of :mod:`colorize.coherence.guided` in a graph of ONNX.

Rows and columns are free, so the graph makes its small matrices itself.
"""

from onnx import TensorProto

from colorize.coherence.guided import EPSILON, RADIUS, STEP

__all__ = ['Guided']


class Guided:
    """Filters planes with one photo's lightness for a guide.

    Parameters
    ----------
    graph : colorize.export.graph.Graph
    lightness : str
        Of (batch, 1, row, column), both divisible by 8; 0 to 100.
    """

    def __init__(self, graph, lightness):
        self._add, self._lightness = graph.add, lightness
        self._down, self._up = _matrices(graph, lightness, 2)
        self._right, self._left = (
            graph.add('Transpose', [each], f'{each}.turned')
            for each in _matrices(graph, lightness, 3))
        self._level = self._mean(lightness, 'guide.level')
        square = self._mean(self._times(lightness, 'guide.square'),
                            'guide.square.mean')
        variance = graph.add('Sub', [square, graph.add(
            'Mul', [self._level] * 2, 'guide.level.square')],
            'guide.variance')
        self._variance = graph.add('Add', [graph.add(
            'Max', [variance, 0], 'guide.variance.positive'), EPSILON],
            'guide.variance.more')

    def smooth(self, planes, name):
        """Add the filter of planes.

        Parameters
        ----------
        planes : str
            Of (batch, plane, row, column).
        name : str
            Of what comes out, alike.

        Returns
        -------
        str
            `name`.
        """
        add, level = self._add, self._level
        height = self._mean(planes, f'{name}.height')
        product = self._mean(self._times(planes, f'{name}.product'),
                             f'{name}.product.mean')
        level_height = add('Mul', [height, level], f'{name}.level_height')
        slope = add('Div', [add('Sub', [product, level_height],
                                f'{name}.covariance'), self._variance],
                    f'{name}.slope')
        start = add('Sub', [height, add('Mul', [slope, level],
                                        f'{name}.rise')], f'{name}.start')
        line = self._times(self._wide(slope, f'{name}.slope.wide'),
                           f'{name}.line')
        return add('Add', [line, self._wide(start, f'{name}.start.wide')],
                   name)

    def _times(self, planes, name):
        return self._add('Mul', [planes, self._lightness], name)

    def _mean(self, planes, name):
        """Over windows at every fourth pixel."""
        return self._between(self._down, planes, self._right, name)

    def _wide(self, lines, name):
        """From every fourth pixel to all."""
        return self._between(self._up, lines, self._left, name)

    def _between(self, first, planes, last, name):
        part = self._add('MatMul', [planes, last], f'{name}.columns')
        return self._add('MatMul', [first, part], name)


def _matrices(graph, lightness, axis):
    """What `colorize.coherence.guided` calls `down` and `up`."""
    add, name = graph.add, f'axis{axis}'
    length = add('Cast', [add('Gather', [
        add('Shape', [lightness], f'{name}.shape'),
        graph.constant(f'{name}.axis', axis, 'int64')], f'{name}.whole')],
        f'{name}.length', to=TensorProto.FLOAT)
    last = add('Sub', [length, 1], f'{name}.last')
    pixels = add('Range', [0, length, 1], f'{name}.pixels')
    places = add('Min', [add('Range', [
        0, add('Add', [length, 1], f'{name}.end'), STEP],
        f'{name}.steps'), last], f'{name}.places')
    to_pixels, to_places = (_distances(graph, each, places)
                            for each in (pixels, places))
    windows = _rows(graph, to_places, f'{name}.windows')
    down = _rows(graph, add('Transpose', [to_pixels], f'{name}.turned'),
                 f'{name}.down')
    up = add('MatMul', [_interpolation(graph, pixels, to_pixels, last, name),
                        windows], f'{name}.up')
    return down, up


def _distances(graph, ones, others):
    """Between each two, (one, other)."""
    column = graph.add('Unsqueeze', [ones, graph.constant(
        f'{ones}.axes', [1], 'int64')], f'{ones}.column')
    return graph.add('Abs', [graph.add('Sub', [column, others],
                                       f'{ones}.differences')],
                     f'{ones}.distances')


def _rows(graph, distances, name):
    """Means over windows: weights that sum to 1 in each row."""
    inside = graph.add('Cast', [graph.add(
        'LessOrEqual', [distances, RADIUS], f'{name}.within')],
        f'{name}.inside', to=TensorProto.FLOAT)
    count = graph.add('ReduceSum', [inside, graph.constant(
        f'{name}.axes', [1], 'int64')], f'{name}.count')
    return graph.add('Div', [inside, count], name)


def _interpolation(graph, pixels, distances, last, name):
    """Linear; before the last place, which ends a row, the gap is less."""
    add = graph.add
    early = add('Less', [pixels, add('Sub', [last, STEP - 1],
                                     f'{name}.last.before')],
                f'{name}.early')
    gap = add('Unsqueeze', [add('Where', [early, STEP, STEP - 1],
                                f'{name}.gap'), graph.constant(
        f'{name}.gap.axes', [1], 'int64')], f'{name}.gap.column')
    share = add('Div', [distances, gap], f'{name}.far')
    return add('Max', [add('Sub', [1, share], f'{name}.near'), 0],
               f'{name}.between')

"""``make smoothing``: Section 5.3, a Gaussian blur of the class scores.

The scores are those before the softmax; each bin's map is blurred, and the
bin with the largest blurred score is taken. The paper found it slightly
better within objects and much noisier along their edges.
"""

import hashlib
import json
import os

import numpy as np

from colorize import command
from experiments.shared import evenness, options, report, table

__all__ = ['METRICS', 'SIGMAS', 'blurred_bins', 'class_scores', 'main',
           'measure', 'measure_photo', 'smoothing', 'summary']

SIGMAS = (0, 1, 2, 4)

#: Photos, drawn by the seed.
_COUNT, _QUICK = 50, 6

#: Metric, its title, and how it is written; the last four are plotted
#: relative to sigma 0.
METRICS = (
    ('acc_u', 'Acc. (U)', '{:.2%}'), ('acc_v', 'Acc. (V)', '{:.2%}'),
    ('sat_diff', 'Sat. diff.', '{:.1%}'),
    ('noise_edges', 'noise near edges', '{:.2f}'),
    ('noise_smooth', 'noise, smooth', '{:.2f}'),
    ('error_edges', 'error near edges', '{:.2f}'),
    ('error_smooth', 'error, smooth', '{:.2f}'))


def main(arguments=None):
    """Parse the command line, blur, print and write what it does."""
    parser = options.parser('paper.smoothing', __doc__.partition('\n')[0],
                            trains=False)
    parser.add_argument('--weights', metavar='FILE', help='of a '
                        'classification network (without: those that ship)')
    given = parser.parse_args(arguments)
    given.runs = options.run_folder(given, 'smoothing',
                                    options.name_of_photos(given))
    return smoothing(given)


def smoothing(given):
    """Score photos at every sigma, or go on where that was stopped.

    Parameters
    ----------
    given : argparse.Namespace

    Returns
    -------
    int
        The exit status, 0.
    """
    from colorize.colorizer import default_weights
    from colorize.systems import trained
    weights = given.weights or default_weights()
    held = trained.load(weights)
    scores = class_scores(held.network, weights)
    paths = options.test_photos(given, held.side, _QUICK if given.quick
                                else _COUNT)
    found = summary(_measure_all(paths, held.side, scores, held.means,
                                 weights, given.runs))
    print('\n'.join(_table(found)))
    found.update(photos=len(paths), side=held.side,
                 scores='before the softmax',
                 weights=os.path.basename(weights))
    report.write_json(os.path.join(given.out, 'smoothing.json'), found)
    _plot(os.path.join(given.out, 'smoothing.png'), found['sigmas'])
    return 0


def class_scores(network, name):
    """Function from lightness to the class scores of a network.

    Parameters
    ----------
    network : colorize.systems.networks.Network
    name : str
        What to call it in an error.

    Returns
    -------
    callable
        Takes a float array (row, column), returns float32 (2, 50, row,
        column): the scores before the softmax, for U and V.

    Raises
    ------
    ValueError
        When it is not a classification network in CIELUV.
    """
    from colorize import onednn
    from colorize.systems import arrays
    from colorize.backend import lasagne, theano
    kind = network.settings['system'], network.settings['color_space']
    if kind != ('classification', 'luv'):
        raise ValueError(f'{name}: a {kind[0]} network in {kind[1]} has no '
                         'class scores of U and V')
    function = theano.function([network.input_var], onednn.accelerate(
        lasagne.layers.get_output(network.outputs, deterministic=True)))
    return lambda lightness: np.concatenate(
        function(arrays.network_input(lightness)[None]))


def blurred_bins(scores, sigma):
    """The bins whose blurred scores are largest.

    Parameters
    ----------
    scores : float array, (2, 50, row, column)
    sigma : float
        Of the Gaussian, in pixels; 0 does not blur.

    Returns
    -------
    int array, (row, column, 2)
    """
    from scipy.ndimage import gaussian_filter
    blurred = gaussian_filter(scores, (0, 0, sigma, sigma), mode='nearest')
    return np.moveaxis(blurred.argmax(axis=1), 0, -1)


def _measure_all(paths, side, scores, means, weights, folder):
    """Measures of each photo at each sigma, kept in a folder."""
    from tqdm import tqdm
    from colorize.photos import images
    from colorize.prefetch import prefetch
    with open(weights, 'rb') as file:
        base = hashlib.md5(file.read() + repr(SIGMAS).encode())
    photos = prefetch(images.load_square(path, side)
                      for path in paths)
    found = []
    for photo in tqdm(photos, 'blur', len(paths), unit='photo', leave=False,
                      disable=None):
        key = base.copy()
        key.update(photo.tobytes())
        found.append(_kept(os.path.join(folder, f'{key.hexdigest()}.json'),
                           lambda: measure_photo(photo, scores, means)))
    return found


def _kept(path, compute):
    """What a file holds, computed and written where there is none."""
    from colorize.disk.whole import written_whole
    if not os.path.exists(path):
        with written_whole(path) as file:
            file.write(json.dumps(compute()).encode())
    with open(path) as file:
        return json.load(file)


def measure_photo(photo, scores, means):
    """Measures of a photo by sigma, and of the original's own colours.

    Parameters
    ----------
    photo : uint8 array, (row, column, 3)
    scores : callable
        Of :func:`class_scores`.
    means : float array, (2, 50)
        Of the training pixels in each bin.

    Returns
    -------
    dict
        Of :func:`measure`, by sigma as text, and 'original'.
    """
    from colorize import color
    from colorize.color import bins
    lightness, chroma = color.split(photo)
    classes = scores(lightness)
    found = {str(sigma): measure(lightness, bins.from_bins(
        blurred_bins(classes, sigma), means), chroma) for sigma in SIGMAS}
    return dict(found, original=measure(lightness, chroma, chroma))


def measure(lightness, predicted, actual):
    """The paper's metrics, and how even and right colours are where.

    Parameters
    ----------
    lightness : float array, (row, column)
    predicted, actual : float arrays, (row, column, 2)
        Chroma.

    Returns
    -------
    dict
        'acc_u', 'acc_v', 'sat_diff'; near strong edges of the lightness
        ('_edges') and in smooth areas ('_smooth') 'noise', the mean
        :func:`experiments.shared.evenness.variation` of the prediction, and
        'error', its mean distance from the original, in units of U and V.
        None where a photo has no such pixels.
    """
    from colorize.color import metrics
    score = metrics.score(lightness, predicted, actual)
    found = {name: _finite(score[name])
             for name in ('acc_u', 'acc_v', 'sat_diff')}
    change = evenness.variation(predicted)
    error = np.linalg.norm(np.asarray(predicted) - actual, axis=-1)
    for name, where in (('edges', evenness.near_edges(lightness)),
                        ('smooth', evenness.smooth(lightness))):
        some = where.any()
        found[f'noise_{name}'] = float(change[where].mean()) if some else None
        found[f'error_{name}'] = float(error[where].mean()) if some else None
    return found


def _finite(value):
    return value if np.isfinite(value) else None


def summary(measures):
    """Means over photos, and noise relative to sigma 0 and the original.

    Parameters
    ----------
    measures : sequence of dict
        Of :func:`measure_photo`.

    Returns
    -------
    dict
        'sigmas', means by sigma, and 'original'.
    """
    found = {key: _means([each[key] for each in measures])
             for key in [str(sigma) for sigma in SIGMAS] + ['original']}
    original = found.pop('original')
    for values in found.values():
        for name in ('noise_edges', 'noise_smooth'):
            for suffix, base in (('_to_sigma_0', found['0']),
                                 ('_to_original', original)):
                values[name + suffix] = (values[name] / base[name]
                                         if base[name] else None)
    return {'sigmas': found, 'original': {
        name: original[name] for name in ('noise_edges', 'noise_smooth')}}


def _means(measures):
    found = {}
    for name, _, _ in METRICS:
        values = [one[name] for one in measures if one[name] is not None]
        found[name] = float(np.mean(values)) if values else None
    return found


def _table(found):
    """Lines: a metric each, a column for each sigma."""
    columns = list(found['sigmas'].values()) + [found['original']]
    rows = [['sigma (pixels)', *SIGMAS, 'original']]
    rows += [[title] + [table.written(form, column.get(name))
                        for column in columns]
             for name, title, form in METRICS]
    return table.lines('<18' + ' >9' * len(columns), rows)


def _plot(path, sigmas):
    """Metrics, and noise and error relative to sigma 0, over sigma."""
    import matplotlib
    matplotlib.use('Agg')
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.5),
                                   layout='constrained')
    for number, (name, title, _) in enumerate(METRICS):
        values = np.array([each[name] for each in sigmas.values()], 'float')
        relative = number >= len(METRICS) - 4
        axes[int(relative)].plot(
            SIGMAS, values / values[0] if relative else values, marker='o',
            label=title)
    for axis, label in zip(axes, ('share', 'relative to sigma 0')):
        axis.set(xlabel='sigma of the blur (pixels)', ylabel=label)
        axis.legend()
    report.save_plot(path, figure)


if __name__ == '__main__':
    command.run(main)

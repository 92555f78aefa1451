"""``make definitions``: which bins could Table 2 have been counted with?

The paper's U is better than its V for classification (34.64 and 24.14 %) and
worse for a regression that is nearly grey (12.92 and 19.02 %). Under each of
many definitions of bin() we count what answers without a network would get,
on the test photos of the paper's own class.
"""

import os
from collections import namedtuple

import numpy as np

from colorize import command, datasets
from experiments.shared import options, report, table

__all__ = ['DEFINITIONS', 'PAPER', 'Definition', 'accuracies', 'binned',
           'judged', 'main', 'measure', 'splits',
           'widths']

#: Acc(U) and Acc(V) of Table 2; the last as if the regression's columns had
#: been exchanged.
PAPER = {'classification': (0.3464, 0.2414), 'regression': (0.1292, 0.1902),
         'exchanged': (0.1902, 0.1292)}

#: space: see :data:`_SPACES`. low, high: ends of the range of U and of V, for
#: 50 bins; None for each photo's own ends.
Definition = namedtuple('Definition', 'space low high')

#: Ends of U and V over all of sRGB.
_GAMUT = Definition('luv', (-83.1, -134.1), (175.0, 107.4))


def _wide(width, space='luv', shift=0):
    """50 bins of one width around zero; shifted by a part of a bin."""
    return Definition(space, ((-25 + shift) * width,) * 2,
                      ((25 + shift) * width,) * 2)


DEFINITIONS = {
    'ours: 50 bins on [-100, 100]': _wide(4),
    'the same, bins centred on 0': _wide(4, shift=-0.5),
    'range of sRGB': _GAMUT,
    "each photo's own range": Definition('luv', None, None),
    '8-bit LUV of OpenCV': Definition('luv8', (0, 0), (256, 256)),
    '25 bins on [-100, 100]': _wide(8),
    'CIELAB on [-100, 100]': _wide(4, 'lab'),
    'YUV times 100 on [-100, 100]': _wide(4, 'yuv'),
    'YCbCr, 256 levels': _wide(5.12, 'ycbcr')}

#: Those for which other choices of the test photos are tried.
_SPLIT = ('ours: 50 bins on [-100, 100]', '25 bins on [-100, 100]')

#: Widths that are tried for U and V each.
_WIDTHS = np.arange(2, 20.5, 0.5)

#: Regression leaves 85.8 % of the saturation away.
_STRENGTH = 1 - 0.858


def _luv8(rgb):
    """U and V as OpenCV stores them in 8 bits."""
    from skimage.color import rgb2luv
    luv = rgb2luv(rgb)
    return np.rint((luv[..., 1:] + (134, 140)) * 255 / (354, 262))


def _of_skimage(name, factor=1, offset=0):
    def convert(rgb):
        from skimage import color
        return getattr(color, name)(rgb)[..., 1:] * factor - offset
    return convert


#: From float sRGB (photo, row, column, 3) to what is binned, two channels.
_SPACES = {'luv': _of_skimage('rgb2luv'), 'lab': _of_skimage('rgb2lab'),
           'yuv': _of_skimage('rgb2yuv', 100), 'luv8': _luv8,
           'ycbcr': _of_skimage('rgb2ycbcr', offset=128)}


def main(arguments=None):
    """Parse the command line, count, print and write."""
    parser = options.parser('paper.definitions', __doc__.partition('\n')[0],
                            trains=False)
    parser.add_argument('--side', type=int, default=64, help='photos are '
                        'scaled to side x side (default: %(default)s)')
    given = parser.parse_args(arguments)
    name = options.name_of_photos(given)
    given.runs = options.run_folder(given, 'definitions', name)
    train, test = _photos(options.folder_of_photos(given, given.side),
                          given.side)
    found = {title: dict(_counted(measure(definition, train, test)))
             for title, definition in DEFINITIONS.items()}
    print('\n'.join(_table(found)))
    report.write_json(os.path.join(given.out, 'definitions.json'), {
        'photos': {'name': name, 'train': len(train), 'test': len(test)},
        'side': given.side, 'paper': PAPER, 'definitions': found,
        'widths': widths(train, test), 'splits': {
            title: splits(DEFINITIONS[title], np.concatenate([train, test]),
                          len(test)) for title in _SPLIT}})
    return 0


def _photos(folder, side):
    """Training and test photos by the committed rule, uint8."""
    from tqdm import tqdm
    from colorize.photos import images
    from colorize.photos.find import find_photos
    cvcl, paths = datasets.DATASETS['cvcl'], find_photos([folder])
    parts = datasets.split(paths, cvcl.train, cvcl.test, r'[^/]*$')
    if not all(parts):
        raise ValueError(f'{folder}: one photo is too few, some are to be '
                         'learnt from and others tested')
    return [np.stack([
        images.load_square(path, side) for path
        in tqdm(part, 'load', leave=False, unit='photo', disable=None)])
        for part in parts]


def binned(values, definition):
    """The bins of values under a definition.

    Parameters
    ----------
    values : float array, (photo, ..., 2)
        In the definition's space.
    definition : Definition

    Returns
    -------
    int array of the same shape
        0 to 49.
    """
    low, high = definition.low, definition.high
    if low is None:
        axes = tuple(range(1, values.ndim - 1))
        low, high = (end(values, axes, keepdims=True)
                     for end in (np.min, np.max))
    width = np.maximum(np.subtract(high, low), 1e-6) / 50
    return np.clip(np.floor((values - low) / width), 0, 49).astype(int)


def measure(definition, train, test):
    """What answers without a network would get.

    Parameters
    ----------
    definition : Definition
    train, test : uint8 arrays, (photo, row, column, 3)

    Returns
    -------
    dict
        Acc(U) and Acc(V), averages over the test photos, of
        'most_frequent' (the bin that most training pixels are in), 'mean'
        (their mean colour), 'grey', 'below_grey' (a hair less of both: grey
        is an edge between bins), 'pale' (the right colours at the strength
        of the paper's regression) and 'best' (each photo's own most
        frequent bin: who gets more has to tell its parts apart).
    """
    convert = _SPACES[definition.space]
    learnt, values = (convert(photos / np.float32(255))
                      for photos in (train, test))
    grey = convert(np.full((1, 1, 1, 3), np.float32(0.5)))[0, 0, 0]
    grey = np.where(abs(grey) < 0.01, 0, grey)
    right = binned(values, definition)
    answers = {
        'most_frequent': _modes(binned(learnt, definition)[None])[0],
        'mean': _answer(learnt.mean(axis=(0, 1, 2)), values, definition),
        'grey': _answer(grey, values, definition),
        'below_grey': _answer(grey - 0.01, values, definition),
        'pale': _answer(grey + _STRENGTH * (values - grey), values,
                        definition),
        'best': _modes(right)[:, None, None]}
    return {name: accuracies(answer, right)
            for name, answer in answers.items()}


def _answer(answer, values, definition):
    """The bins of an answer, by the ranges of the photos where they count."""
    if definition.low is None:
        axes = (1, 2)
        definition = definition._replace(
            low=values.min(axes, keepdims=True),
            high=values.max(axes, keepdims=True))
    return binned(np.broadcast_to(answer, values.shape), definition)


def _modes(bins):
    """The most frequent bin of each part, (part, 2)."""
    flat = bins.reshape(len(bins), -1, 2)
    return np.array([[np.bincount(part[:, channel]).argmax()
                      for channel in (0, 1)] for part in flat])


def accuracies(answer, right):
    """Acc(U) and Acc(V), averages over photos.

    Parameters
    ----------
    answer, right : int arrays, (photo, row, column, 2)
        Bins; `answer` may lack photos or pixels that are all alike.

    Returns
    -------
    list of float
    """
    return [float(share) for share in (answer == right).mean(axis=(0, 1, 2))]


def _counted(found):
    """What was measured, and which of the paper's figures it leaves open."""
    yield from found.items()
    yield 'possible', judged(found)


def judged(found):
    """Which of the paper's figures a definition leaves open.

    Classification may lie between one colour for all photos and one for
    each; a regression that is nearly grey within a point and a half (the
    standard error of 50 photos) of what the nearly grey answers get.

    Parameters
    ----------
    found : dict
        Of :func:`measure`.

    Returns
    -------
    dict
        By the keys of :data:`PAPER`, for U and V each whether the figure is
        possible.
    """
    pale = [found[name] for name in ('grey', 'below_grey', 'mean', 'pale')]
    nearly_grey = (np.min(pale, axis=0) - 0.015,
                   np.max(pale, axis=0) + 0.015)
    bounds = {'classification': (found['most_frequent'], found['best']),
              'regression': nearly_grey, 'exchanged': nearly_grey}
    return {system: [bool(low <= paper <= high) for low, paper, high
                     in zip(lows, PAPER[system], highs)]
            for system, (lows, highs) in bounds.items()}


def widths(train, test):
    """The widths of a bin that leave the paper's figures open.

    Parameters
    ----------
    train, test : uint8 arrays, (photo, row, column, 3)

    Returns
    -------
    dict
        By the keys of :data:`PAPER`, for U and V each a list of widths, in
        units of U and V; of bins that begin at zero or are centred on it.
    """
    found = {system: [[], []] for system in PAPER}
    for width in _WIDTHS:
        possible = [judged(measure(_wide(width, shift=shift), train, test))
                    for shift in (0, -0.5)]
        for system, channel in ((system, channel) for system in PAPER
                                for channel in (0, 1)):
            if any(each[system][channel] for each in possible):
                found[system][channel].append(float(width))
    return found


def splits(definition, photos, count, draws=2000):
    """How far another choice of test photos could move the figures.

    Parameters
    ----------
    definition : Definition
    photos : uint8 array, (photo, row, column, 3)
    count : int
        Of the test photos.
    draws : int
        So many choices are drawn.

    Returns
    -------
    dict
        Of 'most_frequent' (of all photos here) and 'best', for U and V each
        the lowest and the highest accuracy of all choices.
    """
    bins = binned(_SPACES[definition.space](photos / np.float32(255)),
                  definition)
    answers = {'most_frequent': _modes(bins[None])[0],
               'best': _modes(bins)[:, None, None]}
    rng, found = np.random.RandomState(0), {}
    chosen = [rng.permutation(len(bins))[:count] for _ in range(draws)]
    for name, answer in answers.items():
        each = (bins == answer).mean(axis=(1, 2))
        means = np.array([each[some].mean(axis=0) for some in chosen])
        found[name] = [[float(end(means[:, channel])) for end in (min, max)]
                       for channel in (0, 1)]
    return found


def _table(found):
    """Lines: a definition each; what is possible of U and of V."""
    shown = ('most_frequent', 'grey', 'pale', 'best')
    rows = [['U/V, %', *(name.replace('_', ' ') for name in shown), *PAPER]]
    for title, values in found.items():
        rows.append([title] + [_pair(values[name]) for name in shown] + [
            ' '.join(channel if each else '-' for channel, each
                     in zip('UV', values['possible'][name]))
            for name in PAPER])
    rows.append(['the paper'] + [''] * len(shown)
                + [_pair(pair) for pair in PAPER.values()])
    return table.lines('<29' + ' >13' + ' >9' * 3 + ' >14' + ' >10' * 2, rows)


def _pair(shares):
    return '/'.join(f'{share:.1%}'[:-1] for share in shares)


if __name__ == '__main__':
    command.run(main)

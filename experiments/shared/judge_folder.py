"""Weights on a folder of photos that nobody trained on, as the field reports.

Photos are scaled and cropped to 256² and coloured as the product does it.
"""

import numpy as np
from PIL import Image, ImageOps

from colorize import color
from colorize.color import bins, evaluation, tones
from colorize.photos import images
from experiments.shared import table

__all__ = ['NEARLY_GREY', 'PUBLISHED', 'SIDE', 'colorful', 'judge_folder',
           'lines_of', 'summary']

SIDE = 256

#: A result of less colourfulness is nearly grey: Hasler and Süsstrunk's
#: people called 0 "not colourful" and 15 "slightly colourful".
NEARLY_GREY = 10

#: As published for ImageNet's validation photos at 256²: PSNR (dB) and by
#: how much the mean colourfulness is off.
PUBLISHED = {'CIC (Zhang 2016)': (22.64, 6.61),
             'DeOldify': (24.11, 16.92), 'DDColor-tiny': (23.54, 0.55)}

#: Name, title and format of what a table shows.
_METRICS = (('psnr', 'PSNR', '{:.2f}'), ('colorfulness', 'CF', '{:.1f}'),
            ('delta_cf_means', 'dCF means', '{:.2f}'),
            ('delta_cf_absolute', 'dCF each', '{:.2f}'),
            ('delta_e', 'dE2000', '{:.2f}'), ('acc_u', 'Acc(U)', '{:.1%}'),
            ('acc_v', 'Acc(V)', '{:.1%}'), ('sat_diff', 'Sat.', '{:.1%}'),
            ('nearly_grey', 'grey', '{:.1%}'))


def judge_folder(paths, weights=None):
    """Score every decoding of weights, and two answers that do not look.

    Parameters
    ----------
    paths : sequence of str
        Photos; those in one tone are left out, as there is nothing to
        compare with.
    weights : str, optional
        Without, those that ship.

    Returns
    -------
    dict
        'photos', 'left_out', 'side', 'colorfulness' (of the originals) and
        'scores': by decoding, and of 'most_frequent_bin' and 'grey', what
        :func:`summary` gives.

    Raises
    ------
    ValueError
        When no photo has colours.
    """
    from colorize.colorizer import default_weights
    decoders, flat = _decoders(weights or default_weights())
    found = {}
    for photo in colorful(paths, 'judge'):
        for name, painted in _painted(decoders, flat, evaluation.gray(photo)):
            found.setdefault(name, []).append(
                evaluation.scores(painted, photo))
    original = [score['colorfulness'] - score['colorfulness_diff']
                for score in found['grey']]
    return {'photos': len(original), 'left_out': len(paths) - len(original),
            'side': SIDE, 'colorfulness': float(np.mean(original)),
            'scores': {name: summary(each) for name, each in found.items()}}


def colorful(paths, title):
    """The middle of each photo at 256²; those in one tone are left out.

    Parameters
    ----------
    paths : sequence of str
    title : str
        Of the progress that is shown.

    Yields
    ------
    uint8 array, (256, 256, 3)

    Raises
    ------
    ValueError
        When no photo has colours.
    """
    from colorize.progress import progress
    some = False
    with progress(len(paths), title, leave=False) as advance:
        for path in paths:
            photo = np.asarray(ImageOps.fit(Image.fromarray(
                images.load(path)), (SIDE, SIDE), Image.BICUBIC))
            if not tones.is_in_one_tone(*color.split(photo)):
                some = True
                yield photo
            advance()
    if not some:
        raise ValueError('no photo with colours to judge by')


def _decoders(weights):
    """A colorizer for each decoding, and the chroma of most training
    pixels."""
    from colorize.colorizer import Colorizer
    from colorize.settings import SettingError
    from colorize.systems import trained
    from colorize.systems.decodings import DECODINGS
    made, decoders = Colorizer(weights), {}
    for name in DECODINGS:
        try:
            decoders[name] = made.like(decode=name)
        except SettingError:
            pass  # one that the network cannot do
    decoders = decoders or {'regression': made}
    held = trained.load(weights)
    return decoders, bins.from_bins(held.prior.argmax(axis=1), held.means)


def _painted(decoders, flat, gray):
    """Name and photo of each way to colour one."""
    first = next(iter(decoders.values()))
    small = first.shrink(gray)
    answer, = first.answer([small])
    for name, each in decoders.items():
        yield name, each.paint(gray, small, each.decode(answer, small))
    everywhere = np.broadcast_to(flat, small.shape + (2,))
    yield 'most_frequent_bin', first.paint(
        gray, small, np.ascontiguousarray(everywhere, 'float32'))
    yield 'grey', np.repeat(gray[..., None], 3, axis=2)


def summary(scores):
    """What the scores of photos come to.

    Parameters
    ----------
    scores : sequence of dict
        Of :func:`colorize.color.evaluation.scores`.

    Returns
    -------
    dict
        The mean of each, and 'delta_cf_means' (between the mean
        colourfulness of results and of originals), 'delta_cf_absolute' (mean
        over photos of the difference without its sign) and 'nearly_grey'
        (share of results below :data:`NEARLY_GREY`).
    """
    found = evaluation.average(scores)
    off = np.array([score['colorfulness_diff'] for score in scores])
    colorful = np.array([score['colorfulness'] for score in scores])
    return dict(found, delta_cf_means=float(abs(off.mean())),
                delta_cf_absolute=float(abs(off).mean()),
                nearly_grey=float((colorful < NEARLY_GREY).mean()))


def lines_of(found):
    """A table of what :func:`judge_folder` returns.

    Parameters
    ----------
    found : dict

    Returns
    -------
    list of str
    """
    rows = [[''] + [title for _, title, _ in _METRICS]]
    for name, scores in found['scores'].items():
        rows.append([name] + [table.written(form, scores[key])
                              for key, _, form in _METRICS])
    for name, (psnr, delta) in PUBLISHED.items():
        known = {'psnr': psnr, 'delta_cf_means': delta}
        rows.append([name] + [table.written(form, known.get(key))
                              for key, _, form in _METRICS])
    title = (f"{found['photos']} photos at {SIDE}x{SIDE}, colourfulness "
             f"{found['colorfulness']:.1f}; {found['left_out']} without "
             'colours left out')
    return [title] + table.lines('<18' + ' >9' * len(_METRICS), rows)

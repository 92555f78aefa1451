"""How good a coloured photo is: the paper's metrics (Section 5.1) and
those of today's field. One photo each; average over photos."""

import numpy as np

from colorize import color
from colorize.color import bins

__all__ = ['COLORLESS', 'accuracy', 'average', 'colorfulness', 'delta_e',
           'l_reg', 'psnr', 'saturation_difference', 'score']


#: A photo of less mean saturation, 0 to 1, has none to compare with: what is
#: there comes from rounding.
COLORLESS = 0.005


def l_reg(predicted, actual):
    """L_reg of Section 5.1: squared error summed over pixels, U and V.

    Parameters
    ----------
    predicted, actual : float arrays, (row, column, 2)
        Chroma, in units of U and V.

    Returns
    -------
    float
    """
    difference = np.asarray(predicted, 'float64') - actual
    return float((difference ** 2).sum())


def accuracy(predicted, actual, space='luv'):
    """Acc(U) and Acc(V) of Section 5.1: share of pixels in the right bin.

    Parameters
    ----------
    predicted, actual : float arrays, (row, column, 2)
        Chroma; it is binned here, so both systems can be compared.
    space : {'luv', 'hsv'}

    Returns
    -------
    acc_u, acc_v : float
        0 to 1.
    """
    same = bins.to_bins(predicted, space) == bins.to_bins(actual, space)
    acc_u, acc_v = same.reshape(-1, 2).mean(axis=0)
    return float(acc_u), float(acc_v)


def saturation_difference(predicted, actual):
    """Sat. diff. of Section 5.1, with HSV saturation for its S.

    Parameters
    ----------
    predicted, actual : arrays, (row, column, 3)
        sRGB, uint8 or float in 0 to 1. Arrays of several photos joined
        give the difference over the whole set.

    Returns
    -------
    float
        0 is perfect, 1 is a grey photo; nan where the actual photo is as
        good as grey (:data:`COLORLESS`), so that there is nothing to divide
        by.
    """
    total = color.saturation(actual).mean(dtype='float64')
    found = color.saturation(predicted).mean(dtype='float64')
    if total < COLORLESS:
        return float('nan')
    return float(abs(found - total) / total)


def psnr(predicted, actual):
    """Peak signal-to-noise ratio of two sRGB photos, in dB.

    Parameters
    ----------
    predicted, actual : arrays, (row, column, 3)
        uint8, or float in 0 to 1.

    Returns
    -------
    float
        inf for equal photos.
    """
    from skimage.metrics import peak_signal_noise_ratio
    with np.errstate(divide='ignore'):
        return float(peak_signal_noise_ratio(
            _of_255(actual), _of_255(predicted), data_range=255))


def colorfulness(rgb):
    """Colourfulness M3 of Hasler and Süsstrunk (2003).

    Parameters
    ----------
    rgb : array, (row, column, 3)
        uint8, or float in 0 to 1.

    Returns
    -------
    float
        0 (grey) to about 110 (extremely colourful).
    """
    red, green, blue = np.moveaxis(_of_255(rgb), -1, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    distance = np.hypot(red_green.mean(), yellow_blue.mean())
    return float(spread + 0.3 * distance)


def delta_e(predicted, actual):
    """Mean colour difference, as far as people see one: CIEDE2000.

    Parameters
    ----------
    predicted, actual : arrays, (row, column, 3)
        sRGB, uint8 or float in 0 to 1.

    Returns
    -------
    float
        1 is about what can just be seen.
    """
    from skimage.color import deltaE_ciede2000, rgb2lab
    return float(deltaE_ciede2000(rgb2lab(actual), rgb2lab(predicted)).mean())


def score(lightness, predicted, actual, space='luv'):
    """All metrics of one photo.

    Parameters
    ----------
    lightness : float array, (row, column)
    predicted, actual : float arrays, (row, column, 2)
        Chroma of the coloured and of the original photo.
    space : {'luv', 'hsv'}

    Returns
    -------
    dict
        'l_reg', 'acc_u', 'acc_v', 'sat_diff', 'psnr', 'colorfulness' and
        'colorfulness_diff' (its deviation, coloured less original), floats.
    """
    painted = color.merge(lightness, predicted, space)
    original = color.merge(lightness, actual, space)
    acc_u, acc_v = accuracy(predicted, actual, space)
    colorful = colorfulness(painted)
    return {
        'l_reg': l_reg(predicted, actual),
        'acc_u': acc_u,
        'acc_v': acc_v,
        'sat_diff': saturation_difference(painted, original),
        'psnr': psnr(painted, original),
        'colorfulness': colorful,
        'colorfulness_diff': colorful - colorfulness(original),
    }


def average(scores):
    """Mean of each metric over photos, passing over what is not finite.

    Parameters
    ----------
    scores : sequence of dict
        What :func:`score` returned, one per photo.

    Returns
    -------
    dict
        Floats; None where no photo had a finite value (so that a JSON file
        can hold it).
    """
    means = {}
    for name in scores[0]:
        values = np.array([one[name] for one in scores], 'float64')
        values = values[np.isfinite(values)]
        means[name] = float(values.mean()) if len(values) else None
    return means


def _of_255(rgb):
    rgb = np.asarray(rgb)
    if rgb.dtype == np.uint8:
        return rgb.astype('float64')
    return rgb.astype('float64') * 255

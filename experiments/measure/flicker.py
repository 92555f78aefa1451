"""How colours of films hold: consistency and warping error."""

import numpy as np

__all__ = ['DISTANCES', 'consistency', 'warping_error']

#: Frames apart.
DISTANCES = (1, 2, 4)

#: CIE L that a pixel may differ by to be the same.
_FOUND = 3


def consistency(frames):
    """Color distribution consistency, CDC, of a film.

    After Liu et al. (2021): the Jensen-Shannon divergence of the histograms
    of R, G and B of frames at some distances, on average.

    Parameters
    ----------
    frames : sequence of uint8 array, (row, column, 3)

    Returns
    -------
    float
        0 where every frame has the same colours.
    """
    shares = np.array([[np.bincount(frame[..., channel].ravel(),
                                    minlength=256) / frame[..., 0].size
                        for channel in range(3)] for frame in frames])
    return float(np.mean([_divergence(shares[:-apart], shares[apart:]).mean()
                          for apart in DISTANCES]))


def _divergence(one, other):
    """Jensen-Shannon, by natural logarithms, over the last axis."""
    middle = (one + other) / 2

    def kullback(share):
        fraction = np.divide(share, middle, out=np.ones_like(share),
                             where=share > 0)
        return (share * np.log(fraction)).sum(axis=-1)
    return (kullback(one) + kullback(other)) / 2


def warping_error(frames, truth):
    """How much colours flicker.

    Each frame is moved to where its things are in the next one, and compared
    with that. How things move is measured in the true frames; pixels whose
    lightness does not agree there (covered, or moved wrongly) do not count.

    Parameters
    ----------
    frames, truth : sequences of uint8 array, (row, column, 3)
        Coloured by us, and as they were filmed.

    Returns
    -------
    float
        Root mean square, in 255ths.
    """
    from colorize import color
    from colorize.video import motion
    total, count = 0., 0
    lights = [color.lightness_of(frame) for frame in truth]
    for number in range(1, len(frames)):
        carried = motion.carry(np.dstack(
            [frames[number - 1], lights[number - 1]]).astype('float32'),
            lights[number - 1], lights[number]).values
        sure = abs(carried[..., 3] - lights[number]) < _FOUND
        error = carried[..., :3] - frames[number]
        total += float((error[sure] ** 2).sum())
        count += 3 * int(sure.sum())
    return float(np.sqrt(total / max(count, 1)))

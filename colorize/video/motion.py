"""How things move from one small picture to another, and scene cuts."""

from collections import namedtuple

import cv2
import numpy as np

__all__ = ['Carried', 'carry', 'is_cut', 'motion']

#: CIE L that two pictures of the same thing may differ by, once the light
#: on it is accounted for.
_TOLERANCE = 6

#: Power of the gain in light by which what was darker counts less.
_DARKER = 4

#: Detail, in CIE L, below which a picture is blank.
_BLANK = 1.5

#: Below this correlation of details two pictures show different scenes: of 140
#: pairs of photos none was above 0.50, of 280 pairs out of one film none below
#: 0.58.
_ALIKE = 0.54

#: values: (row, column, channel), carried along. trust: float32, (row,
#: column), 0 to 1: whether the thing that is there was there before.
Carried = namedtuple('Carried', 'values trust')

#: Rows and columns below which OpenCV's search may crash: such a picture,
#: halved, has no room for a patch of 8 pixels.
_LEAST = 16

_flow = None


def _moved(now, before):
    """Where each pixel was before, float32 (row, column, 2), x and y."""
    rows, columns = now.shape
    where = np.dstack(np.meshgrid(np.arange(columns, dtype='float32'),
                                  np.arange(rows, dtype='float32')))
    if min(rows, columns) < _LEAST:
        return where
    return where + _searched(now, before)


def _searched(now, before):
    """Motion by dense inverse search (Kroeger et al., 2016), of OpenCV."""
    global _flow
    if _flow is None:
        _flow = cv2.DISOpticalFlow_create(
            cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    return _flow.calc(_bytes(now), _bytes(before), None)


def _bytes(lightness):
    """Lightness as bytes of one mean and contrast: a fade is no motion."""
    level = lightness.mean()
    spread = max(float(lightness.std()), _BLANK)
    return np.clip(128 + 40 * (lightness - level) / spread, 0,
                   255).astype('uint8')


def carry(values, before, now):
    """Carry values along with what moves.

    Parameters
    ----------
    values : float32 array, (row, column, channel)
        Of the picture `before`.
    before, now : float32 arrays, (row, column)
        Lightness of the two pictures.

    Returns
    -------
    Carried
    """
    where, trust = motion(now, before)
    return Carried(_remap(values, where), trust)


def motion(now, before):
    """Where the pixels of one picture are in another.

    Parameters
    ----------
    now, before : float32 arrays, (row, column)
        Lightness of the one and of the other.

    Returns
    -------
    where : float32 array, (row, column, 2)
        Column and row in `before`.
    trust : float32 array, (row, column)
        0 to 1, see :data:`Carried`.
    """
    where = _moved(now, before)
    rows, columns = now.shape
    inside = ((where[..., 0] > -1) & (where[..., 0] < columns)
              & (where[..., 1] > -1) & (where[..., 1] < rows))
    return where, _likeness(_remap(before, where), now) * inside


def _remap(values, where):
    # OpenCV drops the axis of a single channel.
    return cv2.remap(values, where, None, cv2.INTER_LINEAR,
                     borderMode=cv2.BORDER_REPLICATE).reshape(values.shape)


def _likeness(one, other):
    """1 where two pictures look the same but for the light, to 0.

    A darker one says less of colours: where it comes first, that is little.
    """
    gain = np.clip((_blurred(other, 15) + 2) / (_blurred(one, 15) + 2),
                   0.25, 4)
    differ = _blurred(np.abs(one * gain - other), 3)
    return (np.exp(-(differ / np.float32(_TOLERANCE)) ** 2)
            / np.maximum(gain, 1) ** _DARKER)


def _blurred(values, size):
    return cv2.blur(values, (size, size))


def is_cut(before, now):
    """Whether another scene begins.

    Parameters
    ----------
    before, now : float32 arrays, (row, column)
        Lightness of two pictures that follow each other.

    Returns
    -------
    bool
    """
    was, found = _detail(before), _detail(now)
    blank = [each.std() < _BLANK for each in (was, found)]
    if all(blank):
        # Two blank pictures: only another level tells them apart.
        return abs(float(before.mean() - now.mean())) > 20
    if any(blank):
        return False  # a fade's end
    was = _remap(was, _moved(now, before))
    together = (was * found).mean()
    return bool(together < _ALIKE * np.sqrt((was ** 2).mean()
                                            * (found ** 2).mean()))


def _detail(lightness):
    return lightness - _blurred(lightness, 31)

"""Films made of real photos, as cameras move: their truth is known."""

import numpy as np
from PIL import Image

__all__ = ['SCENES', 'film']

#: Share of a photo that a window shows.
_WINDOW = 0.6


def _shown(photo, size, middle, share):
    """A window of a photo, at places that need not be whole pixels."""
    columns, rows = size
    scale = share * min(photo.width / columns, photo.height / rows)
    half = np.array([columns, rows]) * scale / 2
    room = np.array(photo.size) - 2 * half
    start = np.clip(middle, 0, 1) * room
    box = (*start, *np.minimum(start + 2 * half, photo.size))
    return np.asarray(photo.resize(size, Image.BICUBIC, box))


def _pan(photos, size, time):
    return _shown(photos[0], size, np.array([time, 0.3 + 0.4 * time]),
                  _WINDOW)


def _zoom(photos, size, time):
    return _shown(photos[0], size, np.array([0.5, 0.4]), 1 - 0.5 * time)


def _fade(photos, size, time):
    """From black, and half back to it."""
    light = min(1, 3 * time) * (1 - 0.5 * max(0, 3 * time - 2))
    shown = _pan(photos, size, 0.5 + 0.2 * time)
    return np.rint(shown * light).astype('uint8')


def _cut(photos, size, time):
    return _pan(photos[time >= 0.5:], size, time)


def _object(photos, size, time):
    """A round piece of the second photo flies over the first."""
    shown = np.array(_pan(photos, size, 0.4 + 0.1 * time))
    side = int(0.5 * min(size)) // 2 * 2
    piece = _shown(photos[1], (side, side), np.array([0.5, 0.3]), 0.7)
    left = int(round((size[0] - side) * time))
    top = int(round((size[1] - side) * (0.5 - 0.4 * np.sin(3 * time))))
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    edge = np.clip(side / 2 - np.hypot(x, y), 0, 1)[..., None]
    part = shown[top:top + side, left:left + side]
    part[...] = np.rint(edge * piece + (1 - edge) * part)
    return shown


SCENES = {'pan': _pan, 'zoom': _zoom, 'fade': _fade, 'cut': _cut,
          'object': _object}


def film(scene, photos, count=48, size=(384, 216)):
    """The pictures of a film.

    Parameters
    ----------
    scene : str
        One of :data:`SCENES`.
    photos : sequence of uint8 array, (row, column, 3)
        Two of them.
    count : int
    size : (int, int)
        Columns and rows.

    Returns
    -------
    list of uint8 array, (row, column, 3)
    """
    images = [Image.fromarray(photo) for photo in photos]
    return [SCENES[scene](images, size, number / count)
            for number in range(count)]

"""Colours that the user names in a film: at a frame, up to the next cut."""

import os

import cv2
import numpy as np

from colorize.hints import files, places
from colorize.video import motion

__all__ = ['NONE', 'hinted', 'joined', 'moved', 'read']

#: No points. A point: row, column, U, V, certainty; at the network's size.
NONE = np.zeros((0, 5), 'float32')


def read(path, shape, size):
    """Read the hints of a film.

    Parameters
    ----------
    path : str
        JSON, a list as of photos, whose entries may have a 'frame' (from 0,
        which is also meant without). Or a picture for the first frame. See
        :mod:`colorize.hints.files`.
    shape : (int, int)
        Rows and columns of the film as it is shown.
    size : (int, int)
        What the network sees of it.

    Returns
    -------
    dict
        Points, (point, 5), by the number of the frame.

    Raises
    ------
    colorize.hints.places.HintError
    """
    if os.path.splitext(path)[1].lower() != '.json':
        return {0: _points(files.read(path, shape), size)}
    try:
        frames = _by_frame(files.listed(path))
        return {frame: _points(places.placed(found, shape), size)
                for frame, found in frames.items()}
    except places.HintError as error:
        raise places.HintError(f'{path}: {error}') from error


def _by_frame(found):
    frames = {}
    for number, hint in enumerate(found, 1):
        hint = dict(hint) if isinstance(hint, dict) else hint
        frame = hint.pop('frame', 0) if isinstance(hint, dict) else 0
        if type(frame) is not int or frame < 0:
            raise places.HintError(f'hint {number}: frame must be a whole '
                                   f'number, 0 or more, got {frame!r}')
        frames.setdefault(frame, []).append(hint)
    return frames


def _points(found, size):
    found = places.shrunk(found, size)
    return np.column_stack([found.rows, found.columns, found.chroma,
                            found.certainty]).astype('float32')


def moved(points, before, now):
    """Hints of one frame, moved to where the same things are in another.

    Parameters
    ----------
    points : float32 array, (point, 5)
        Row, column, U, V and certainty of each.
    before, now : float32 arrays, (row, column)
        Lightness.

    Returns
    -------
    float32 array, (point, 5)
        Less those whose thing is not seen any more.
    """
    if not len(points):
        return points
    there, trust = motion.motion(before, now)
    places_now = [cv2.remap(np.ascontiguousarray(values), points[:, 1],
                            points[:, 0], cv2.INTER_LINEAR)
                  for values in (there[..., 1], there[..., 0], trust)]
    row, column, sure = (values.ravel() for values in places_now)
    rows, columns = now.shape
    kept = ((sure > 0.5) & (row > -0.5) & (row < rows - 0.5)
            & (column > -0.5) & (column < columns - 0.5))
    return np.column_stack([row, column, points[:, 2:]]).astype(
        'float32')[kept]


def joined(older, newer):
    """Points of before and new ones, which count where both lie."""
    return older if newer is None else np.concatenate([older, newer])


def hinted(points, shape):
    """Points as the colorizer takes them.

    Parameters
    ----------
    points : float32 array, (point, 5)
    shape : (int, int)

    Returns
    -------
    colorize.hints.places.Hinted, or None without points
    """
    if not len(points):
        return None
    rows, columns = np.rint(points[:, :2]).astype(int).T
    # Each pixel once: the later point counts.
    _, last = np.unique((rows * shape[1] + columns)[::-1],
                        return_index=True)
    kept = len(points) - 1 - last
    return places.Hinted(tuple(shape), rows[kept], columns[kept],
                         points[kept, 2:4], points[kept, 4])

"""Colours that the user names in a film: at a frame, up to the next cut."""

import os

import cv2
import numpy as np

from colorize.hints import files, places
from colorize.video import motion

__all__ = ['NONE', 'hinted', 'joined', 'moved', 'read', 'unused']

#: No points. A point: row, column, U, V, certainty; at the network's size.
NONE = np.zeros((0, 5), 'float32')

#: Points that OpenCV takes at once.
_MOST = (1 << 15) - 2


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
        frames = _by_frame(files.listed(path), shape)
        return {frame: _points(places.placed(found, shape), size)
                for frame, found in frames.items()}
    except places.HintError as error:
        raise places.HintError(f'{path}: {error}') from error


def _by_frame(found, shape):
    frames, plain = {}, []
    for number, hint in enumerate(found, 1):
        hint = dict(hint) if isinstance(hint, dict) else hint
        frame = hint.pop('frame', 0) if isinstance(hint, dict) else 0
        if type(frame) is not int or frame < 0:
            raise places.HintError(f'hint {number}: frame must be a whole '
                                   f'number, 0 or more, got {frame!r}')
        plain.append(hint)
        frames.setdefault(frame, []).append(hint)
    places.checked(plain, shape)  # an error counts them as the file does
    return frames


def _points(found, size):
    found = places.shrunk(found, size)
    return np.column_stack([found.rows, found.columns, found.chroma,
                            found.certainty]).astype('float32')


def unused(points, frames):
    """What is to be said of hints behind a film's end.

    Parameters
    ----------
    points : dict
        See :func:`read`.
    frames : int
        How many frames the film has.

    Returns
    -------
    list of str
    """
    behind = sorted(frame for frame in points if frame >= frames)
    if not behind:
        return []
    more = f' and of {len(behind) - 1} later ones' if behind[1:] else ''
    return [f'hints of frame {behind[0]}{more} are not used (its last frame '
            f'is {frames - 1})']


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
    row, column, sure = (_at(points, values) for values in (
        there[..., 1], there[..., 0], trust))
    rows, columns = now.shape
    kept = ((sure > 0.5) & (row > -0.5) & (row < rows - 0.5)
            & (column > -0.5) & (column < columns - 0.5))
    return np.column_stack([row, column, points[:, 2:]]).astype(
        'float32')[kept]


def _at(points, values):
    """Values of a plane where points are."""
    values = np.ascontiguousarray(values)
    return np.concatenate([
        cv2.remap(values, part[:, 1], part[:, 0], cv2.INTER_LINEAR).ravel()
        for part in np.array_split(points, -(-len(points) // _MOST))])


def joined(older, newer, shape):
    """Points of before and new ones, which count where both lie.

    Parameters
    ----------
    older : float32 array, (point, 5)
    newer : float32 array, (point, 5), or None
    shape : (int, int)
        Rows and columns that the network sees.

    Returns
    -------
    float32 array, (point, 5)
    """
    if newer is None:
        return older
    return _last(np.concatenate([older, newer]), shape)


def _last(points, shape):
    """Points, one for each pixel: the last that lies there."""
    rows, columns = np.rint(points[:, :2]).astype(int).T
    _, last = np.unique((rows * shape[1] + columns)[::-1],
                        return_index=True)
    return points[len(points) - 1 - last]


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
    points = _last(points, shape)
    rows, columns = np.rint(points[:, :2]).astype(int).T
    return places.Hinted(tuple(shape), rows, columns, points[:, 2:4],
                         points[:, 4])

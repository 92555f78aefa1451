"""How the result of a film knows its film: by a name of its picture track.

See :mod:`colorize.photos.marks`, whose digest of parts it is: a film is large,
and one that was cut or encoded anew differs everywhere. The name of a track's
handler is what every container keeps and no player shows.
"""

from collections import namedtuple

import colorize
from colorize.photos.marks import quick_mark_of
from colorize.video import extra

__all__ = ['Said', 'belongs', 'mark_in', 'marked', 'said_in']

#: What the name says of a film that was damaged.
_DAMAGED = ', damaged'

#: What :func:`marked` was told, and the mark; None where there is nothing.
Said = namedtuple('Said', 'settings damaged mark')
_NOTHING = Said(None, False, None)


def marked(path, settings=None, damaged=False):
    """The name for the picture track of a film's result.

    Parameters
    ----------
    path : str
        The film.
    settings : str, optional
        A word for what decides its colours.
    damaged : bool
        Whether the film was.

    Returns
    -------
    str
    """
    made = f' as {settings}' if settings else ''
    made += _DAMAGED if damaged else ''
    mark = quick_mark_of(path)
    return f'colorize {colorize.__version__}{made}, film {mark}'


def belongs(result, path):
    """Whether a file is the result of a film.

    Parameters
    ----------
    result, path : str

    Raises
    ------
    colorize.video.extra.FilmError
        Where films cannot be read.
    OSError
    """
    mark = quick_mark_of(path)
    return mark_in(result) == mark


def mark_in(path):
    """The mark in a film, or None.

    Parameters
    ----------
    path : str

    Returns
    -------
    str or None

    Raises
    ------
    colorize.video.extra.FilmError
        Where films cannot be read.
    """
    return said_in(path).mark


def said_in(path):
    """What a result says of itself; of other films nothing.

    As :func:`mark_in`.

    Returns
    -------
    Said
    """
    extra.require(path)
    from colorize.video.opening import opened, picture_stream
    try:
        with opened(path) as film:
            said = picture_stream(film, path).metadata
    except extra.FilmError:
        return _NOTHING
    name = {key.lower(): value for key, value in said.items()}.get(
        'handler_name', '')
    start, found, mark = name.rpartition(', film ')
    if not found or not start.startswith('colorize '):
        return _NOTHING
    damaged = start.endswith(_DAMAGED)
    settings = start.removesuffix(_DAMAGED).partition(' as ')[2]
    return Said(settings or None, damaged, mark)

"""How the result of a film knows its film: by a name of its picture track.

See :mod:`colorize.photos.marks`, whose digest it is. The name of a track's
handler is what every container keeps and no player shows.
"""

import colorize
from colorize.photos.marks import mark_of
from colorize.video import extra

__all__ = ['belongs', 'mark_in', 'marked']


def marked(path):
    """The name for the picture track of a film's result.

    Parameters
    ----------
    path : str
        The film.

    Returns
    -------
    str
    """
    return f'colorize {colorize.__version__}, film {mark_of(path)}'


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
    mark = mark_of(path)
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
    extra.require(path)
    from colorize.video.reading import opened, picture_stream
    try:
        with opened(path) as film:
            said = picture_stream(film, path).metadata
    except extra.FilmError:
        return None
    name = {key.lower(): value for key, value in said.items()}.get(
        'handler_name', '')
    start, found, mark = name.rpartition(', film ')
    return mark if found and start.startswith('colorize ') else None

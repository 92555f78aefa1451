"""How the result of a film knows its film: by a name of its picture track.

See :mod:`colorize.photos.marks`, whose digest it is. The name of a track's
handler is what every container keeps and no player shows.
"""

import colorize
from colorize.photos.marks import mark_of
from colorize.video import extra

__all__ = ['belongs', 'marked']


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
    extra.require(path)
    from colorize.video.reading import opened, picture_stream
    mark = mark_of(path)
    try:
        with opened(result) as film:
            said = picture_stream(film, result).metadata
    except extra.FilmError:
        return False
    name = {key.lower(): value for key, value in said.items()}.get(
        'handler_name', '')
    return name.startswith('colorize ') and name.endswith(f', film {mark}')

"""Words for all that decides colours, which results hold."""

from collections import namedtuple

from colorize.coherence import check_coherence, for_films
from colorize.disk.digest import digest
from colorize.photos import formats
from colorize.systems.decodings import DEFAULT
from colorize.video import STEADY

__all__ = ['Words', 'settings_of', 'told_by']

#: photos, films: 8 hexadecimal digits each.
Words = namedtuple('Words', 'photos films')

#: Where nobody has chosen, what is usual is meant.
_USUAL = {'color_space': 'luv', 'system': 'classification'}


def settings_of(weights, decode, saturation, coherence, hints=None,
                steady=None):
    """Digest what photos and films are coloured with.

    Parameters
    ----------
    weights : str
        The digest of their file, see
        :func:`colorize.photos.marks.mark_of`.
    decode, saturation, coherence
        As for :class:`colorize.colorizer.Colorizer`.
    hints : str, optional
        The digest of their file.
    steady : float, optional
        How steady a film's colours are.

    Returns
    -------
    Words
    """
    decode = decode or DEFAULT
    coherence = check_coherence(coherence, _USUAL, decode)
    first, last = [weights, decode, float(saturation)], [hints]
    steady = STEADY if steady is None else float(steady)
    return Words(*(digest(said)[:8] for said in (
        first + [coherence] + last,
        first + [for_films(coherence)] + last + [steady])))


def told_by(result, settings):
    """What a result says of how it was made.

    Those of earlier versions say nothing of their settings.

    Parameters
    ----------
    result : str
    settings : Words

    Returns
    -------
    others : bool
        Whether it was made with other settings.
    damaged : bool
        Whether it is that of a damaged film.
    """
    # Pillow and PyAV are imported where something stands only.
    if formats.is_film(result):
        from colorize.video.marks import said_in
        said = said_in(result)
        return said.settings not in (None, settings.films), said.damaged
    from colorize.photos.marks import settings_in
    return settings_in(result) not in (None, settings.photos), False

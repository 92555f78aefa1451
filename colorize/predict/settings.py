"""A word for all that decides the colours of photos, which results hold."""

import hashlib
import json

from colorize.coherence import check_coherence
from colorize.photos import formats
from colorize.systems.decodings import DEFAULT

__all__ = ['is_of_others', 'settings_of']

#: Where nobody has chosen, what is usual is meant.
_USUAL = {'color_space': 'luv', 'system': 'classification'}


def settings_of(weights, decode, saturation, coherence, hints=None):
    """Digest what photos are coloured with.

    Parameters
    ----------
    weights : str
        The digest of their file, see
        :func:`colorize.photos.marks.mark_of`.
    decode, saturation, coherence
        As for :class:`colorize.colorizer.Colorizer`.
    hints : str, optional
        The digest of their file.

    Returns
    -------
    str
        8 hexadecimal digits.
    """
    decode = decode or DEFAULT
    said = [weights, decode, float(saturation),
            check_coherence(coherence, _USUAL, decode), hints]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]


def is_of_others(result, settings):
    """Whether a photo's result says that it was made with other settings.

    Those of earlier versions, and films, say nothing of it.

    Parameters
    ----------
    result : str
    settings : str
        Of :func:`settings_of`.

    Returns
    -------
    bool
    """
    if formats.is_film(result):
        return False
    from colorize.photos.marks import settings_in
    return settings_in(result) not in (None, settings)

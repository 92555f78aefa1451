"""A word for all that decides the colours of photos, which results hold."""

import hashlib
import json

from colorize.coherence import check_coherence
from colorize.photos import formats
from colorize.systems.decodings import DEFAULT

__all__ = ['is_of_others', 'settings_of']

#: Where nobody has chosen, what is usual is meant.
_USUAL = {'color_space': 'luv', 'system': 'classification'}


def settings_of(given):
    """Digest what the photos of a command are coloured with.

    Parameters
    ----------
    given : argparse.Namespace

    Returns
    -------
    str
        8 hexadecimal digits: of the contents of weights and hints, and of
        the options.

    Raises
    ------
    OSError
        When a file cannot be read.
    """
    from colorize.photos.marks import mark_of
    from colorize.systems.weights_file import default_weights
    decode = given.decode or DEFAULT
    said = [mark_of(given.weights or default_weights()), decode,
            float(given.saturation),
            check_coherence(given.coherence, _USUAL, decode),
            given.hints and mark_of(given.hints)]
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

"""What somebody wants a photo to look like: settings and hints."""

from collections import namedtuple

from colorize.page.limits import MOST_HINTS, Refused

__all__ = ['Look', 'look_of', 'look_of_query']

#: saturation: factor. decode, coherence: as of
#: :class:`colorize.colorizer.Colorizer`. hints: list of dict, as
#: :func:`colorize.hints.places.placed` takes it.
Look = namedtuple('Look', 'saturation decode coherence hints')


#: What of it an address may hold, and what else.
_SETTINGS = 'saturation', 'decode', 'coherence'
_OTHERS = 'format', 'quality', 'token'


def look_of(given):
    """A look from what a page has sent as JSON.

    Parameters
    ----------
    given : object
        A dict with 'saturation', 'decode', 'coherence' and 'hints', each of
        which may be left out.

    Returns
    -------
    Look

    Raises
    ------
    colorize.page.limits.Refused
        Names the value and the rule.
    """
    if not isinstance(given, dict):
        raise Refused(400, 'settings must be a JSON object')
    for name in given:
        if name not in Look._fields:
            raise Refused(400, f'unknown setting {name!r}; known are '
                               f"{', '.join(Look._fields)}")
    return Look(_saturation(given.get('saturation', 1)),
                _name(given, 'decode'), _name(given, 'coherence'),
                _hints(given.get('hints') or []))


def look_of_query(query):
    """A look from the query of an address: all of it is text.

    Parameters
    ----------
    query : mapping of str

    Returns
    -------
    Look

    Raises
    ------
    colorize.page.limits.Refused
    """
    for name in query:
        if name not in _SETTINGS + _OTHERS:
            raise Refused(400, f'unknown option {name!r}; known are '
                               f"{', '.join(_SETTINGS + _OTHERS)}")
    given = {name: query[name] for name in _SETTINGS if name in query}
    if 'saturation' in given:
        try:
            given['saturation'] = float(given['saturation'])
        except ValueError:
            pass  # said below
    return look_of(given)


def _saturation(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not (
            0 <= value <= 10):
        raise Refused(400, f'saturation must be 0 to 10, got {value!r}')
    return value


def _name(given, setting):
    """A name that the colorizer knows, or says that it does not."""
    value = given.get(setting)
    if value is not None and not isinstance(value, str):
        raise Refused(400, f'{setting} must be a name, got {value!r}')
    return value


def _hints(given):
    if not isinstance(given, list) or len(given) > MOST_HINTS:
        raise Refused(400, f'hints must be a list of at most {MOST_HINTS}')
    return given

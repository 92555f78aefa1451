"""A short digest of values, to tell some from others in a file."""

import hashlib
import json

__all__ = ['digest']


def digest(values):
    """Sixteen hexadecimal digits.

    Parameters
    ----------
    values : object
        Of JSON's types.

    Returns
    -------
    str
    """
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]

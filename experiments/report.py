"""Result files: what came out, and beside it how it was got."""

import json
import os
import sys

from colorize import backend
from colorize.files import written_whole

__all__ = ['RESULTS', 'write_json']

#: Where experiments write what they found.
RESULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'results')


def write_json(path, found):
    """Write a result file with machine, versions and command beside it.

    Parameters
    ----------
    path : str
    found : dict
        JSON types.
    """
    spec = getattr(sys.modules['__main__'], '__spec__', None)
    name = spec.name.replace('.__main__', '') if spec else sys.argv[0]
    command = ['python', '-m', name] + sys.argv[1:]
    full = dict(found, command=' '.join(command),
                machine=backend.versions())
    with written_whole(path) as file:
        file.write((json.dumps(full, indent=1, sort_keys=True)
                    + '\n').encode())

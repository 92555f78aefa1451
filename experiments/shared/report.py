"""Result files: what came out, and beside it how it was got."""

import argparse
import errno
import json
import os
import sys

from colorize.disk.whole import written_whole

__all__ = ['RESULTS', 'ready_folder', 'save_plot', 'write_json', 'write_text']

#: Where experiments write what they found unless --out says it: never over
#: what others can read in experiments/results.
RESULTS = os.path.join('out', 'results')


def ready_folder(path):
    """A folder for results, made and tried before hours of work go into it.

    Parameters
    ----------
    path : str

    Returns
    -------
    str
        The path: this is the type of an option; argparse calls it for
        defaults, too, unless they are None.

    Raises
    ------
    argparse.ArgumentTypeError, OSError
    """
    if not path:
        raise argparse.ArgumentTypeError("must name a folder, got ''")
    if os.path.exists(path) and not os.path.isdir(path):
        raise NotADirectoryError(errno.ENOTDIR, 'is no folder', path)
    os.makedirs(path, exist_ok=True)
    if not os.access(path, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    return path


def write_json(path, found):
    """Write a result file with machine, versions and command beside it.

    Parameters
    ----------
    path : str
    found : dict
        JSON types.
    """
    from colorize import backend
    spec = getattr(sys.modules['__main__'], '__spec__', None)
    name = spec.name.replace('.__main__', '') if spec else sys.argv[0]
    command = ['python', '-m', name] + list(_that_matter(sys.argv[1:]))
    full = dict(found, command=' '.join(command),
                machine=backend.versions())
    with written_whole(path) as file:
        file.write((json.dumps(full, indent=1, sort_keys=True)
                    + '\n').encode())


def _that_matter(arguments):
    """Arguments without where the results go, and without our folders."""
    arguments = iter(arguments)
    for each in arguments:
        option, _, value = each.partition('=')
        if option == '--out':
            value or next(arguments, None)
        elif option.startswith('--') and value:
            yield f'{option}={_anywhere(value)}'
        else:
            yield _anywhere(each)


def _anywhere(argument):
    """An argument without the folders of this machine."""
    if not os.path.isabs(argument):
        return argument
    return os.path.basename(os.path.normpath(argument))


def save_plot(path, figure):
    """Write a Matplotlib figure as PNG, whole or not at all, and close it.

    Parameters
    ----------
    path : str
    figure : matplotlib.figure.Figure
    """
    from matplotlib import pyplot
    with written_whole(path) as file:
        figure.savefig(file, format='png', dpi=100)
    pyplot.close(figure)


def write_text(path, lines):
    """Write lines of text.

    Parameters
    ----------
    path : str
    lines : sequence of str
    """
    with written_whole(path) as file:
        file.write(('\n'.join(lines) + '\n').encode())

"""The user's own settings of Theano, read without importing it."""

import configparser
import os
import shlex

__all__ = ['asked', 'config_files']


def config_files():
    """The user's .theanorc files, read as Theano reads them.

    Returns
    -------
    configparser.RawConfigParser
        What THEANO_FLAGS names without a section is in 'global'.

    Raises
    ------
    ValueError
        When a file is none; names it and the line.
    """
    names = os.environ.get('THEANORC', '~/.theanorc').split(os.pathsep)
    parser = configparser.RawConfigParser()
    try:
        parser.read([os.path.expanduser(name) for name in names])
    except configparser.Error as error:
        raise ValueError(' '.join(str(error).split())) from None
    return parser


def asked(option):
    """What the user asks for: by THEANO_FLAGS, else by a file.

    Parameters
    ----------
    option : str
        Of no section, such as 'device'.

    Returns
    -------
    str or None

    Raises
    ------
    ValueError
        When THEANO_FLAGS or a file cannot be read.
    """
    value = config_files().get('global', option, fallback=None)
    flags = shlex.shlex(os.environ.get('THEANO_FLAGS', ''), posix=True)
    flags.whitespace, flags.whitespace_split = ',', True
    try:
        for flag in flags:
            name, equals, given = flag.strip().partition('=')
            if equals and name == option:
                value = given
    except ValueError as error:
        raise ValueError(f'THEANO_FLAGS: {error}') from None
    return value

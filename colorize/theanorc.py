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
        Options without a section of their own are in 'global'.
    """
    names = os.environ.get('THEANORC', '~/.theanorc').split(os.pathsep)
    parser = configparser.RawConfigParser()
    parser.read([os.path.expanduser(name) for name in names])
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
    """
    value = config_files().get('global', option, fallback=None)
    flags = shlex.shlex(os.environ.get('THEANO_FLAGS', ''), posix=True)
    flags.whitespace, flags.whitespace_split = ',', True
    for flag in flags:
        name, equals, given = flag.strip().partition('=')
        if equals and name == option:
            value = given
    return value

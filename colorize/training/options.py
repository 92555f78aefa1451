"""An option for every setting, for the commands that train."""

import argparse

from colorize.settings import TABLE, TRAINING, SettingError, flag_of

__all__ = ['add_settings', 'given_settings']


def add_settings(parser, but=()):
    """Add an option for each setting; one that is not given is None.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    but : collection of str
        Settings that the command decides by itself.
    """
    network = parser.add_argument_group('network')
    training = parser.add_argument_group('training')
    for name, setting in reversed(
            {each.name: each for each in reversed(TABLE)}.items()):
        if name not in but:
            _add(training if setting.name in TRAINING else network, setting)


def _add(group, setting):
    kinds, text = setting.kinds, setting.help
    if '(default: ' not in text:
        text += f' (default: {_words(setting.default)})'
    options = {'help': text}
    if bool in kinds:
        options.update(action=argparse.BooleanOptionalAction)
    elif list in kinds:
        options.update(type=int, nargs='+', metavar='N')
    elif isinstance(setting.rule, tuple):
        options.update(choices=setting.rule)
    elif str in kinds:
        options.update(metavar='FILE')
    else:
        kind, metavar = (float, 'X') if float in kinds else (int, 'N')
        options.update(type=kind, metavar=metavar)
    group.add_argument(flag_of(setting.name), **options)


def _words(default):
    """A default as one would type it."""
    if isinstance(default, tuple):
        return ' '.join(map(str, default))
    if isinstance(default, bool):
        return 'yes' if default else 'no'
    return 'none' if default is None else default


def given_settings(given, begun=False):
    """The settings that a command line names.

    Parameters
    ----------
    given : argparse.Namespace
        Of a parser with :func:`add_settings`.
    begun : bool
        Whether they are of a run that goes on.

    Returns
    -------
    network, training : dict
        Those of the network and those of the training.

    Raises
    ------
    SettingError
        When a new run would keep random layers as they are.
    """
    network = {setting.name: getattr(given, setting.name)
               for setting in TABLE
               if getattr(given, setting.name, None) is not None}
    training = {name: network.pop(name) for name in list(network)
                if name in TRAINING}
    # Programs may have a reason for it; a user has forgotten the file.
    if ('freeze_until' in network and not begun
            and not {'vgg16', 'start'} & set(training)):
        raise SettingError(f"freeze_until {network['freeze_until']}: the "
                           'layers would keep random values; name their '
                           'weights by --vgg16 or --start')
    return network, training

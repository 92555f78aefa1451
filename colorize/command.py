"""What all commands share: one clear line for an error, never a traceback."""

import argparse
import math
import os
import re
import signal
import sys
import traceback
import warnings

__all__ = ['add_device', 'complain', 'debug_option', 'number',
           'photo_places', 'printable', 'run', 'say', 'words']

_shown = {'debug': False}


class _Debug(argparse.Action):
    """Notes that --debug was given, for :func:`complain`."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, nargs=0, **kwargs)

    def __call__(self, *_):
        _shown['debug'] = True


def debug_option(parser):
    """Give a command the option ``--debug``."""
    parser.add_argument('--debug', action=_Debug, default=argparse.SUPPRESS,
                        help='show the traceback of an error')


def printable(text):
    """Text in one line, as names of files need not be.

    Parameters
    ----------
    text : str
        Bytes of a name that are no UTF-8 stand in it as Python reads them.

    Returns
    -------
    str
        Every character that is none to be seen is written as an escape.
    """
    shown = text.encode('utf-8', 'surrogateescape').decode(
        'utf-8', 'backslashreplace')
    return ''.join(
        each if each.isprintable() else
        each.encode('unicode_escape').decode() for each in shown)


def say(line):
    """One line on stderr, beginning with the command's name."""
    folder, name = os.path.split(sys.argv[0] or 'colorize')
    if name.endswith('.py'):
        name = f'{os.path.basename(folder)}.{name[:-3]}'
    print(f'{name}: {printable(str(line))}', file=sys.stderr,
          flush=True)


def complain(error):
    """Say an error in one line, after its traceback with ``--debug``."""
    if _shown['debug']:
        traceback.print_exception(type(error), error, error.__traceback__)
    say(words(error))


def words(error):
    """An error in words: file, value, rule, or what else it says."""
    if isinstance(error, MemoryError):
        return 'not enough memory'
    if isinstance(error, OSError) and error.strerror and isinstance(
            error.filename, str):
        return f'{error.filename}: {error.strerror}'
    if isinstance(error, (OSError, RuntimeError, ValueError)) and str(error):
        return str(error).strip()
    return 'unexpected {}: {} (--debug shows where)'.format(
        type(error).__name__, str(error).partition('\n')[0])


def run(main):
    """Run a command's `main` and exit with its status.

    Errors are said in one line: exit status 2 for a setting that cannot
    be, 1 for all others, 130 when it was stopped from outside.

    Parameters
    ----------
    main : callable
        Takes nothing, returns the exit status.
    """
    # SIGTERM cleans up like Ctrl-C; warnings are for who writes programs.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _shown['debug'] = False
    warnings.simplefilter('ignore')
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        say('stopped')
        status = 130
    except BrokenPipeError:
        # Nobody reads on; Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except Exception as error:
        complain(error)
        status = getattr(error, 'status', 1)
    sys.exit(status)


def number(kind, least, most=math.inf):
    """A type for argparse: a number in a range.

    Parameters
    ----------
    kind : {int, float}
    least, most : number

    Returns
    -------
    callable
    """
    rule = f'{least} or more' if most == math.inf else \
        f'{least} to {most}'

    def parse(text):
        try:
            if least <= kind(text) <= most:
                return kind(text)
        except ValueError:
            pass
        raise argparse.ArgumentTypeError(f'must be {rule}, got {text!r}')
    return parse


class _UseDevice(argparse.Action):
    """Ask Theano, by its own variable, for a device."""

    def __call__(self, parser, namespace, value, option_string=None):
        if not re.fullmatch('cpu|cuda[0-9]*', value):
            parser.error("--device: must be 'cpu', 'cuda' or, for one of "
                         f"several GPUs, 'cuda0', 'cuda1', …; got {value!r}")
        known = sys.modules.get('theano')
        if known and known.config.device != value:
            raise RuntimeError(f'--device {value}: this process computes on '
                               f'{known.config.device} already')
        # The last of several flags counts, and children inherit it.
        os.environ['THEANO_FLAGS'] = ','.join(filter(None, [
            os.environ.get('THEANO_FLAGS'), f'device={value}']))
        setattr(namespace, self.dest, value)


def add_device(parser):
    """Give a command the option ``--device``.

    Parsing the command line has to come before the import of Theano.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    """
    parser.add_argument('--device', action=_UseDevice, metavar='NAME',
                        help='cpu, or cuda for the GPU (without: as '
                             'THEANO_FLAGS and .theanorc say, else cpu)')


def photo_places(given):
    """Folders and files named by argument or by ``COLORIZE_DATA``.

    Parameters
    ----------
    given : sequence of str
        Where the user has said something, that.

    Raises
    ------
    ValueError
        When nobody said where the photos are.
    """
    if given:
        return list(given)
    if os.environ.get('COLORIZE_DATA'):
        return [os.environ['COLORIZE_DATA']]
    raise ValueError('no photos: name a folder, or set COLORIZE_DATA to one')

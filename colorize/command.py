"""What all commands share: one clear line for an error, never a traceback."""

import argparse
import contextlib
import errno
import math
import os
import re
import signal
import sys
import threading
import traceback
import warnings

__all__ = ['SIGNALS', 'add_device', 'complain', 'debug_option', 'hear_once',
           'name_of', 'number', 'photo_places', 'printable', 'put_off',
           'quiet', 'run', 'say', 'show', 'status_of', 'words']

_shown = {'debug': False}

#: What ends a command: Ctrl-C, a closed terminal, a request.
SIGNALS = (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)


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
    _print(f'{name_of(sys.argv[0])}: {printable(str(line))}', sys.stderr)


def name_of(path):
    """What a command is called: that of its module, or its own."""
    folder, name = os.path.split(path or 'colorize')
    if name == '__main__.py':
        folder, name = os.path.split(folder)
    elif not name.endswith('.py'):
        return name
    return f"{os.path.basename(folder)}.{name.removesuffix('.py')}"


def show(line):
    """One line on stdout; what is done does not depend on who reads it."""
    _print(line, sys.stdout)


#: Held while a line is printed, or while nothing is to be; a handler of a
#: signal may print in the middle of that.
_printing = threading.RLock()


@contextlib.contextmanager
def quiet():
    """Keep a library that prints to stderr from doing so.

    It is the process's: lines of other threads wait meanwhile.
    """
    with _printing:
        before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)
            os.close(nowhere)


#: How writing fails where nobody reads on: a pipe, a terminal is closed.
_CLOSED = errno.EPIPE, errno.EIO


def _print(line, stream, end='\n'):
    """Print, and never again where nobody reads on."""
    try:
        with _printing:
            print(line, file=stream, end=end, flush=True)
    except OSError as error:
        if error.errno not in _CLOSED:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def complain(error):
    """Say an error in one line, after its traceback with ``--debug``."""
    if _shown['debug']:
        _print(''.join(traceback.format_exception(
            type(error), error, error.__traceback__)), sys.stderr, end='')
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
    first = str(error).partition('\n')[0]
    return (f'unexpected {type(error).__name__}: {first} (--debug shows '
            'where)')


def run(main):
    """Run a command's `main` and exit with its status.

    Errors are said in one line: exit status 2 for a setting that cannot
    be, 1 for all others, 128 and the signal's number when it was stopped
    from outside.

    Parameters
    ----------
    main : callable
        Takes nothing, returns the exit status.
    """
    _shown['debug'] = False
    _open_streams()
    if sys.flags.optimize > 1:
        say('PYTHONOPTIMIZE=2 (-OO) takes away what Theano and Lasagne need '
            'to be imported: use 1, or none')
        sys.exit(2)
    _handle(_stop)
    warnings.simplefilter('ignore')  # they are for who writes programs
    try:
        status = main()
        sys.stdout.flush()
    except KeyboardInterrupt as stopped:
        say('stopped')
        status = status_of(stopped)
    except BrokenPipeError:
        status = 1  # nobody reads on
    except Exception as error:
        complain(error)
        status = getattr(error, 'status', 1)
    finally:
        _flush()
        _handle(_end)
    sys.exit(status)


def _flush():
    """Print what waits for it; Python would change the status for that."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # a full disk has been said
            _print('', stream, end='')


def _open_streams():
    """Give a place to streams that are closed (``>&-``).

    The next file that is opened would take their number, and what a library
    prints would go into it.
    """
    for number, name in enumerate(('stdin', 'stdout', 'stderr')):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, 'w' if number else 'r',
                                    closefd=False))


def _handle(handler):
    """Set who is told of signals that are not ignored (as by nohup)."""
    for each in SIGNALS:
        if signal.getsignal(each) is not signal.SIG_IGN:
            signal.signal(each, handler)


def _stop(number, frame):
    """Clean up and end; the next signal ends at once."""
    _handle(_end)
    hear_once(number)
    raise KeyboardInterrupt(number)


def hear_once(number):
    """Ignore a signal from now on that may come twice for one reason.

    Of a closed terminal its shell tells, and then the system again.

    Parameters
    ----------
    number : int
        Of the signal that has come.
    """
    if number == signal.SIGHUP:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def put_off():
    """Let a first signal wait for what is to be finished.

    A second one ends at once, as ever; and so does one that comes when the
    command is being stopped already.
    """
    waiting = []

    def wait(number, frame):
        if waiting:
            _end(number, frame)
        waiting.append(number)
        hear_once(number)
    put = [each for each in SIGNALS if signal.getsignal(each) is _stop]
    for each in put:
        signal.signal(each, wait)
    try:
        yield
    finally:
        for each in put:
            signal.signal(each, _stop)
        if waiting:
            signal.raise_signal(waiting[0])


def _end(number, frame):
    """End at once. Files aside are swept by the next run."""
    say('stopped')
    os._exit(128 + number)


def status_of(stopped):
    """Exit status of a command that a KeyboardInterrupt has ended."""
    return 128 + (stopped.args[0] if stopped.args else signal.SIGINT)


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

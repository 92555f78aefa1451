"""What all commands share: one clear line for an error, never a traceback."""

import argparse
import os
import re
import sys

__all__ = ['add_device', 'photo_places', 'run', 'say']


def say(line):
    """One line on stderr, beginning with the command's name."""
    name = os.path.basename(sys.argv[0] or 'colorize')
    if name.endswith('.py'):
        name = 'colorize.' + name[:-3]
    print('{}: {}'.format(name, ' '.join(str(line).split())),
          file=sys.stderr, flush=True)


def run(main):
    """Run a command's `main` and exit with its status.

    Errors that are the user's to mend are said in one line, exit status 1.

    Parameters
    ----------
    main : callable
        Takes nothing, returns the exit status.
    """
    try:
        status = main()
    except KeyboardInterrupt:
        say('stopped')
        status = 130
    except (OSError, RuntimeError, ValueError) as error:
        say(error)
        status = 1
    sys.exit(status)


class _UseDevice(argparse.Action):
    """Ask Theano, by its own variable, for a device."""

    def __call__(self, parser, namespace, value, option_string=None):
        if not re.fullmatch('cpu|cuda[0-9]*', value):
            parser.error("--device: must be 'cpu', 'cuda' or, for one of "
                         "several GPUs, 'cuda0', 'cuda1', …; got {!r}"
                         .format(value))
        known = sys.modules.get('theano')
        if known and known.config.device != value:
            raise RuntimeError('--device {}: this process computes on {} '
                               'already'.format(value, known.config.device))
        # The last of several flags counts, and children inherit it.
        os.environ['THEANO_FLAGS'] = ','.join(filter(None, [
            os.environ.get('THEANO_FLAGS'), 'device=' + value]))
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

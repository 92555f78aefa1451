"""What all commands share: one clear line for an error, never a traceback."""

import os
import sys

__all__ = ['photo_places', 'run', 'say']


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

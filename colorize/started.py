"""What a command does first; nobody else imports this module.

That is before other modules are imported: it takes a moment in which people
press Ctrl-C, and ``python -m`` looks for them in the working folder, where
somebody's models.py may lie.
"""

import os
import sys

from colorize import command

__all__ = []


def _hook(kind, error, trace):
    """Say Ctrl-C in one line."""
    if issubclass(kind, KeyboardInterrupt):
        command.say('stopped')
        os._exit(command.status_of(error))
    sys.__excepthook__(kind, error, trace)


def _forget_working_folder():
    """Look for modules elsewhere, unless this program lies there, too."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if sys.path and os.path.abspath(sys.path[0]) == os.getcwd() != here:
        del sys.path[0]


sys.excepthook = _hook
_forget_working_folder()

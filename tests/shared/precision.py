"""How far results may be apart on this processor."""

from colorize import onednn

__all__ = ['limit']


def limit(full, short):
    """The one where convolutions keep all of float32's digits, or the other.

    AMX keeps 16 of 24.
    """
    if not onednn.register():
        return full
    from colorize.onednn import arrays
    return full if arrays.digits() == 24 else short

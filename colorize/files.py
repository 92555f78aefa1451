"""Files written whole or not at all, folders searched."""

import contextlib
import os
import tempfile

__all__ = ['find_photos', 'written_whole']

#: What Pillow opens and people keep photos in.
PHOTO_ENDINGS = ('.bmp', '.gif', '.jpeg', '.jpg', '.pgm', '.png', '.ppm',
                 '.tif', '.tiff', '.webp')


@contextlib.contextmanager
def written_whole(path):
    """Open a file for writing that appears only once it is complete.

    Parameters
    ----------
    path : str
        Where the file goes. What is there stays untouched until the end,
        and when anything goes wrong.

    Yields
    ------
    binary file
    """
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=folder, prefix='.writing-')
    try:
        with os.fdopen(handle, 'wb') as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(aside, 0o666 & ~_umask())
        os.replace(aside, path)
    except BaseException:
        os.unlink(aside)
        raise


def _umask():
    """The process's umask, which mkstemp does not go by."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def find_photos(places):
    """Photos in files and folders, folders with all that is below them.

    Parameters
    ----------
    places : sequence of str
        Files are taken as they are, folders searched by file ending.

    Returns
    -------
    list of str
        Sorted within each folder: the order is the same on every machine.

    Raises
    ------
    ValueError
        When a place does not exist or nothing is found.
    """
    found = []
    for place in places:
        if not os.path.exists(place):
            raise ValueError('{}: no such file or folder'.format(place))
        found += _below(place) if os.path.isdir(place) else [place]
    if not found:
        raise ValueError('{}: no photos found (looked for {})'.format(
            ', '.join(places), ' '.join(PHOTO_ENDINGS)))
    return found


def _below(folder):
    return sorted(os.path.join(parent, name)
                  for parent, _, names in os.walk(folder) for name in names
                  if name.lower().endswith(PHOTO_ENDINGS))

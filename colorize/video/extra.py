"""PyAV and OpenCV, which only films need. Imports nothing heavy."""

import importlib
import os

__all__ = ['FilmError', 'require']


class FilmError(ValueError):
    """A film that cannot be read or written; names the file and why."""


def require(path):
    """Refuse a film, in one clear line, where the extra is not installed.

    Parameters
    ----------
    path : str
        The film.

    Raises
    ------
    FilmError
    """
    # SVT-AV1 prints its settings where nobody has asked for them.
    os.environ.setdefault('SVT_LOG', '-1')
    for name in ('av', 'cv2'):
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise FilmError(f'{path}: films need the extra "video": pip '
                            f"install '.[video]' ({error})") from error
    import av
    # Its words about a damaged film come besides the error.
    av.logging.set_level(None)
    av.logging.set_libav_level(av.logging.PANIC)

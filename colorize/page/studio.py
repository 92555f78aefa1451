"""A photo's way from its file to a picture, and what is kept of it.

A file is opened, shrunk, shown to the network and painted. The network's
answer stays, so that another look (a :class:`colorize.page.looks.Look`)
costs only painting.
"""

import io
import os
import re
import threading

import numpy as np
from PIL import Image

from colorize import command
from colorize.color import evaluation
from colorize.page.kept import Kept
from colorize.page.limits import MOST_PIXELS, SIZES, Refused
from colorize.page.network import Network
from colorize.photos import formats, images, photo_file
from colorize.photos.marks import mark_of
from colorize.predict.settings import settings_of
from colorize.settings import SettingError
from colorize.systems.weights_file import default_weights

__all__ = ['Studio', 'result_name']

#: Bytes of memory for photos, and for the network's answers to them.
_PHOTOS = 512 << 20
_ANSWERS = 256 << 20


class Studio:
    """Opens, asks and paints; any number of threads may call it.

    Parameters
    ----------
    weights : str, optional
        Weights file; without, the one that ships.
    """

    def __init__(self, weights=None):
        self.network = Network(weights)
        self._weights = mark_of(weights or default_weights())
        self._asking = threading.Lock()
        self._photos, self._answers = Kept(_PHOTOS), Kept(_ANSWERS)

    @property
    def about(self):
        """What the network can do, for the page; JSON types."""
        return self.network.about

    def check(self, look):
        """Refuse settings that no photo can have with these weights.

        Parameters
        ----------
        look : colorize.page.looks.Look

        Raises
        ------
        Refused
        """
        try:
            self.network.like(look)
        except SettingError as error:
            raise Refused(400, str(error)) from None

    def open(self, item):
        """Look at a photo for the first time.

        Parameters
        ----------
        item : colorize.page.shelf.Item

        Returns
        -------
        dict
            Of JSON types: what the page shows of it.

        Raises
        ------
        Refused
            When it is no photo, or too large.
        """
        photo = self._photo(item)
        self._answer(item)
        rows, columns = photo.pixels.shape[:2]
        return {'id': item.number, 'name': item.name, 'rows': rows,
                'columns': columns, 'notes': photo.notes,
                'result': result_name(item.name)}

    def gray(self, item, size):
        """The photo without its colours, as a JPEG.

        Parameters
        ----------
        item : colorize.page.shelf.Item
        size : str
            Of :data:`colorize.page.limits.SIZES`.

        Returns
        -------
        bytes
        """
        photo = self._shown(item, size)
        return _jpeg(photo._replace(pixels=evaluation.gray(photo.pixels)))

    def color(self, item, look, size):
        """The photo in colour, as a JPEG.

        Parameters
        ----------
        item, size
            As of :meth:`gray`.
        look : colorize.page.looks.Look

        Returns
        -------
        bytes
        """
        photo = self._shown(item, size)
        return _jpeg(photo._replace(pixels=self._painted(item, photo, look)))

    def file(self, item, look, quality=None, form=None):
        """The result as ``colorize.predict`` would write it.

        Parameters
        ----------
        item : colorize.page.shelf.Item
        look : colorize.page.looks.Look
        quality : int, optional
        form : str, optional
            As ``--format``; without, the photo's own.

        Returns
        -------
        path : str
            Of a file that the caller removes.
        notes : list of str
            What could not be kept.
        """
        photo = self._photo(item)
        painted = photo._replace(pixels=self._painted(item, photo, look),
                                 settings=self._settings(look))
        ending = os.path.splitext(result_name(item.name, form))[1]
        path = os.path.join(os.path.dirname(item.path),
                            f'{os.urandom(8).hex()}{ending}')
        with _said_of(item):
            return path, photo.notes + photo_file.write(path, painted,
                                                        quality)

    def _settings(self, look):
        """As predict says them; of hints that are no file it cannot."""
        return None if look.hints else settings_of(
            self._weights, look.decode, look.saturation, look.coherence
        ).photos

    def suggest(self, item, row, column):
        """The network's likeliest colours of a place.

        Parameters
        ----------
        item : colorize.page.shelf.Item
        row, column : int
            Of the photo in its own size.

        Returns
        -------
        list of (str, float)
            '#a03020' and its probability, the likeliest first.
        """
        photo = self._photo(item)
        rows, columns = photo.pixels.shape[:2]
        if not (0 <= row < rows and 0 <= column < columns):
            raise Refused(400, f'the photo has {rows} rows and {columns} '
                               f'columns, got {row}, {column}')
        *_, answer = self._answer(item)
        with _said_of(item):
            return self.network.suggest(photo.pixels, answer, row, column)

    def forget(self, item):
        """Drop whatever is kept of a photo: itself, answers, pictures."""
        for kept in (self._photos, self._answers):
            for part in ('photo', 'answer', *SIZES):
                kept.forget((item.number, part))

    def _photo(self, item):
        return self._photos.get((item.number, 'photo'),
                                lambda: _read(item), _size)

    def _shown(self, item, size):
        if size == 'whole':  # seldom asked for twice
            return _fitting(self._photo(item), SIZES[size])
        return self._photos.get((item.number, size), lambda: _fitting(
            self._photo(item), SIZES[size]), _size)

    def _answer(self, item):
        """Rows and columns, what the network has seen and has answered."""
        return self._answers.get((item.number, 'answer'),
                                 lambda: self._asked(item), _size)

    def _asked(self, item):
        pixels = self._photo(item).pixels
        small = self.network.shrink(pixels)
        with self._asking:  # the network takes one thread at a time
            return pixels.shape[:2], small, self.network.answer(small)

    def _painted(self, item, photo, look):
        with _said_of(item):
            whole, small, answer = self._answer(item)
            return self.network.paint(photo.pixels, small, answer, look,
                                      whole)


def result_name(name, form=None):
    """What a result is called: the photo's name, as ``predict`` does it.

    Parameters
    ----------
    name : str
        Of the photo.
    form : str, optional
        As ``--format``.

    Returns
    -------
    str
    """
    if form:
        ending = formats.asked()[form].result
    else:
        own = formats.by_ending(name)
        ending = own.result if own else '.png'
    return f'{os.path.splitext(name)[0]}-color{ending}'


class _said_of:
    """Errors become what is said on the page, by the photo's own name."""

    def __init__(self, item):
        self._item = item

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if isinstance(error, MemoryError):
            raise Refused(507, f'{self._item.name}: not enough memory for it')
        if isinstance(error, (OSError, ValueError)):
            own = re.escape(os.path.dirname(self._item.path))
            words = re.sub(rf'{own}/\S*: ', '', command.words(error))
            raise Refused(422, f'{self._item.name}: {words}') from error


def _read(item):
    if formats.is_film(item.name):
        raise Refused(422, f'{item.name}: is a film; python -m '
                           'colorize.predict colours those')
    with _said_of(item), photo_file.opened(item.path) as file:
        size = file.size
        photo = file.decode() if size <= MOST_PIXELS else None
    if photo is None:
        raise Refused(413, f'{item.name}: has {size / 1e6:.0f} megapixels; '
                           f'{MOST_PIXELS // 10 ** 6} are the most here')
    return photo._replace(colors=None)  # nobody looks at them here


def _size(thing):
    """Bytes of the arrays in a tuple."""
    return sum(each.nbytes for each in thing if isinstance(each, np.ndarray))


def _fitting(photo, longest):
    """A photo for the eye: 8 bits, its longer side no longer than that."""
    pixels = _scaled(images.to_eight(photo.pixels), longest)
    alpha = None if photo.alpha is None else _scaled(
        images.to_eight(photo.alpha), longest)
    # Of a wide space, the pixels are in sRGB until they are written.
    return photo._replace(pixels=pixels, alpha=alpha, space=None,
                          icc=None if photo.space else photo.icc)


def _scaled(pixels, longest):
    scale = longest / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = [max(1, round(length * scale)) for length in pixels.shape[1::-1]]
    return np.asarray(Image.fromarray(pixels).resize(size, Image.LANCZOS))


def _jpeg(photo):
    """For the eye: the file that people take away is made by `file`."""
    image = Image.fromarray(photo.pixels)
    if photo.alpha is not None:
        white = Image.new(image.mode, image.size, 'white')
        image = Image.composite(image, white, Image.fromarray(photo.alpha))
    kept = io.BytesIO()
    profile = {'icc_profile': photo.icc} if photo.icc else {}
    image.save(kept, 'JPEG', quality=92, **profile)
    return kept.getvalue()

"""The one table of photo formats; imports nothing heavy.

A new format is a row here, and what nobody else can say about it: how its
16 bits are read and written (:mod:`colorize.photos.sixteen_bits`).
"""

from collections import namedtuple

__all__ = ['ENDINGS', 'FORMATS', 'Format', 'asked', 'by_ending', 'by_name',
           'ending_of']

#: name: Pillow's. endings: of its files. result: the ending of the result
#: of such a photo, as not every format holds a colour photo as it is. asked:
#: its name in ``--format``, or None. alpha: whether it holds transparency.
#: lossy: whether it is written at a quality.
Format = namedtuple('Format', 'name endings result asked alpha lossy')

#: What people keep photos in. Pillow's other readers are seldom used and
#: seldom tested; that of PostScript starts a program.
FORMATS = (
    Format('AVIF', ('.avif', '.avifs'), '.png', None, True, True),
    Format('BMP', ('.bmp',), '.png', None, False, False),
    Format('DIB', ('.dib',), '.png', None, False, False),
    Format('GIF', ('.gif',), '.png', None, False, False),
    Format('JPEG', ('.jpg', '.jpeg', '.jpe', '.jfif'), '.jpg', 'jpeg', False,
           True),
    Format('JPEG2000', ('.jp2', '.j2k', '.j2c', '.jpc', '.jpf', '.jpx'),
           '.png', None, True, False),
    Format('PNG', ('.png', '.apng'), '.png', 'png', True, False),
    Format('PPM', ('.pbm', '.pgm', '.pnm', '.ppm'), '.png', None, False,
           False),
    Format('TIFF', ('.tif', '.tiff'), '.tif', 'tiff', True, False),
    Format('WEBP', ('.webp',), '.webp', 'webp', True, True))

#: By which photos are found in folders.
ENDINGS = tuple(sorted(ending for each in FORMATS
                       for ending in each.endings))

_BY_ENDING = {ending: each for each in FORMATS for ending in each.endings}


def ending_of(path):
    """The ending of a name in small letters, with its dot."""
    return f".{path.rpartition('.')[2].lower()}"


def by_ending(path):
    """The format that a name's ending says; None for any other."""
    return _BY_ENDING.get(ending_of(path))


def by_name(name):
    """The format of Pillow's name."""
    return next(each for each in FORMATS if each.name == name)


def asked():
    """The formats that can be asked for, by their names there."""
    return {each.asked: each for each in FORMATS if each.asked}

"""The one table of photo formats; imports nothing heavy.

A new format is a row here, and what nobody else can say about it: how its
captions are written (:mod:`colorize.photos.captions`).
"""

from collections import namedtuple

__all__ = ['ENDINGS', 'FILMS', 'FILM_ENDINGS', 'FORMATS', 'Format', 'asked',
           'by_ending', 'ending_of', 'foreign', 'is_film', 'named',
           'of_result']

#: name: Pillow's. endings: of its files. result: the ending of the result
#: of such a photo, as not every format holds a colour photo as it is. asked:
#: its name in ``--format``, or None. holds: what a result of it holds beside
#: the picture, of 'alpha', 'dpi', 'exif', 'icc', 'xmp', 'iptc', 'comment',
#: 'texts' and '16 bits'; None where no result can be of it. lossy: whether
#: it is written at a quality. extra: who reads it comes with
#: ``requirements-EXTRA.txt``. most: pixels of the longer side that it holds.
Format = namedtuple('Format', 'name endings result asked holds lossy extra '
                    'most', defaults=(False, None, None))

#: What people keep photos in. Pillow's other readers are seldom used and
#: seldom tested; that of PostScript starts a program.
FORMATS = (
    Format('AVIF', ('.avif', '.avifs'), '.png', None,
           ('alpha', 'exif', 'icc', 'xmp'), True),
    Format('BMP', ('.bmp',), '.png', None, ('dpi',)),
    Format('DIB', ('.dib',), '.png', None, ('dpi',)),
    Format('GIF', ('.gif',), '.png', None, ()),
    Format('HEIF', ('.heic', '.heif', '.hif'), '.jpg', None, None,
           extra='formats'),
    Format('JPEG', ('.jpg', '.jpeg', '.jpe', '.jfif'), '.jpg', 'jpeg',
           ('dpi', 'exif', 'icc', 'xmp', 'iptc', 'comment'), True,
           most=65500),
    Format('JPEG2000', ('.jp2', '.j2k', '.j2c', '.jpc', '.jpf', '.jpx'),
           '.png', None, ('alpha',)),
    Format('JXL', ('.jxl',), '.png', None, None, extra='formats'),
    Format('PNG', ('.png', '.apng'), '.png', 'png',
           ('alpha', 'dpi', 'exif', 'icc', 'xmp', 'iptc', 'comment', 'texts',
            '16 bits')),
    Format('PPM', ('.pbm', '.pgm', '.pnm', '.ppm'), '.png', None, ()),
    Format('TIFF', ('.tif', '.tiff'), '.tif', 'tiff',
           ('alpha', 'dpi', 'exif', 'icc', 'xmp', 'iptc', '16 bits')),
    Format('WEBP', ('.webp',), '.webp', 'webp',
           ('alpha', 'exif', 'icc', 'xmp'), True, most=16383))

#: What people keep films in, by FFmpeg's names; see :mod:`colorize.video`.
#: Whoever looks for photos does not find them. AVI cannot tell when a frame
#: is shown.
FILMS = (
    Format('avi', ('.avi',), '.mkv', None, None, extra='video'),
    Format('matroska', ('.mkv',), '.mkv', 'mkv', (), True, 'video'),
    Format('mov', ('.mov',), '.mov', 'mov', (), True, 'video'),
    Format('mp4', ('.mp4', '.m4v'), '.mp4', 'mp4', (), True, 'video'),
    Format('webm', ('.webm',), '.webm', 'webm', (), True, 'video'))

#: By which photos are found in folders.
ENDINGS = tuple(sorted(ending for each in FORMATS
                       for ending in each.endings))

#: By which films are.
FILM_ENDINGS = tuple(ending for each in FILMS for ending in each.endings)

#: Pictures and films that are not read: counted in folders, and refused with
#: what to do about them. Of a raw photo only its small preview would be read;
#: rare formats Pillow reads in part only, and takes other files for a TGA.
_FOREIGN = {
    'raw photo': ('.3fr', '.arw', '.cr2', '.cr3', '.crw', '.dng', '.erf',
                  '.iiq', '.mef', '.mrw', '.nef', '.nrw', '.orf', '.pef',
                  '.raf', '.raw', '.rw2', '.rwl', '.sr2', '.srf', '.srw',
                  '.x3f'),
    'drawing': ('.afphoto', '.kra', '.psb', '.psd', '.xcf'),
    'document': ('.djvu', '.eps', '.pdf', '.ps', '.svg'),
    'rare format': ('.cur', '.dcm', '.dds', '.exr', '.icns', '.ico', '.jxr',
                    '.pct', '.pcx', '.pict', '.ras', '.sgi', '.tga', '.wdp',
                    '.xbm', '.xpm'),
    'film': ('.3g2', '.3gp', '.asf', '.divx', '.dv', '.f4v', '.flv', '.m2ts',
             '.m2v', '.mpe', '.mpeg', '.mpg', '.mts', '.mxf', '.ogv', '.rm',
             '.ts', '.vob', '.wmv')}

_BY_ENDING = {ending: each for each in FORMATS for ending in each.endings}
_FILM_BY_ENDING = {ending: each for each in FILMS for ending in each.endings}
_FOREIGN_BY_ENDING = {ending: kind for kind, endings in _FOREIGN.items()
                      for ending in endings}


def ending_of(path):
    """The ending of a name in small letters, with its dot."""
    return f".{path.rpartition('.')[2].lower()}"


def by_ending(path):
    """The format that a name's ending says; None for any other."""
    return _BY_ENDING.get(ending_of(path))


def asked(kinds=FORMATS + FILMS):
    """Formats that ``--format`` may name, by the names it knows."""
    return {each.asked: each for each in kinds if each.asked}


def named(text, kinds=FORMATS + FILMS):
    """The name that :func:`asked` knows, of one that somebody has typed.

    Parameters
    ----------
    text : str
        In small letters or large ones; ``jpg`` and ``tif`` count.
    kinds : sequence of Format

    Returns
    -------
    str

    Raises
    ------
    ValueError
        When no format has that name.
    """
    found = {'jpg': 'jpeg', 'tif': 'tiff'}.get(text.lower(), text.lower())
    if found not in asked(kinds):
        raise ValueError(f"must be one of {', '.join(asked(kinds))}, got "
                         f'{text!r}')
    return found


def is_film(path):
    """Whether a name's ending is that of a film."""
    return ending_of(path) in _FILM_BY_ENDING


def of_result(path, form=None):
    """The format of the result of a photo or film.

    Parameters
    ----------
    path : str
        Of the photo or film.
    form : str, optional
        What :func:`asked` for; a film's leaves photos alone, and a photo's
        films.

    Returns
    -------
    Format
        PNG where nothing is known of the ending.
    """
    kinds = _FILM_BY_ENDING if is_film(path) else _BY_ENDING
    wanted = asked().get(form)
    if wanted in kinds.values():
        return wanted
    own = kinds.get(ending_of(path))
    return kinds[own.result] if own else _BY_ENDING['.png']


def foreign(path):
    """What a picture or film is that is not read, in words, by its ending.

    Parameters
    ----------
    path : str

    Returns
    -------
    str, or None
        As ``a DNG (raw photo); convert it to TIFF or JPEG first``.
    """
    ending = ending_of(path)
    kind = _FOREIGN_BY_ENDING.get(ending)
    if kind is None:
        return None
    name = ending[1:].upper()
    article = 'an' if name[0] in 'AEFHILMNORSX' else 'a'
    better = 'TIFF or JPEG first'
    if kind == 'film':
        better = 'MP4 or MKV first; python -m colorize.predict colours those'
    return f'{article} {name} ({kind}); convert it to {better}'

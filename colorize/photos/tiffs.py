"""TIFFs that Pillow does not read, or not in all their bits, by tifffile."""

import io

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

from colorize.photos import directories

__all__ = ['FAX', 'Standin', 'is_raw', 'is_tiff', 'pixels', 'scaled']

_MAGICS = (b'II*\0', b'MM\0*', b'II+\0', b'MM\0+')

#: Entries of raw photos: DNG's version, and Canon's and others' mosaics.
_RAW_ENTRIES = (50706, 33421)

#: Channels by photometric interpretation; what is not here is not read.
_CHANNELS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3, 8: 3, 9: 3}

_SPACES = {1: 'GRAY', 3: 'RGB', 4: 'CMYK'}

#: Compressions that are JPEG's; tifffile makes RGB of their YCbCr.
_JPEG = (6, 7, 33007, 34892)

#: Compressions of fax machines.
FAX = (2, 3, 4)

#: Values that a tile, which may be larger than its picture, can have.
_TILE = 1 << 24


def is_tiff(content):
    """Whether a file says that it is a TIFF."""
    return content[:4] in _MAGICS


def is_raw(tags):
    """Whether a page of these entries belongs to a raw photo."""
    return any(tag in tags for tag in _RAW_ENTRIES)


class Standin:
    """Tells of a TIFF what Pillow's image would.

    Attributes
    ----------
    format, mode, width, height, info, tag_v2
        As of :class:`PIL.Image.Image`; the mode is empty.
    """

    format, mode = 'TIFF', ''

    def __init__(self, content):
        page = _page(content)
        self.width, self.height = page.imagewidth, page.imagelength
        if self.width * self.height > 2 * Image.MAX_IMAGE_PIXELS:
            raise Image.DecompressionBombError
        self._exif = _entries(content, page)
        self.tag_v2 = dict(self._exif or ())
        self.tag_v2[Base.BitsPerSample] = (page.bitspersample,)
        self.info = {name: value for name, value in (
            ('icc_profile', page.iccprofile), ('dpi', _dpi(page)),
            ('xmp', self.tag_v2.get(700))) if value}

    def getexif(self):
        """PIL.Image.Exif; ValueError where it is damaged."""
        if self._exif is None:
            raise ValueError('its EXIF is damaged')
        return self._exif

    def load(self):
        """Do nothing: :func:`pixels` decodes."""

    def close(self):
        """Do nothing: no file is open."""


def _entries(content, page):
    """The directory of a page, PIL.Image.Exif; None of a damaged one."""
    found = Image.Exif()
    if content.startswith(b'MM\0+'):  # Pillow does not know that one
        try:
            found.load(directories.classic(content))
        except directories.DAMAGE:
            return None
        return found
    found.endian = '<' if content[:1] == b'I' else '>'
    found.bigtiff = 43 in content[2:4]
    found.load_from_fp(io.BytesIO(content), page.offset)
    return found


def _dpi(page):
    unit = {2: 1, 3: 2.54}.get(page.resolutionunit)
    return unit and tuple(each * unit for each in page.resolution)


def _page(content):
    import tifffile
    try:
        page = tifffile.TiffFile(io.BytesIO(content)).pages.first
    except IndexError:
        raise ValueError('holds no page') from None
    # A tuple, times a number, would be as many of them.
    for value in (page.imagewidth, page.imagelength, page.imagedepth,
                  page.samplesperpixel):
        if not isinstance(value, int):
            raise ValueError('its size is damaged')
    if not isinstance(page.bitspersample, int):
        raise ValueError(f"a TIFF of {', '.join(map(str, page.bitspersample))}"
                         ' bits is not known')
    if Base.PhotometricInterpretation not in page.tags \
            and page.compression not in FAX:  # as libtiff does
        page.photometric = 2 if page.samplesperpixel > 2 else 1
    return page


def pixels(content):
    """Decode the first page.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    values : uint8 or uint16 array, (row, column) or (row, column, channel)
        White is the largest value. CMYK as ink; CIELAB as sRGB.
    space : {'GRAY', 'RGB', 'CMYK'}
    alpha : array of the same type, (row, column), or None
    notes : list of str

    Raises
    ------
    ValueError
        When it is damaged, or nothing that is read here.
    """
    page = _page(content)
    wanted = _CHANNELS.get(page.photometric)
    halved = page.subsampling not in (None, (1, 1))
    if wanted is None or page.imagedepth > 1 or (
            halved and page.compression not in _JPEG):
        kind = getattr(page.photometric, 'name', page.photometric)
        raise ValueError(f'a TIFF of {kind} that is not known')
    _refuse_torn(page, len(content))
    if page.compression == 5:
        _refuse_bad_lzw(page, content)
    values = _planes_last(page)
    extra = values[..., wanted:]
    values = values[..., :wanted]
    if values.shape[2] < wanted:
        raise ValueError(f'has {values.shape[2]} of {wanted} channels')
    alpha, notes = None, []
    if extra.shape[2]:
        kinds = tuple(page.extrasamples) or (0,)
        which = [place for place, kind in enumerate(kinds) if kind in (1, 2)]
        if which:
            alpha = _whole_range(extra[..., which[0]], page)
        if not which or extra.shape[2] > 1:
            notes.append('channels of unknown meaning are left out')
    if page.photometric in (8, 9):
        return _lab(values, page), 'RGB', alpha, notes
    if page.photometric == 3:
        # Some programs write one of 8 bits.
        shift = 8 if page.colormap.max() > 255 else 0
        colors = (page.colormap.T >> shift).astype('uint8')
        return colors[values[..., 0].astype('uint16')], 'RGB', alpha, notes
    values = _as_rgb(values, page)
    bits = page.bitspersample
    if bits >= 32 and values.dtype.kind != 'f' and _white(values, page) == 255:
        notes.append(f'holds integers of {bits} bits, none above 255, which '
                     'is taken for white')
    values = _whole_range(values, page)
    if page.photometric == 0:
        values = np.iinfo(values.dtype).max - values
    if alpha is not None and kinds[which[0]] == 1:
        values = _undone(values, alpha)
    if wanted == 1:
        values = values[..., 0]
    return np.ascontiguousarray(values), _SPACES[wanted], alpha, notes


def _refuse_torn(page, size):
    """tifffile fills what a file lacks with zeros."""
    parts = list(zip(page.dataoffsets, page.databytecounts))
    if not parts or any(offset + count > size or not count
                        for offset, count in parts):
        raise ValueError('image file is truncated')
    least = page.imagewidth * page.imagelength * page.samplesperpixel \
        * page.bitspersample // 8
    if page.compression == 1 and sum(count for _, count in parts) < least:
        raise ValueError('image file is truncated')
    pixels = page.imagewidth * page.imagelength
    if int(np.prod(page.chunks, dtype=object)) > max(_TILE, 16 * pixels):
        raise ValueError(f'tiles of {page.chunks} for {pixels} pixels')
    if page.chunked and len(parts) < np.prod(page.chunked):
        raise ValueError('image file is truncated')


def _refuse_bad_lzw(page, content):
    """imagecodecs looks at its codes only where it is told no size."""
    import imagecodecs
    for offset, count in zip(page.dataoffsets, page.databytecounts):
        imagecodecs.lzw_decode(content[offset:offset + count])


def _as_rgb(values, page):
    """YCbCr as RGB, which it is already where it was packed as JPEG."""
    if page.photometric != 6 or page.compression in _JPEG:
        return values
    if values.dtype != np.uint8:
        raise ValueError(f'YCbCr of {page.bitspersample} bits is not known')
    return np.asarray(Image.fromarray(np.ascontiguousarray(values), 'YCbCr')
                      .convert('RGB'))


def _planes_last(page):
    """Values as (row, column, channel)."""
    values = page.asarray()
    if page.bitspersample == 24 and page.parent.byteorder == '<' \
            and values.dtype == np.uint32:
        values >>= 8  # tifffile leaves them where the file has them
    shape = page.imagelength, page.imagewidth, page.samplesperpixel
    if page.planarconfig == 2 and page.samplesperpixel > 1:
        return np.moveaxis(values.reshape(shape[2:] + shape[:2]), 0, -1)
    return values.reshape(shape)


def _whole_range(values, page):
    """Values of any type as uint8 or uint16 from black to white."""
    kind, bits = values.dtype.kind, page.bitspersample
    if kind == 'f':
        return scaled(values, 1)
    if values.dtype == np.uint8 and bits == 8:
        return values
    if kind in 'bu' and bits in (1, 2, 4):
        return (values * (255 // (2 ** bits - 1))).astype('uint8')
    if values.dtype == np.uint16 and bits == 16:
        return values
    return scaled(values, _white(values, page))


def _white(values, page):
    """Which integer stands for white."""
    kind, bits = values.dtype.kind, page.bitspersample
    if bits < 32:  # half of what has a sign is below black
        return 2 ** (bits - (kind == 'i')) - 1
    most = values.max(initial=0)  # wider ones hold 8 or 16 bits as a rule
    if most <= 255:
        return 255
    return 2 ** bits - 1 if most > 65535 and kind == 'u' else 65535


def scaled(values, full):
    """Values of 0 to `full` as uint16 of 0 to 65535.

    Raises
    ------
    ValueError
        When they are not.
    """
    if not np.isfinite(values).all():
        raise ValueError('holds values that are no numbers')
    if values.max(initial=0) > full or values.min(initial=0) < 0:
        raise ValueError(f'values must be 0 to {full}')
    return np.rint(values * (65535 / full)).astype('uint16')


def _undone(values, alpha):
    """Colours that were multiplied by their alpha (associated alpha)."""
    most = np.iinfo(values.dtype).max
    with np.errstate(divide='ignore', invalid='ignore'):
        found = values * (most / alpha[..., None].astype('float32'))
    found[alpha == 0] = 0
    return np.minimum(np.rint(found), most).astype(values.dtype)


def _lab(values, page):
    """CIELAB (8) or ICCLAB (9) of 8 or 16 bits as sRGB."""
    bits = page.bitspersample
    if bits not in (8, 16) or values.dtype.kind not in 'ui':
        raise ValueError(f'CIELAB of {bits} bits is not known')
    full, step = 2 ** bits - 1, 2 ** (bits - 8)
    lightness = values[..., 0].astype(f'uint{bits}') * np.float32(100 / full)
    if page.photometric == 8:
        ab = values[..., 1:].astype(f'int{bits}') / np.float32(step)
    else:
        ab = values[..., 1:].astype(f'uint{bits}') / np.float32(step) - 128
    from colorize.photos import profiles
    rgb = profiles.from_lab(np.concatenate([lightness[..., None], ab], -1))
    return np.rint(rgb * full).astype(f'uint{bits}')

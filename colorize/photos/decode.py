"""An opened photo file as arrays: one place for every format and depth."""

import contextlib
import re
from collections import namedtuple

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

from colorize import command
from colorize.photos import deep, exif, jpegs, pngs, tiffs

__all__ = ['Raster', 'STRIP', 'on_white', 'raster']

#: values: uint8 or uint16, (row, column), (row, column, 3) or, of ink,
#: (row, column, 4), upright. space: 'GRAY', 'RGB' or 'CMYK'. alpha:
#: of the same type, or None. notes: list of str.
Raster = namedtuple('Raster', 'values space alpha notes')


#: Compressions that Pillow may have been built without: LERC, LZMA, WebP,
#: zstd.
_PACKED = (34887, 34925, 50000, 50001)

#: Of a PPM.
_COMMENT = re.compile(rb'#[^\r\n]*')

#: Pixels that are copied from Pillow at a time.
STRIP = 1 << 22


def raster(source, turn):
    """Decode.

    Parameters
    ----------
    source : colorize.photos.opening.Source
    turn : int or None
        See :func:`colorize.photos.exif.orientation`.

    Returns
    -------
    Raster
        Of an animation the first frame, of a TIFF the first page.
    """
    found = _raster(source)
    if not found.values.size:
        raise ValueError('has no pixels')
    turned = source.image.format == 'TIFF' and not _is_deep(source.image)
    if turn is None or turned:  # by Pillow
        return found
    return found._replace(values=exif.upright(found.values, turn),
                          alpha=exif.upright(found.alpha, turn))


def _raster(source):
    image, content, tile = source
    if image.format == 'TIFF' and _is_deep(image):
        values, space, alpha, notes = tiffs.pixels(content)
        return Raster(values, space, alpha, notes)
    if image.format == 'PNG' and pngs.needs_us(
            image, tile and tile.args):
        image.load()  # whose checks are stricter
        return _named(*pngs.pixels(content), [])
    if image.format == 'PPM' and image.mode == 'RGB':
        found = _deep_ppm(image, content, tile.offset)
        if found is not None:
            return Raster(found, 'RGB', None, [])
    notes = []
    if image.format in deep.FORMATS:
        values, alpha, notes = deep.pixels(image, content)
        if values is not None:
            return _named(values, alpha, [])
    image = deep.filled(_loaded(image, content, notes), content)
    if image.mode.startswith('I') or image.mode == 'F':
        return _named(_deep_gray(image), None, notes)
    return _shallow(image, notes)


def _named(values, alpha, notes):
    space = 'RGB' if values.ndim == 3 else 'GRAY'
    return Raster(values, space, alpha, notes)


def _is_deep(image):
    """Whether a TIFF is one for tifffile."""
    tags = image.tag_v2
    packed = tags.get(Base.Compression, 1)
    if not image.mode or packed in _PACKED:
        return True
    if tags.get(Base.PhotometricInterpretation) == 6 and packed == 1:
        return True  # YCbCr by pixels
    if packed not in tiffs.FAX and (
            tags.get(Base.FillOrder) == 2  # of the bits of a byte
            or Base.PhotometricInterpretation not in tags):
        return True
    if max(tags.get(Base.ColorMap) or (256,)) < 256:
        return True
    bits = tags.get(Base.BitsPerSample, ())
    # Pillow takes what is unknown for nothing, knows few kinds of planes, and
    # no sign.
    return (any(each > 8 for each in bits)
            or 0 in tags.get(Base.ExtraSamples, ()) and image.mode[0] != 'P'
            or 2 in tags.get(Base.SampleFormat, ())
            or len(bits) not in (1, 3)
            and tags.get(Base.PlanarConfiguration) == 2)


def _loaded(image, content, notes):
    """Pillow's image, its pixels in memory."""
    if image.format in ('JPEG', 'MPO') and jpegs.hole(content):
        notes.append('zeros lie inside it; a part may be damaged')
    try:
        # dav1d prints what it does not understand of a damaged file.
        with command.quiet() if image.format == 'AVIF' \
                else contextlib.nullcontext():
            image.load()
    except OSError:
        whole = jpegs.completed(content) if image.format in (
            'JPEG', 'MPO') else None
        if whole is None:
            raise
        notes.append('its end marker is missing')
        return whole
    return image


def _shallow(image, notes):
    """8 bits of what Pillow has read."""
    alpha = None
    if image.has_transparency_data:
        gray = image.mode in ('L', 'LA', 'La', '1')
        image = image.convert('RGBA')
        alpha = np.asarray(image.getchannel('A'))
        image = image.getchannel('R') if gray else image.convert('RGB')
    if image.mode in ('1', 'P', 'PA'):
        image = image.convert('L' if image.mode == '1' else 'RGB')
    if image.mode == 'LAB':
        return Raster(_from_lab(image), 'RGB', alpha, notes)
    if image.mode not in ('L', 'RGB', 'CMYK'):
        image = image.convert('RGB')
    space = {'L': 'GRAY'}.get(image.mode, image.mode)
    return Raster(_values(image), space, alpha, notes)


def _values(image):
    """Its pixels, as ``np.asarray``, which takes them twice for a while."""
    rows = max(1, STRIP // max(image.width, 1))
    if rows >= image.height:
        return np.asarray(image)
    bands = len(image.getbands())
    found = np.empty((image.height, image.width, bands), 'uint8')
    found = found if bands > 1 else found[..., 0]
    for top in range(0, image.height, rows):
        strip = found[top:top + rows]
        strip[...] = image.crop((0, top, image.width, top + len(strip)))
    return found


def _from_lab(image):
    from PIL import ImageCms
    return np.asarray(ImageCms.profileToProfile(
        image, ImageCms.createProfile('LAB'),
        ImageCms.createProfile('sRGB'), outputMode='RGB'))


def _deep_gray(image):
    """16-bit, 32-bit and float grey as uint16, (row, column).

    Raises
    ------
    ValueError
        When values are not in 0 to 65535, or 0 to 1 of floats.
    """
    values = np.asarray(image)
    if values.dtype == np.uint16:
        return values
    full = 1 if image.mode == 'F' else 65535
    return tiffs.scaled(values.astype('float32'), full)


def _deep_ppm(image, content, start):
    """A PPM (P3, P6) of more than 8 bits, or None."""
    head = _COMMENT.sub(b'', content[:start]).split()
    if content[:2] not in (b'P3', b'P6') or not head[-1].isdigit():
        return None
    full = int(head[-1])
    if not 255 < full < 65536:
        return None
    shape = image.height, image.width, 3
    count = int(np.prod(shape))
    if content.startswith(b'P6'):
        found = np.frombuffer(content, '>u2', count, start)
    else:
        words = _COMMENT.sub(b'', content[start:]).split()
        found = np.array(words[:count], 'int64')
    unit = np.minimum(found.reshape(shape), full) / full
    return np.rint(unit * 65535).astype('uint16')


def on_white(values, alpha):
    """8 bits of a photo, its transparent parts shown on white.

    Parameters
    ----------
    values : uint8 array, (row, column) or (row, column, 3)
    alpha : uint8 array, (row, column), or None

    Returns
    -------
    array of the shape of `values`
    """
    if alpha is None:
        return values
    image = Image.fromarray(values)
    white = Image.new(image.mode, image.size, 'white')
    white.paste(image, mask=Image.fromarray(alpha))
    return np.asarray(white)

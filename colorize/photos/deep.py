"""More or fewer than 8 bits of formats that Pillow reads as 8."""

import struct

import numpy as np

from colorize import command
from colorize.photos import tiffs

__all__ = ['FORMATS', 'bits_of', 'filled', 'pixels']

#: By Pillow's names.
FORMATS = ('AVIF', 'HEIF', 'JPEG2000', 'JXL')

#: Where a codestream of JPEG 2000 begins, and what it says of its size; 36
#: bytes on, how many channels there are and of how many bits the first is.
_SIZ = b'\xff\x4f\xff\x51'


def bits_of(image, content, channel=0):
    """Bits of a channel.

    Parameters
    ----------
    image : PIL.Image.Image
    content : bytes
        Of its file.
    channel : int
        Of a JPEG 2000, in which each has bits of its own.

    Returns
    -------
    int
        16 of any JPEG XL, whose decoder has to say.
    """
    if image.format == 'HEIF':
        return image.info.get('bit_depth') or 8
    if image.format == 'AVIF':
        place = content.find(b'av1C') + 6
        flags = content[place] if 6 <= place < len(content) else 0
        return (12 if flags & 32 else 10) if flags & 64 else 8
    if image.format == 'JPEG2000':
        place = content.find(_SIZ) + 42
        there = 42 <= place < len(content) - 3 * channel
        return 1 + content[place + 3 * channel] % 128 if there else 8
    return 16 if image.format == 'JXL' and not image.jpeg else 8


def pixels(image, content):
    """Decode in all bits.

    Parameters
    ----------
    image : PIL.Image.Image
        Nothing decoded yet.
    content : bytes
        Of its file.

    Returns
    -------
    values : uint16 array, (row, column) or (row, column, 3)
        None where nothing but Pillow reads them.
    alpha : uint16 array, (row, column), or None
    notes : list of str
    """
    bits = bits_of(image, content)
    if bits <= 8:
        return None, None, []
    try:
        with command.quiet():  # libraries print what they do not understand
            found = _DECODERS[image.format](image, content, bits)
        if found.dtype == np.uint8:
            return None, None, []
        if found.shape[:2] != (image.height, image.width):
            raise ValueError('of another size')
        found = tiffs.scaled(found.astype('float32'),
                             1 if found.dtype.kind == 'f' else 2 ** bits - 1)
    except Exception:  # as a damaged file: Pillow says why
        return None, None, [f'its {bits} bits are read as 8']
    return _parted(found) + ([],)


def filled(image, content):
    """Fewer than 8 bits of a JPEG 2000 over all of 0 to 255.

    Pillow sets the others to 0, so that white is grey.

    Parameters
    ----------
    image : PIL.Image.Image
        Loaded.
    content : bytes
        Of its file.

    Returns
    -------
    PIL.Image.Image
    """
    if image.format != 'JPEG2000' or image.mode not in (
            'L', 'LA', 'RGB', 'RGBA'):
        return image
    white = [256 - (256 >> min(bits_of(image, content, channel), 8))
             for channel in range(len(image.getbands()))]
    if min(white) == 255:
        return image
    return image.point([min(255, round(value * 255 / top))
                        for top in white for value in range(256)])


def _parted(found):
    """Values and alpha."""
    found = found.reshape(found.shape[:2] + (-1,))
    channels = found.shape[2]
    alpha = found[..., -1] if channels in (2, 4) else None
    values = found[..., 0] if channels < 3 else found[..., :3]
    return np.ascontiguousarray(values), alpha


def _avif(image, content, bits):
    import imagecodecs
    return imagecodecs.avif_decode(content)


def _heif(image, content, bits):
    import pillow_heif
    found = pillow_heif.open_heif(content, convert_hdr_to_8bit=False)
    return np.asarray(found) >> (16 - bits)


def _jpeg2000(image, content, bits):
    import imagecodecs
    # The codestream's own size is what memory is taken for.
    ends = struct.unpack_from('>4I', content, content.find(_SIZ) + 8)
    if (ends[0] - ends[2], ends[1] - ends[3]) != image.size:
        raise ValueError('of another size')
    # Of anything else channels are not alike, or not red, green and blue.
    place = content.find(b'colr\1')
    code = int.from_bytes(content[place + 7:place + 11], 'big')
    if bits > 16 or place >= 0 and code not in (16, 17):
        raise ValueError('a JPEG 2000 for Pillow')
    return imagecodecs.jpeg2k_decode(content)


def _jxl(image, content, bits):
    import imagecodecs
    return imagecodecs.jpegxl_decode(content)


_DECODERS = {'AVIF': _avif, 'HEIF': _heif, 'JPEG2000': _jpeg2000,
             'JXL': _jxl}

"""What a file holds beside its picture and Pillow leaves there.

Pillow's image is told of it, so that all else asks one place. What cannot be
had is said.
"""

import re

import numpy as np

from colorize.photos import boxes, code_points, directories

__all__ = ['IPTC', 'added', 'blocks']

#: The block of Photoshop's that holds IPTC, and a TIFF's entries of blocks
#: and of IPTC itself.
IPTC, _TIFF_BLOCKS, _TIFF_IPTC = 0x0404, 34377, 33723

_XMP = b'http://ns.adobe.com/xap/1.0/\0'
_PHOTOSHOP = b'Photoshop 3.0\0'
_RAW = 'Raw profile type '

#: Of a BMP's fifth header: its bytes, the kinds of colours that need no
#: word, a profile in the file and one in another.
_V4, _V5 = 108, 124
_SRGB, _IN_FILE, _LINKED = (b'BGRs', b' niW'), b'DEBM', b'KNIL'

#: How far a BMP's primaries and gamma may be from sRGB's.
_NEAR = 0.01, 0.1


def added(image, content):
    """Tell an image of Pillow's what else its file holds.

    Parameters
    ----------
    image : PIL.Image.Image
        Its ``info`` gets ``exif``, ``icc_profile``, ``xmp``,
        ``iptc`` and ``comment``.
    content : bytes
        Of its file.

    Returns
    -------
    list of str
        What is damaged, or not known.
    """
    info = image.info
    notes = [f'its {name} is damaged and left out'
             for name in dict.fromkeys(info.get('damage', ()))]
    if image.format in _FILLERS:
        for name, value in _FILLERS[image.format](image, content, notes):
            if value and not info.get(name):
                info[name] = value
    if 'icc_profile' in info and not info['icc_profile']:
        notes.append('its ICC profile is damaged and left out')
    if info.get('exif') and not directories.is_whole(info['exif']):
        notes.append('its EXIF is damaged; a part is left out')
    elif info.get('exif'):
        entries = directories.in_ascii(info['exif'])
        if entries != info['exif']:  # Pillow does not know UTF-8
            info['exif'] = entries
            image.getexif().load(entries)
    return notes


def blocks(content, wanted=IPTC):
    """The content of one of Photoshop's blocks, or None."""
    place = 0
    while content and content.startswith(b'8BIM', place):
        kind = int.from_bytes(content[place + 4:place + 6], 'big')
        start = place + 6 + (content[place + 6:place + 7] + b'\0')[0] // 2 * 2
        size = int.from_bytes(content[start + 2:start + 6], 'big')
        if kind == wanted:
            return content[start + 6:start + 6 + size] or None
        place = start + 6 + size + size % 2
    return None


def _of_jpeg(image, content, notes):
    parts = getattr(image, 'applist', ())
    said = [value.strip(b'\0') for name, value in parts if name == 'COM']
    if len(said) > 1:
        image.info['comment'] = b'\n'.join(dict.fromkeys(said))
    if 'exif' not in image.info and any(
            name == 'APP1' and value.startswith(b'Exif')
            for name, value in parts):
        notes.append('its EXIF is damaged and left out')
    found = [value[len(_PHOTOSHOP):] for name, value in parts
             if name == 'APP13' and value.startswith(_PHOTOSHOP)]
    if len(found) > 1:  # what one does not hold goes on in the next
        yield 'iptc', blocks(b''.join(found))


def _of_png(image, content, notes):
    """As ImageMagick and ExifTool write what PNG had no place for."""
    image.load()  # texts may stand behind the picture
    for key, text in image.text.items():
        if not key.startswith(_RAW):
            continue
        value = _of_hex(text)
        kind = key[len(_RAW):].lower()
        if kind in ('iptc', '8bim'):
            yield 'iptc', blocks(value) if value.startswith(b'8BIM') \
                else value
        elif kind in ('icc', 'icm'):
            yield 'icc_profile', value
        elif value.startswith(b'Exif\0\0'):
            yield 'exif', value
        elif kind in ('xmp', 'app1'):
            yield 'xmp', value[len(_XMP):] if value.startswith(_XMP) else value
        elif kind != 'exif':
            notes.append(f'its {kind} is not known and left out')


def _of_hex(text):
    try:
        return bytes.fromhex(''.join(str(text).split()[2:]))
    except ValueError:
        return b''


def _of_tiff(image, content, notes):
    if directories.entry(content, _TIFF_IPTC) is None:
        yield 'iptc', blocks(directories.entry(content, _TIFF_BLOCKS))


def _of_boxes(image, content, notes):
    if image.format == 'JXL' and not image.jpeg:
        image.info.pop('exif', None)  # with bytes before and after it
    for kind, box in boxes.unpacked(content):
        if kind == 'xml' and b'<x:xmpmeta' not in box:
            notes.append('its XML is left out')
        elif kind is None:
            notes.append(f'its {box} is damaged and left out')
        else:
            yield {'xml': 'xmp'}.get(kind, kind), box


def _of_gif(image, content, notes):
    head = b'\x21\xff\x0b'
    place = content.find(head + b'XMP DataXMP')
    if place >= 0:  # as it is, with a tail that leads programs out of it
        yield 'xmp', content[place + 14:content.find(b'\x01\xff', place)]
    place = content.find(head + b'ICCRGBG1012')
    if place >= 0:
        found, place = [], place + 14
        while place < len(content) and content[place]:
            found.append(content[place + 1:place + 1 + content[place]])
            place += 1 + content[place]
        yield 'icc_profile', b''.join(found)


def _of_bmp(image, content, notes):
    head = content[14:] if content.startswith(b'BM') else content
    size, kind = int.from_bytes(head[:4], 'little'), head[56:60]
    if size < _V4 or kind in _SRGB:
        return
    if kind == _IN_FILE and size >= _V5:
        start, length = np.frombuffer(head, '<u4', 2, 112).tolist()
        found = head[start:start + length]
        yield 'icc_profile', found if len(found) == length else None
        if not found or len(found) < length:
            notes.append('its ICC profile is damaged and left out')
    elif kind == _LINKED:
        notes.append('its ICC profile is in another file and left out')
    elif kind == bytes(4) and not _is_usual(head):
        notes.append('the primaries that it says are not known and left out')


def _is_usual(head):
    """Whether a BMP says nothing of its colours, or what is sRGB's."""
    ends = np.frombuffer(head, '<u4', 9, 60).reshape(3, 3) / 2 ** 30
    gammas = np.frombuffer(head, '<u4', 3, 96) / 2 ** 16
    sums = ends.sum(axis=1, keepdims=True)
    usual = np.reshape(code_points.PRIMARIES[1][2:], (3, 2))
    return not sums.all() or bool(
        (np.abs((ends / sums)[:, :2] - usual) < _NEAR[0]).all()
        and (np.abs(np.where(gammas < 1, 2.2, gammas) - 2.2)
             < _NEAR[1]).all())


def _of_ppm(image, content, notes):
    said = re.findall(rb'#[ \t]*([^\r\n]+)', content[:image.tile[0].offset])
    yield 'comment', b'\n'.join(said)


_FILLERS = {'JPEG': _of_jpeg, 'MPO': _of_jpeg, 'PNG': _of_png,
            'TIFF': _of_tiff, 'JPEG2000': _of_boxes, 'JXL': _of_boxes,
            'GIF': _of_gif, 'BMP': _of_bmp, 'DIB': _of_bmp, 'PPM': _of_ppm}

"""What people and programs have written into a photo: XMP, IPTC, texts."""

import re
import struct
from collections import namedtuple

from PIL import PngImagePlugin

from colorize.photos import beside, directories

__all__ = ['Captions', 'IPTC', 'NONE', 'XMP', 'for_jpeg', 'for_others',
           'for_png', 'for_tiff', 'found_in', 'left_out']

#: xmp, iptc, comment: bytes or None. texts: pairs of a PNG's keys and texts.
Captions = namedtuple('Captions', 'xmp iptc comment texts')
NONE = Captions(None, None, None, ())

#: Entries of a TIFF.
XMP, IPTC = 700, 33723

_XMP_KEY = 'XML:com.adobe.xmp'
_RAW = 'Raw profile type '

#: Bytes that a segment of a JPEG can hold of XMP.
_MOST = 65533 - 29

_ORIENTATION = (rb'(tiff:Orientation\s*=\s*["\'])[0-9](["\'])',
                rb'(<tiff:Orientation>)[0-9](</tiff:Orientation>)')

#: What XMP says of pictures and films behind this one, which are left out.
_STALE = ((rb'\s+hdrgm:Version\s*=\s*("[^"]*"|\'[^\']*\')', b''),
          (rb'<hdrgm:Version>[^<]*</hdrgm:Version>', b''),
          (rb'((?:MotionPhoto|MicroVideo)(?:\s*=\s*["\']|>))1', rb'\g<1>0'))

#: Bytes in which an AVIF or a HEIC lists its pictures.
_HEAD = 1 << 16

#: Characters; a longer text is no caption.
_LONGEST = 1 << 20


def found_in(image, content, turned=False):
    """The captions of an opened photo.

    Parameters
    ----------
    image : PIL.Image.Image
        Loaded, as a PNG may have texts behind its picture.
    content : bytes
        Of its file.
    turned : bool
        Whether its orientation is undone, which XMP repeats.

    Returns
    -------
    Captions
    notes : list of str
        What cannot be taken over.
    """
    info, notes = image.info, []
    texts = getattr(image, 'text', {}) if image.format == 'PNG' else {}
    xmp = _bytes(info.get('xmp') or texts.get(_XMP_KEY)
                 or info.get(_XMP_KEY))
    tags = getattr(image, 'tag_v2', None) or {}
    xmp = xmp or _bytes(tags.get(XMP))
    iptc = _iptc(image, content)
    if xmp and turned:
        for pattern in _ORIENTATION:
            xmp = re.sub(pattern, rb'\g<1>1\g<2>', xmp)
        if b'mwg-rs:' in xmp or b'MPReg:' in xmp:
            notes.append('its marks of faces are those of the photo before '
                         'it was turned')
    if any(name == 'APP1' and each.startswith(b'http://ns.adobe.com/xmp/ext')
           for name, each in getattr(image, 'applist', ())):
        notes.append('the longer part of its XMP is left out')
    if xmp and re.search(_STALE[2][0], xmp):
        notes.append('its film (motion photo) is left out')
    if _has_gain_map(image, content, xmp or b''):
        notes.append('its gain map (HDR) is left out')
    for pattern, instead in _STALE:
        xmp = xmp and re.sub(pattern, instead, xmp)
    comment = _bytes(info.get('comment'))
    return Captions(xmp, iptc, comment, tuple(
        (key, str(value)) for key, value in texts.items()
        if key != _XMP_KEY and not key.startswith(_RAW)
        and len(value) <= _LONGEST)), notes


def _has_gain_map(image, content, xmp):
    """Whether another picture says how much brighter a screen may be."""
    if image.format == 'MPO':
        return b'hdrgm:' in content or b'HDRGainMap' in content
    head = content[:_HEAD] if image.format in ('AVIF', 'HEIF') else b''
    return (b'hdrgm:' in xmp or b'hdrgainmap' in head or b'tmap' in head
            or bool(image.info.get('gain_map')))


def _bytes(value):
    if isinstance(value, tuple):
        value = value[0] if len(value) == 1 and isinstance(
            value[0], bytes) else None
    if isinstance(value, str):
        value = value.encode('utf-8', 'replace')
    return value or None if isinstance(value, bytes) else None


def _iptc(image, content):
    if image.format == 'TIFF' and directories.entry(content, IPTC):
        return directories.entry(content, IPTC)
    found = image.info.get('photoshop')
    return _bytes(image.info.get('iptc') or (
        found.get(beside.IPTC) if isinstance(found, dict) else None))


def _blocks(iptc):
    """IPTC as a block of Photoshop's."""
    return (b'8BIM' + struct.pack('>HHI', beside.IPTC, 0, len(iptc)) + iptc
            + bytes(len(iptc) % 2))


def left_out(form, **parts):
    """Notes of what is there and cannot be held by a format.

    Parameters
    ----------
    form : str
    parts
        Names with what is there of them, if anything.

    Returns
    -------
    list of str
    """
    names = [name for name, value in parts.items() if value]
    if names:
        return [f"its {' and '.join(names)} cannot be held by {form} and "
                f"{'are' if len(names) > 1 else 'is'} left out"]
    return []


def for_jpeg(captions):
    """Options of Pillow's writer, and notes."""
    options, (xmp, iptc, comment, texts) = {}, captions
    # A PNG's one text is a JPEG's comment; several have no names there.
    if comment is None and len(texts) == 1 and texts[0][0] in (
            'Comment', 'Description'):
        comment, texts = texts[0][1].encode(), ()
    if comment and len(comment) <= 65533:
        options['comment'], comment = comment, None
    if xmp and len(xmp) <= _MOST:
        options['xmp'], xmp = xmp, None
    if iptc and len(iptc) <= 65000:
        block = b'Photoshop 3.0\0' + _blocks(iptc)
        options['extra'] = b'\xff\xed' + struct.pack(
            '>H', len(block) + 2) + block
        iptc = None
    return options, left_out('JPEG', XMP=xmp, IPTC=iptc, comment=comment,
                             text=texts)


def for_png(captions):
    """PngInfo that holds all, or None where there is nothing."""
    found, (xmp, iptc, comment, texts) = PngImagePlugin.PngInfo(), captions
    if xmp:
        found.add_itxt(_XMP_KEY, xmp.decode('utf-8', 'replace'))
    if iptc:
        block = _blocks(iptc).hex()
        lines = [block[at:at + 72] for at in range(0, len(block), 72)]
        found.add_text(f'{_RAW}iptc', '\niptc\n{:8}\n{}\n'.format(
            len(block) // 2, '\n'.join(lines)), zip=True)
    if comment:
        found.add_itxt('Comment', _text(comment))
    for key, value in texts:
        found.add_itxt(key, value) if not value.isascii() else \
            found.add_text(key, value)
    return found if found.chunks else None


def _text(content):
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode('latin-1')


def for_tiff(captions, described):
    """Entries, and notes; a comment is the description where none is."""
    xmp, iptc, comment, texts = captions
    entries = {XMP: xmp, IPTC: iptc}
    if comment and not described:
        entries[270], comment = comment.replace(b'\0', b''), None
    return {tag: value for tag, value in entries.items() if value}, \
        left_out('TIFF', comment=comment, text=texts)


def for_others(form, captions):
    """Options and notes for a format that holds XMP or nothing."""
    xmp, iptc, comment, texts = captions
    options = {}
    if xmp and 'xmp' in form.holds:
        options['xmp'], xmp = xmp, None
    return options, left_out(form.name, XMP=xmp, IPTC=iptc, comment=comment,
                             text=texts)

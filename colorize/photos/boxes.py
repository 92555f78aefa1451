"""Boxes of a JPEG 2000 or a JPEG XL, which Pillow leaves there."""

import re

__all__ = ['unpacked']

#: Boxes whose kind is a number.
_NUMBERED = {bytes.fromhex('be7acfcb97a942e89c71999491e3afac'): 'xml',
             bytes.fromhex('33c7a4d2b81d4723a0baf1a3e097ad38'): 'iptc',
             b'JpgTiffExif->JP2': 'exif'}

_NAMED = {b'xml ': 'xml', b'Exif': 'exif'}

#: Bytes that are unpacked of one.
_MOST = 1 << 24


def unpacked(content):
    """What the boxes of a file hold that are no picture.

    Parameters
    ----------
    content : bytes

    Yields
    ------
    kind : {'xml', 'iptc', 'exif', None}
        None of one that cannot be unpacked.
    value : bytes
        Of the last kind, in words what it is.
    """
    for kind, box in _boxes(content):
        if kind == b'brob':
            kind, packed = box[:4], box[4:]
            box = _unpacked(packed) if kind in _NAMED else None
            if box is None:
                yield None, {b'xml ': 'XMP', b'Exif': 'EXIF'}.get(
                    kind, 'packed box')
                continue
        if kind == b'uuid' and box[:16] in _NUMBERED:
            yield _NUMBERED[box[:16]], box[16:]
        elif kind == b'Exif':  # behind where it begins, which not all write
            start = re.search(rb'II\*\0|MM\0\*', box[:64])
            yield 'exif', box[start.start():] if start else box
        elif kind in _NAMED:
            yield _NAMED[kind], box


def _unpacked(packed):
    import imagecodecs
    try:
        return imagecodecs.brotli_decode(packed, out=_MOST)
    except Exception:  # damaged, or larger
        return None


def _boxes(content):
    """Kind and content of one box after the other."""
    place = 0
    while place + 8 <= len(content):
        head, size = 8, int.from_bytes(content[place:place + 4], 'big')
        kind = content[place + 4:place + 8]
        if size == 1:
            head = 16
            size = int.from_bytes(content[place + 8:place + 16], 'big')
        end = place + size if size else len(content)
        if end < place + head:  # damaged, or no boxes
            return
        yield kind, content[place + head:end]
        place = end

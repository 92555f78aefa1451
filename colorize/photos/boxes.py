"""XMP in the boxes of a JPEG 2000 or a JPEG XL, which Pillow leaves there."""

__all__ = ['xmp']

_XMP = bytes.fromhex('be7acfcb97a942e89c71999491e3afac')


def xmp(content):
    """XMP of a file.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    bytes, or None
    """
    for kind, box in _boxes(content):
        if kind == b'xml ' and b'<x:xmpmeta' in box:
            return box
        if kind == b'uuid' and box.startswith(_XMP):
            return box[len(_XMP):]


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

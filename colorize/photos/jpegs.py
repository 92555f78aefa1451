"""JPEGs that are nearly whole."""

import io

import numpy as np
from PIL import Image

__all__ = ['completed', 'hole', 'mended']

_END = b'\xff\xd9'

#: The marker before what is drawn.
_SCAN = 0xda

#: Segments that are looked at; each is tried with what no APPn is, of so
#: many bytes: one that is made to cost more is refused.
_MOST, _LONGEST = 1000, 1 << 20

#: Zeros in a row that no picture makes.
_HOLE = bytes(1024)


def completed(content):
    """A JPEG with its end marker, if it lacks that and no pixel.

    Where pixels are missing, whatever comes next is taken for them: with
    other bytes there the picture is another.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    PIL.Image.Image, or None
    """
    content = content.rstrip(b'\xff')
    if content.endswith(_END[1:]):
        return None
    ways = [_decoded(content + between + _END)
            for between in (b'', b'\x55' * 64, b'\xaa' * 64)]
    if all(np.array_equal(ways[0], each) for each in ways[1:]):
        return ways[0]


def _decoded(content):
    image = Image.open(io.BytesIO(content), formats=['JPEG'])
    image.load()
    return image


def hole(content):
    """Whether zeros lie in a JPEG's picture, as where a disk or a card failed.

    A page of one colour may be nearly all zeros, and is none. Before and
    behind the picture they are room that makers and programs leave.
    """
    start = _segments(content)[1]
    end = content.find(_END, start)
    end = len(content) if end < 0 else end
    return (content.find(_HOLE, start, end) >= 0
            and content.count(0, start, end) <= (end - start) // 2)


def mended(content):
    """A JPEG less what is beside its picture and Pillow cannot read.

    Its decoder passes over what is too short; Pillow refuses the photo.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    content : bytes
    left_out : list of str
        Names of segments.
    """
    parts, scan = _segments(content)
    picture = b''.join(part for name, part in parts if not name)
    kept, left_out = [content[:2]], {}
    for name, part in parts if len(picture) <= _LONGEST else ():
        if not name or _is_read(content[:2] + part + picture):
            kept.append(part)
        else:
            left_out[name] = None
    if not left_out:
        return content, []
    return b''.join(kept) + content[scan:], list(left_out)


def _segments(content):
    """What stands before the scan as (APPn or '', bytes), and its end."""
    found, start = [], 2
    while content[start:start + 1] == b'\xff' and len(found) < _MOST \
            and start + 1 < len(content):
        marker = content[start + 1]
        if marker == 0xff:  # segments may be filled up with these
            start += 1
            continue
        end = start + 2 + int.from_bytes(content[start + 2:start + 4], 'big')
        name = f'APP{marker & 15}' if marker & 0xf0 == 0xe0 else ''
        found.append((name, content[start:end]))
        start = end
        if marker == _SCAN:
            break
    return found, start


def _is_read(content):
    try:
        Image.open(io.BytesIO(content), formats=['JPEG'])
    except Exception:  # as a damaged file
        return False
    return True

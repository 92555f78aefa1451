"""JPEGs that are nearly whole."""

import io
import itertools
import re
import zlib

import numpy as np
from PIL import Image

__all__ = ['completed', 'hole', 'mended']

_END = b'\xff\xd9'

#: The markers before what is drawn, and of Huffman tables.
_SCAN, _HUFFMAN = 0xda, 0xc4

#: Both where more scans come, and any: a 255 among codes has a 0 behind it.
_TABLES, _MARKER = re.compile(b'\xff[\xc4\xda]'), re.compile(b'\xff[^\0]')

#: AC values that end one block, or many of a progressive scan.
_NO_MORE = range(0, 0xf0, 16)

#: Segments that are looked at; each is tried with what no APPn is, of so
#: many bytes: one that is made to cost more is refused.
_MOST, _LONGEST = 1000, 1 << 20

#: Zeros in a row that no picture makes.
_HOLE = bytes(1024)

#: Runs of codes with such zeros that are looked at; bytes at their end that
#: are changed, by each of these bits, to see whether the picture needs them.
_RUNS, _TAIL = 4, 16
_BITS = 0x55, 0xaa, 0xdb


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

    Before and behind the picture they are room that makers and programs
    leave. In it they may be a blank margin: then the codes say so, and all
    that comes after them is needed.
    """
    if _HOLE not in content:
        return False
    try:
        content = _ended(mended(content)[0])
        runs = list(itertools.islice(_coded_runs(content), _RUNS))
        return not all(_is_blank(*codes) for codes, _ in runs) or any(
            _unneeded(content, [end for _, end in runs]))
    except IndexError:  # a table without its end
        return True
    except OSError:  # no picture: who loads it says so
        return False


def _ended(content):
    """With an end marker, and without zeros between it and the picture."""
    if content.find(_END, _segments(content)[1]) >= 0:
        return content
    bare = content.rstrip(b'\0')
    return (bare if completed(bare) else content) + _END


def _coded_runs(content):
    """Of each run with zeros, what these stand for, and the run's end.

    Not of bare bits, in a scan that refines: zeros move none of them.
    """
    for place, end in _runs_with_zeros(content):
        codes = _codes_of_zeros(content, place)
        if any(codes):
            yield codes, end


def _unneeded(content, ends):
    """Of each end of a run, whether the picture is the same without it."""
    whole = _checksum(content) if ends else None
    for end in ends:
        yield all(_checksum(_flipped(content, end, bits)) == whole
                  for bits in _BITS)


def _runs_with_zeros(content):
    """Where coded data begin and end, from marker to marker."""
    start = _segments(content)[1]
    end = content.find(_END, start)
    place = content.find(_HOLE, start, end)
    while place >= 0:
        marker = _MARKER.search(content, place, end)
        stop = marker.start() if marker else end
        yield place, stop
        place = content.find(_HOLE, stop, end)


def _flipped(content, end, bits):
    """With other bits in the last bytes of a run; none becomes a marker."""
    start = end - _TAIL
    start += content[start - 1] == 0xff  # the 0 behind it stays
    tail = bytes(each ^ bits for each in content[start:end])
    return content[:start] + tail.replace(b'\xff', b'\0') + content[end:]


def _checksum(content):
    """Of a picture's pixels, in strips: it may be large."""
    image, value = _decoded(content), 0
    for top in range(0, image.height, 256):
        strip = image.crop((0, top, image.width,
                            min(top + 256, image.height)))
        value = zlib.crc32(strip.tobytes(), value)
    return value


def _is_blank(means, rest):
    """Whether zeros are the codes of blocks like the one before: "no change"
    of the mean, and "nothing from here on" of the rest."""
    return not any(means) and all(each in _NO_MORE for each in rest)


def _codes_of_zeros(content, place):
    """What zeros there say of blocks' means, and of the rest.

    A code of zeros only is the first of a Huffman table.
    """
    parts, start = _segments(content)
    parts = [part for name, part in parts if not name] + [
        _segment(content, found.start())
        for found in _TABLES.finditer(content, start, place)]
    first = {}
    for part in parts:
        if part[1] == _HUFFMAN:
            first.update(_first_values(part[4:]))
    scan = [part for part in parts if part[1] == _SCAN][-1]
    return [[first.get(each, 1) for each in tables]
            for tables in _tables_of(scan)]


def _tables_of(scan):
    """Numbers of the tables that a scan is coded by: of means, of the rest."""
    count = scan[4]
    numbers = scan[6:5 + 2 * count:2]
    begin, end, refines = scan[5 + 2 * count], scan[6 + 2 * count], scan[
        7 + 2 * count] >> 4
    means = [each >> 4 for each in numbers] if not begin + refines else []
    return means, [16 | each & 15 for each in numbers] if end else []


def _first_values(tables):
    """The first value of each Huffman table of a segment, by its number."""
    while len(tables) > 17:
        yield tables[0], tables[17]
        tables = tables[17 + sum(tables[1:17]):]


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
        name = f'APP{marker & 15}' if marker & 0xf0 == 0xe0 else ''
        found.append((name, _segment(content, start)))
        start += _size(content, start)
        if marker == _SCAN:
            break
    return found, start


def _segment(content, start):
    return content[start:start + _size(content, start)]


def _size(content, start):
    """Bytes of a segment, its marker's too."""
    return 2 + int.from_bytes(content[start + 2:start + 4], 'big')


def _is_read(content):
    try:
        Image.open(io.BytesIO(content), formats=['JPEG'])
    except Exception:  # as a damaged file
        return False
    return True

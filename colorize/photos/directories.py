"""Directories of TIFF and EXIF (TIFF 6.0, BigTIFF), as they lie in a file."""

import contextlib
import struct

from PIL.ExifTags import Base, IFD

__all__ = ['DAMAGE', 'classic', 'count_pages', 'entry', 'in_ascii',
           'is_whole', 'kinds', 'retyped']

#: What is raised where a pointer leads out of a file.
DAMAGE = (struct.error, OverflowError)

#: Text, in ASCII and (EXIF 3.0) in UTF-8.
_ASCII, _UTF8 = 2, 129

#: Bytes of a value by the type of an entry.
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8,
           11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8, _UTF8: 1}

#: Types of bytes that mean nothing here, and of numbers, as they are packed.
_OPAQUE = {1, 7}
_NUMBERS = {3: 'H', 4: 'I', 5: 'I', 8: 'h', 9: 'i', 10: 'i'}

#: Types that BigTIFF has added.
_LARGE = (16, 17, 18)

#: Groups of entries, and those within them.
_GROUPS = {IFD.Exif: {IFD.Interop: {}}, IFD.GPSInfo: {}}

_POINTERS = {IFD.Exif, IFD.GPSInfo, IFD.Interop}

#: Pages that are counted; a chain of more, or one that ends in itself, is
#: damaged.
_MOST_PAGES = 10000

#: Bytes of an entry; what is longer is the picture's.
_LONGEST = 1 << 24


def _structs(content):
    """A pointer, a count of entries, and where the first pointer is."""
    order = '<' if content[:1] == b'I' else '>'
    if content[2:4] in (b'+\0', b'\0+'):
        return struct.Struct(f'{order}Q'), struct.Struct(f'{order}Q'), 8
    return struct.Struct(f'{order}I'), struct.Struct(f'{order}H'), 4


def _first(content):
    """Where the first directory is."""
    pointer, _, place = _structs(content)
    return pointer.unpack_from(content, place)[0]


def _entries(content, place):
    """Tag, type, count and bytes of each entry of a directory.

    Bytes are None where they are not in the file, and of a second pointer
    to one group: thousands that lead to one place would take hours.

    Raises
    ------
    Those of DAMAGE
        Where the directory is not.
    """
    pointer, count, _ = _structs(content)
    head = struct.Struct(f'{pointer.format[:1]}HH{pointer.format[1:]}')
    number, = count.unpack_from(content, place)
    start, seen = place + count.size, set()
    for _ in range(number):
        tag, kind, values = head.unpack_from(content, start)
        size, at = values * _WIDTHS.get(kind, 1), start + head.size
        if size > pointer.size:
            at, = pointer.unpack_from(content, at)
        found = content[at:at + size]
        whole = len(found) == size and tag not in seen
        yield tag, kind, values, found if whole else None
        seen |= {tag} & _POINTERS
        start += head.size + pointer.size


def _pointer(content, kind, value):
    """Where a group is."""
    code = 'Q' if kind in _LARGE else 'I'
    return struct.unpack(_structs(content)[0].format[:1] + code, value)[0]


def count_pages(content):
    """How many pages a TIFF has, as far as its chain of them goes.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    int
        0 when a pointer of the chain leads nowhere or back.
    """
    pointer, count, _ = _structs(content)
    seen = set()
    try:
        place = _first(content)
        while place:
            if place in seen or len(seen) == _MOST_PAGES:
                return 0
            seen.add(place)
            entries, = count.unpack_from(content, place)
            place, = pointer.unpack_from(
                content, place + count.size + entries * (
                    4 + 2 * pointer.size))
    except DAMAGE:
        return 0
    return len(seen)


def entry(content, tag):
    """An entry of the first page as it lies in the file.

    Libraries read one by its type, and programs write IPTC as bytes or as
    whole numbers of 32 bits.

    Parameters
    ----------
    content : bytes
    tag : int

    Returns
    -------
    bytes, or None
    """
    try:
        for found, _, _, value in _entries(content, _first(content)):
            if found == tag:
                return value or None
    except DAMAGE:
        pass
    return None


def is_whole(exif):
    """Whether all that EXIF says it has is there.

    Parameters
    ----------
    exif : bytes
        With or without the name before it.

    Returns
    -------
    bool
        Makers' notes, which know their place in the file, do not count.
    """
    content = exif[6:] if exif.startswith(b'Exif\0\0') else exif
    try:
        return content[:4] in (b'II*\0', b'MM\0*') and _group_is_whole(
            content, _first(content), _GROUPS)
    except DAMAGE:
        return False


def _group_is_whole(content, place, groups):
    for tag, kind, _, value in _entries(content, place):
        if tag == Base.MakerNote:
            continue
        if value is None or tag in groups and not _group_is_whole(
                content, _pointer(content, kind, value), groups[tag]):
            return False
    return True


def in_ascii(exif):
    """EXIF whose texts of UTF-8 are called ASCII, as most programs do.

    Parameters
    ----------
    exif : bytes
        Whole.

    Returns
    -------
    bytes
    """
    head, content = _parted(exif)
    if content[:4] in (b'II*\0', b'MM\0*'):
        for _, at, _, kind, _, _ in _placed(content):
            if kind == _UTF8:
                struct.pack_into(_structs(content)[1].format, content, at + 2,
                                 _ASCII)
    return head + bytes(content)


def _parted(exif):
    """The name before EXIF, and what comes then, to be changed."""
    head = 6 if exif.startswith(b'Exif\0\0') else 0
    return exif[:head], bytearray(exif[head:])


def _placed(content, place=None, groups=_GROUPS, group=None):
    """Group, place, tag, type, count and bytes of each entry, in all groups.
    """
    place = _first(content) if place is None else place
    pointer, count, _ = _structs(content)
    for number, (tag, kind, values, value) in enumerate(
            _entries(content, place)):
        yield (group, place + count.size + number * (4 + 2 * pointer.size),
               tag, kind, values, value)
        if tag in groups and value is not None:
            yield from _placed(content, _pointer(content, kind, value),
                               groups[tag], tag)


def kinds(exif):
    """Types of entries.

    Parameters
    ----------
    exif : bytes
        Or a TIFF; of a damaged one as far as it goes.

    Returns
    -------
    dict
        By the tag of the group (None of the first) and that of the entry.
    """
    found = {}
    with contextlib.suppress(*DAMAGE):
        for group, _, tag, kind, _, _ in _placed(
                exif[6:] if exif.startswith(b'Exif\0\0') else exif):
            found[group, tag] = kind
    return found


def retyped(exif, wanted):
    """EXIF that Pillow has written, in the types that it had.

    Parameters
    ----------
    exif : bytes
        Or a TIFF's directory with what is before it.
    wanted : dict
        Of :func:`kinds`. Where a value would take other room, as several
        whole numbers, it stays as it is.

    Returns
    -------
    bytes
    """
    head, content = _parted(exif)
    for group, at, tag, kind, count, value in _placed(content):
        new = wanted.get((group, tag), kind)
        packed = value if {kind, new} == _OPAQUE else _packed(
            _structs(content)[0].format[:1], kind, new, count, value)
        if packed is not None:
            struct.pack_into(_structs(content)[1].format, content, at + 2,
                             new)
        if packed is not None and len(packed) <= 4:
            content[at + 8:at + 12] = packed.ljust(4, b'\0')
    return head + bytes(content)


def _packed(order, kind, new, count, value):
    """Numbers as those of another type in the same room, or None."""
    if kind == new or not {kind, new} <= set(_NUMBERS):
        return None
    many = 2 * count if _WIDTHS[kind] == 8 else count
    if _WIDTHS[kind] != _WIDTHS[new] and (count > 1 or 8 in (
            _WIDTHS[kind], _WIDTHS[new])):
        return None
    with contextlib.suppress(struct.error):
        numbers = struct.unpack(f'{order}{many}{_NUMBERS[kind]}', value)
        return struct.pack(f'{order}{many}{_NUMBERS[new]}', *numbers)


def classic(content):
    """EXIF of the first page of a big-endian BigTIFF.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    bytes
        As it would stand in a JPEG.

    Raises
    ------
    Those of DAMAGE
    """
    head = b'MM\0*\0\0\0\x08'
    body = _rewritten(content, _first(content), len(head), _GROUPS)
    return b'Exif\0\0' + head + body


def _rewritten(content, place, start, groups):
    """A directory with what belongs to it as it stands at `start`."""
    kept = [each for each in _entries(content, place)
            if each[3] is not None and len(each[3]) < _LONGEST
            and (each[0] in groups or each[1] not in _LARGE)]
    table, rest = struct.pack('>H', len(kept)), b''
    end = start + len(table) + 12 * len(kept) + 4
    for tag, kind, count, value in kept:
        if tag in groups:
            below = _rewritten(content, _pointer(content, kind, value),
                               end + len(rest), groups[tag])
            kind, count, value = 4, 1, struct.pack('>I', end + len(rest))
            rest += below
        elif len(value) > 4:
            value, longer = struct.pack('>I', end + len(rest)), value
            rest += longer
        table += struct.pack('>HHI', tag, kind, count) + value.ljust(4, b'\0')
    return table + bytes(4) + rest

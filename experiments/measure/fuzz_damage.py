"""Ways to damage a file for ``make fuzz``."""

import struct
import zlib

from experiments.measure.fuzz_weights import other_settings

__all__ = ['damage']


def damage(content, others, rng):
    """Damage a file in one to three ways; now and then in none.

    Parameters
    ----------
    content : bytes
    others : sequence of bytes
        Good files of the same format, to take parts from.
    rng : random.Random

    Returns
    -------
    bytes
    """
    if b'settings.npy' in content and rng.random() < 0.4:
        return other_settings(content, rng)
    ways = _WAYS
    if content.startswith(b'\x89PNG'):
        ways += (_chunk,) * 6
    if _tiffs_in(content):
        ways += (_entry,) * 8
    if content.find(b'acsp') >= 36:
        ways += (_profile,) * 3
    if b'<x:xmpmeta' in content:
        ways += (_text,) * 2
    for _ in range(rng.randint(0, 3)):
        content = rng.choice(ways)(bytearray(content), others, rng)
    return bytes(content)


def _place(content, rng):
    """Somewhere, half of the time among the headers."""
    size = max(len(content), 1)
    return rng.randrange(min(size, 128) if rng.random() < 0.5 else size)


def _flip(content, others, rng):
    for _ in range(rng.randint(1, 16)):
        if content:
            content[_place(content, rng)] = rng.randrange(256)
    return content


def _truncate(content, others, rng):
    return content[:_place(content, rng)]


def _cut(content, others, rng):
    start = _place(content, rng)
    del content[start:start + rng.randint(1, 64)]
    return content


def _repeat(content, others, rng):
    start, size = _place(content, rng), rng.randint(1, 256)
    content[start:start] = content[start:start + size] * rng.randint(1, 9)
    return content


def _splice(content, others, rng):
    other, start = rng.choice(others), _place(content, rng)
    size = rng.randint(1, 256)
    content[start:start + size] = other[start:start + size]
    return content


def _number(content, others, rng):
    """A size, offset or count that is another."""
    code = rng.choice('<B <H >H <I >I <Q >Q'.split())
    most = 256 ** struct.calcsize(code) - 1
    value = rng.choice((0, 1, most, most // 2, most // 2 + 1, 10000,
                        rng.randrange(most))) & most
    start = _place(content, rng)
    raw = struct.pack(code, value)
    content[start:start + len(raw)] = raw
    return content


_WAYS = (_flip, _flip, _truncate, _cut, _repeat, _splice, _number, _number)


#: Entries that say how a TIFF's picture lies, and what lies beside it.
_TAGS = (254, 256, 257, 258, 259, 262, 266, 270, 273, 274, 277, 278, 279,
         282, 284, 296, 317, 320, 322, 323, 324, 325, 330, 338, 339, 347,
         530, 532, 700, 33421, 33723, 34377, 34665, 34675, 34853, 40965,
         50706)


def _tiffs_in(content):
    """Where TIFFs begin: the file, or the EXIF in it."""
    return [place for magic in (b'II*\0', b'MM\0*')
            for place in (content.find(magic),) if place >= 0]


def _entry(content, others, rng):
    """One field of one entry of a TIFF's or EXIF's directory is another."""
    places = _tiffs_in(content)
    if not places:
        return content
    start = rng.choice(places)
    order = '<' if content[start:start + 1] == b'I' else '>'
    try:
        first, = struct.unpack_from(order + 'I', content, start + 4)
        count, = struct.unpack_from(order + 'H', content, start + first)
        if rng.random() < 0.1:  # the next page
            struct.pack_into(order + 'I', content, start + first + 2
                             + 12 * count, rng.choice(
                                 (4, 8, first, len(content), 2 ** 32 - 1)))
            return content
        place = start + first + 2 + 12 * rng.randrange(max(count, 1))
        field, value = rng.choice((
            (('H', 0), rng.choice(_TAGS)),
            (('H', 2), rng.randrange(19)),
            (('I', 4), rng.choice((0, 1, 2, 3, 4, 5, 1000, 2 ** 31,
                                   2 ** 32 - 1))),
            (('I', 8), rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 32,
                                   64, 65535, 50000, 50001, 2 ** 31,
                                   2 ** 32 - 1, rng.randrange(2 ** 32)))),
            (('H', 8), rng.choice((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 32,
                                   64, 255, 32773, 34887, 34925, 50000,
                                   50001, 65535)))))
        struct.pack_into(order + field[0], content, place + field[1], value)
    except struct.error:
        pass
    return content


def _profile(content, others, rng):
    """Some bytes of a colour profile are others."""
    start = content.find(b'acsp') - 36
    if start < 0:
        return content
    size = int.from_bytes(content[start:start + 4], 'big')
    end = min(len(content), start + max(132, min(size, 4096)))
    for _ in range(rng.randint(1, 4)):
        content[rng.randrange(start, end)] = rng.randrange(256)
    return content


def _text(content, others, rng):
    """XMP that is cut, nested or no text."""
    start = content.find(b'<x:xmpmeta')
    end = content.find(b'</x:xmpmeta>', start)
    if 0 <= start < end:
        place, size = rng.randrange(start, end), rng.randint(1, 40)
        content[place:place + size] = rng.choice((
            b'', b'\xff' * size, b'<a>' * size, bytes(size),
            b'tiff:Orientation="%d"' % rng.randrange(12), b'mwg-rs:'))
    return content


def _chunk(content, others, rng):
    """A chunk of a PNG is another, and its checksum right."""
    chunks, place = [], 8
    while place + 8 <= len(content):
        size = int.from_bytes(content[place:place + 4], 'big')
        chunks.append([bytes(content[place + 4:place + 8]),
                       bytes(content[place + 8:place + 8 + size])])
        place += size + 12
    if chunks:
        number = rng.randrange(len(chunks))
        way = rng.randrange(4)
        if way == 0:
            chunks.insert(rng.randrange(len(chunks)), chunks[number])
        elif way == 1:
            del chunks[number]
        else:
            chunks[number][1] = _inside(*chunks[number], rng)
    joined = b''.join(
        len(data).to_bytes(4, 'big') + name + data
        + zlib.crc32(name + data).to_bytes(4, 'big') for name, data in chunks)
    return bytearray(content[:8] + joined)


def _inside(name, data, rng):
    """The content of a chunk, changed; a profile below its compression."""
    head, packed = b'', False
    if name == b'iCCP' and b'\0\0' in data:
        head, _, rest = data.partition(b'\0\0')
        try:
            data, head, packed = zlib.decompress(rest), head + b'\0\0', True
        except zlib.error:
            head = b''
    data = rng.choice((_flip, _truncate, _number))(bytearray(data), (), rng)
    return head + (zlib.compress(data) if packed else bytes(data))

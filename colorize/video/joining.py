"""The new picture and all else of a film, in one file."""

import contextlib
import heapq
import io
import os
import re
import struct

import av

from colorize.disk.whole import replace_whole
from colorize.photos import formats
from colorize.video import encoding, marks
from colorize.video.extra import FilmError
from colorize.video.opening import opened, packets, picture_stream

__all__ = ['CONTAINERS', 'container_of', 'has_chapters', 'join']

#: Endings of results, and FFmpeg's name of the container.
CONTAINERS = {ending: each.name for each in formats.FILMS
              if each.asked for ending in each.endings}

#: The index to the front, for players that begin before they have all.
_OPTIONS = dict.fromkeys(('mp4', 'mov'), {'movflags': 'faststart'})

#: Packets among which the first of each track is looked for.
_TRIED = 500

#: Chapters, of which PyAV says nothing: Matroska's element and its first
#: entry, after a checksum or none; Nero's box; a track of them in QuickTime.
_CHAPTERS = re.compile(
    rb'\x10\x43\xa7\x70[\x01-\xff].{0,7}?(\xbf\x84.{4})?\x45\xb9'
    rb'|chpl[\0\1]\0\0\0|tref.{4}chap', re.DOTALL)

#: Bytes at either end of a film in which its index is looked for.
_INDEX = 1 << 24

#: Metadata that is of the file that was read, not of what is in it.
_OF_THE_FILE = {'major_brand', 'minor_version', 'compatible_brands',
                'encoder', 'duration'}


def container_of(output):
    """FFmpeg's name of the container that a result's ending says.

    Raises
    ------
    FilmError
    """
    ending = os.path.splitext(output)[1].lower()
    if ending not in CONTAINERS:
        raise FilmError(f'{output}: films are written as '
                        f"{' '.join(CONTAINERS)}, not {ending!r}")
    return CONTAINERS[ending]


def has_chapters(path):
    """Whether a film has chapters."""
    with open(path, 'rb') as file:
        size = os.fstat(file.fileno()).st_size
        found = _CHAPTERS.search(file.read(_INDEX))
        file.seek(max(0, size - _INDEX))
        return bool(found or _CHAPTERS.search(file.read(_INDEX)))


def join(film, encoder, segments, output, settings=None):
    """Write the result, whole or not at all.

    Parameters
    ----------
    film : colorize.video.reading.Film
    encoder : colorize.video.encoding.Encoder
    segments : colorize.video.segments.Segments
    output : str
    settings : str, optional
        A word for them, which the result holds.

    Returns
    -------
    notes : list of str
        What could not be kept.

    Raises
    ------
    FilmError, OSError
    """
    container = container_of(output)
    try:
        # Without 'file:' a name a:b.mp4 would be sent to an address.
        with opened(film.path) as source, av.open(
                f'file:{segments.joined}', 'w', container,
                options=dict(_OPTIONS.get(container, {}))) as result:
            marked = marks.marked(film.path, settings,
                                  bool(segments.damage))
            notes = _joined(film, encoder, segments, source, result, marked)
        replace_whole(segments.joined, output)
        return notes
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, FilmError):
            raise
        raise FilmError(f'{output}: cannot be written '
                        f"({getattr(error, 'strerror', None) or error})"
                        ) from error


def _joined(film, encoder, segments, source, result, marked):
    result.metadata.update(_kept(source.metadata))
    picture = picture_stream(source, film.path)
    tracks, notes = {}, []
    unfit = _unfit(film, result.format.name)
    # In the order of the source: numbers of tracks stay what they are.
    for stream in source.streams:
        if stream.index == picture.index:
            shown = _picture(film, encoder, segments, result)
            _describe(shown, stream)
            shown.metadata['handler_name'] = marked
            continue
        if stream.index not in unfit:
            tracks[stream.index] = _copied(stream, result)
        else:
            kind = getattr(stream.codec_context, 'name', 'such')
            notes.append(f'{stream.type} track {stream.index} is left out '
                         f'({result.format.name} holds no {kind} track)')
    return notes + _muxed(_timed(segments, film, shown),
                          _others(source, tracks), result, shown)


def _unfit(film, container):
    """Numbers of tracks that a container does not take.

    Some of that it tells only when it writes its index: a file of the track
    and its first packet is tried.
    """
    with opened(film.path) as source:
        first = {}
        for number, packet in enumerate(packets(source, lambda *_: None)):
            if packet.size:
                first.setdefault(packet.stream.index, packet)
            if len(first) == len(source.streams) or number == _TRIED:
                break
        return {stream.index for stream in source.streams if not _fits(
            stream, first.get(stream.index), container)}


def _fits(stream, packet, container):
    if stream.codec_context is None:
        return False  # PyAV cannot copy it, and does not say so
    try:
        with av.open(io.BytesIO(), 'w', container) as tried:
            made = tried.add_stream_from_template(stream, opaque=True)
            made.time_base = stream.time_base
            tried.start_encoding()
            if packet:
                packet.stream = made
                tried.mux(packet)
        return True
    except (AttributeError, TypeError, ValueError, av.error.FFmpegError):
        return False


def _muxed(new, old, result, shown):
    """Write all packets; notes of what the container did not take."""
    lost = 0
    with contextlib.closing(old):
        for packet in heapq.merge(new, old, key=_when):
            try:
                result.mux(packet)
            except av.error.FFmpegError:
                # Of a damaged film, times may go back.
                if packet.stream_index == shown.index:
                    raise
                lost += 1
    return [f'{lost} packets of its other tracks are lost'] if lost else []


def _kept(metadata):
    return {name: value for name, value in metadata.items()
            if name.lower() not in _OF_THE_FILE}


def _describe(made, stream):
    made.metadata.update(_kept(stream.metadata))
    made.disposition = stream.disposition.value


def _copied(stream, result):
    made = result.add_stream_from_template(stream, opaque=True)
    made.time_base = stream.time_base
    _describe(made, stream)
    return made


def _picture(film, encoder, segments, result):
    """The track of the new picture."""
    if film.turn:
        made = result.add_stream_from_template(
            _turned(film, encoder, segments), opaque=True)
        made.codec_context.extradata = segments.header
    else:
        made = result.add_stream(encoder.codec, rate=film.rate)
        encoding.prepare(made, film, encoder)
    made.time_base = film.time_base
    return made


def _turned(film, encoder, segments):
    """A track that says how the picture is to be turned.

    PyAV has no call for this, but takes it along from a track that has it:
    of a small file of our own, whose matrix is written over.
    """
    file = io.BytesIO()
    with av.open(file, 'w', 'mp4') as small:
        stream = small.add_stream(encoder.codec, rate=film.rate)
        encoding.prepare(stream, film, encoder)
        packet = next(segments.packets())[0]
        small.mux(_made(packet, 0, stream, film))
    content = bytearray(file.getvalue())
    # The matrix comes 40 bytes after the name of the box (ISO/IEC 14496-12,
    # 8.3.2, version 0). FFmpeg has it in the machine's byte order.
    place = content.index(b'tkhd') + 44
    content[place:place + 36] = struct.pack('>9i', *struct.unpack(
        '<9i', film.turn))
    return av.open(io.BytesIO(content)).streams.video[0]


def _timed(segments, film, stream):
    """Packets of the new picture, with decoding times.

    They are the presentation times in order, as many frames earlier as any
    frame has to wait for others.
    """
    lag, first = 0, None
    for group in segments.packets():
        times = sorted(packet.pts for packet in group)
        first = times[0] if first is None else first
        lag = max([lag] + [number - times.index(packet.pts)
                           for number, packet in enumerate(group)])
    step = encoding.ticks(film)
    early = [first - step * number for number in range(lag, 0, -1)]
    for group in segments.packets():
        times = early + sorted(packet.pts for packet in group)
        for packet, dts in zip(group, times):
            yield _made(packet, dts, stream, film)
        early = times[len(group):]


def _made(packet, dts, stream, film):
    made = av.Packet(packet.data)
    made.pts, made.dts, made.duration = packet.pts, dts, packet.duration
    made.time_base, made.is_keyframe = film.time_base, packet.key
    made.stream = stream
    return made


def _others(source, tracks):
    """Packets of all other tracks, as they are."""
    for packet in packets(source, lambda *_: None):
        if packet.stream.index in tracks and packet.size:
            if packet.dts is None:
                packet.dts = packet.pts
            packet.stream = tracks[packet.stream.index]
            yield packet


def _when(packet):
    return float((packet.dts if packet.dts is not None else 0)
                 * packet.time_base)

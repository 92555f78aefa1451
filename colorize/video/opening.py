"""Opening films, and their packets past what cannot be read."""

import av

from colorize.disk.whole import require_file
from colorize.video.extra import FilmError

__all__ = ['HOPELESS', 'end_of', 'opened', 'packets', 'picture_stream',
           'stated_end', 'words_of']

#: FFmpeg's names of the containers that people keep films in. Its other
#: readers open what a film has no business to name: lists of more files,
#: addresses of the net.
_CONTAINERS = 'mov,matroska,avi'
_OPTIONS = {'format_whitelist': _CONTAINERS, 'protocol_whitelist': 'file'}

#: So many errors in a row, and nothing more is to be got from a file.
HOPELESS = 64


def opened(path):
    """A film as PyAV's container.

    Raises
    ------
    FilmError
        When it is none.
    OSError
    """
    require_file(path)
    try:
        # Without 'file:' the name a:b.mp4 would be an address.
        return av.open(f'file:{path}', options=dict(_OPTIONS),
                       metadata_errors='replace')
    except Exception as error:  # a damaged file can raise anything
        raise FilmError(f'{path}: {_reason(error)}') from error


def _reason(error):
    # FFmpeg's own errors say what a damaged header asks for.
    if not isinstance(error, av.error.FFmpegError):
        if isinstance(error, OSError) and error.strerror:
            return error.strerror
        if isinstance(error, MemoryError):
            return 'not enough memory'
    words = getattr(error, 'strerror', None) or type(error).__name__
    return f'not a readable film ({words})'


def packets(container, note):
    """Packets of all tracks, past what cannot be read.

    Parameters
    ----------
    container : av.container.InputContainer
    note : callable
        Takes a time, here None, and what is wrong.

    Yields
    ------
    av.Packet
    """
    errors, found = 0, container.demux()
    while errors < HOPELESS:
        try:
            packet = next(found, None)
        except av.error.FFmpegError as error:
            note(None, words_of(error))
            errors += 1
            found = container.demux()
            continue
        if packet is None:
            return
        errors = 0
        yield packet


def end_of(packet):
    """When what a packet holds is over, in seconds; 0 if it does not say."""
    if packet.pts is None:
        return 0.
    return float((packet.pts + (packet.duration or 0)) * packet.time_base)


def stated_end(container):
    """When a film is over, as its file says, in seconds; 0 if it does not."""
    end = (container.duration or 0) / av.time_base
    # Into Matroska FFmpeg writes the end as the length, though the film may
    # begin late. Others write the length itself there: of their late films
    # a cut is seen only once more is missing than they begin late.
    if not end or 'matroska' in container.format.name:
        return end
    return end + (container.start_time or 0) / av.time_base


def words_of(error):
    """What FFmpeg says of an error."""
    return getattr(error, 'strerror', None) or str(error)


def picture_stream(container, path):
    """The track that is to be coloured: not a cover.

    Raises
    ------
    FilmError
    """
    for stream in container.streams.video:
        covers = av.stream.Disposition.attached_pic
        if not stream.disposition & covers and stream.codec_context:
            return stream
    raise FilmError(f'{path}: not a readable film (no moving picture in it)')

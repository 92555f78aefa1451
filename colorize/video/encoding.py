"""Which encoder writes a film's new picture, and how."""

from collections import namedtuple
from fractions import Fraction

import av

from colorize.video import chroma, planes
from colorize.video.extra import FilmError

__all__ = ['CRF', 'Encoder', 'Packet', 'choose', 'crf_of', 'prepare']

#: Quality without a wish: x264's users hardly tell it from the original.
CRF = 17

#: Rows and columns that SVT-AV1 is made for; with fewer it may crash.
_LEAST = 64

_FRAME_DURATION = 1 << 5  # AV_CODEC_FLAG_FRAME_DURATION is set by FFmpeg
_GLOBAL_HEADER = 1 << 22
_INTERLACED = 1 << 18 | 1 << 29  # interlaced DCT and motion estimation

#: How a film is written. codec: FFmpeg's name of the encoder. options: its
#: own. wanted: colorize.video.planes.Target.
Encoder = namedtuple('Encoder', 'codec options wanted interlaced')

#: An encoded picture; times in units of the film's time base. Decoding times
#: are given when all are joined.
Packet = namedtuple('Packet', 'pts duration key data')


def crf_of(quality):
    """x264's crf for a quality of 1 to 100.

    Parameters
    ----------
    quality : int or None
        100 asks for crf 0, lossless; 95 for 17, as without a wish; 1 for 51.

    Returns
    -------
    int
    """
    if quality is None:
        return CRF
    if quality >= 95:
        return round((100 - quality) * CRF / 5)
    return round(CRF + (95 - quality) * (51 - CRF) / 94)


def choose(film, container, crf=CRF):
    """The encoder for a film.

    H.264 wherever it may be; in WebM, VP9, and AV1 for 10 bits.

    Parameters
    ----------
    film : colorize.video.reading.Film
    container : str
        FFmpeg's name.
    crf : int
        As x264 counts, 0 (lossless) to 51.

    Returns
    -------
    Encoder

    Raises
    ------
    FilmError
        When the container cannot hold such a film, or its encoder takes no
        picture so small.
    """
    if container != 'webm':
        wanted = planes.target(film, deep=False)
        return Encoder('libx264', _x264(crf), wanted, film.interlaced)
    if film.interlaced:
        raise FilmError(f'{film.path}: is interlaced, which WebM cannot hold '
                        '(--format mkv or mp4 can)')
    wanted = planes.target(film)
    scaled = str(round(crf * 63 / 51))
    if wanted.depth == 8:
        options = {'crf': scaled, 'b': '0', 'deadline': 'good',
                   'cpu-used': '5', 'row-mt': '1', 'g': '240'}
        if not crf:
            options['lossless'] = '1'
        return Encoder('libvpx-vp9', options, wanted, False)
    if min(film.rows, film.columns) < _LEAST:
        raise FilmError(f'{film.path}: is {film.columns}x{film.rows}; of '
                        'more than 8 bits WebM takes films from '
                        f'{_LEAST}x{_LEAST} on (--format mkv or mp4 can)')
    return Encoder('libsvtav1', {'crf': scaled, 'preset': '10'}, wanted,
                   False)


def _x264(crf):
    # Of 10 bits crf 0 is not quite lossless; qp 0 is.
    quality = {'crf': str(crf)} if crf else {'qp': '0'}
    # x264's AVX-512 weighs frames a little differently from run to run.
    return dict(quality, preset='veryfast',
                **{'x264-params': 'cpu-independent=1'})


def prepare(context, film, encoder):
    """Set an encoder up, not yet opened.

    Parameters
    ----------
    context : av.VideoCodecContext or av.VideoStream
    film : colorize.video.reading.Film
    encoder : Encoder
    """
    context.width, context.height = film.columns, film.rows
    context.pix_fmt = encoder.wanted.pixels
    context.time_base, context.framerate = film.time_base, film.rate
    if film.aspect:
        context.sample_aspect_ratio = film.aspect
    context.color_range = 2 if film.full else 1
    context.colorspace = chroma.matrix_of(film)
    context.color_primaries = film.primaries
    context.color_trc = film.transfer
    context.flags |= _GLOBAL_HEADER
    if encoder.interlaced:
        context.flags |= _INTERLACED
    context.options = dict(encoder.options)


class Writer:
    """One run of an encoder: a segment that can be played by itself.

    Parameters
    ----------
    film : colorize.video.reading.Film
    encoder : Encoder
    """

    def __init__(self, film, encoder):
        self._context = av.CodecContext.create(encoder.codec, 'w')
        prepare(self._context, film, encoder)
        self._durations, self._base = {}, film.time_base
        self._context.open()

    @property
    def header(self):
        """What a decoder has to know beforehand, bytes."""
        return self._context.extradata or b''

    def write(self, frame):
        """Encode a frame, or end with None.

        Parameters
        ----------
        frame : av.VideoFrame or None

        Returns
        -------
        list of Packet
        """
        if frame is not None:
            frame.time_base, frame.pict_type = self._base, 0
            self._durations[frame.pts] = frame.duration
        return [Packet(packet.pts, self._durations.pop(packet.pts, 0),
                       packet.is_keyframe, bytes(packet))
                for packet in self._context.encode(frame)]


def ticks(film):
    """A frame's length in units of time, where a film does not say."""
    return max(1, round(1 / film.rate / Fraction(film.time_base)))

"""Small films for tests, made from a real photo that pans."""

from fractions import Fraction

import av
import numpy as np

from experiments.shared import bundled

__all__ = ['Tinting', 'frames_of', 'packets_of', 'pictures', 'write_film']

RATE = Fraction(24000, 1001)


class Tinting:
    """Stands in for a colorizer: the brighter, the redder.

    Attributes
    ----------
    asked : int
        Times that it was asked.
    """

    side, space, decoding, coherence, saturation = 32, 'luv', None, None, 1

    def __init__(self):
        self.asked = 0

    def answer(self, smalls):
        self.asked += 1
        return [np.stack([small / 100, 0 * small - 0.1])
                for small in smalls]

    def decode(self, answer, small, hints=None):
        found = 100 * np.moveaxis(answer, 0, -1)
        if hints is not None:
            found[hints.rows, hints.columns] = hints.chroma
        return found


def pictures(count=10, rows=48, columns=64, step=2):
    """Windows of a photo, each a little to the right of the one before.

    Returns
    -------
    list of uint8 array, (`rows`, `columns`, 3)
    """
    from PIL import Image
    with Image.open(bundled.path(bundled.COLOR_PHOTOS[0])) as image:
        photo = np.asarray(image.convert('RGB').resize(
            (columns + step * count, rows + 20), Image.BICUBIC))
    return [photo[10:10 + rows, step * number:step * number + columns]
            for number in range(count)]


def write_film(path, shown=None, codec='libx264', pixels='yuv420p',
               options=None, times=None, rate=RATE, sound='aac',
               subtitles=False, base=None, container=None, **settings):
    """Write a film.

    Parameters
    ----------
    path : str
    shown : sequence of uint8 array, optional
    codec, pixels : str
    options : dict, optional
        Of the encoder; lossless without.
    times : sequence of int, optional
        Of the frames in units of `base`; else as `rate` says.
    sound : str or None
        Codec of a second of noise.
    subtitles : bool
    settings
        Of the video stream, as ``sample_aspect_ratio``.
    """
    shown = pictures() if shown is None else shown
    with av.open(path, 'w', container) as film:
        film.metadata['title'] = 'a film'
        stream = film.add_stream(codec, rate=rate)
        stream.height, stream.width = shown[0].shape[:2]
        stream.pix_fmt = pixels
        stream.codec_context.time_base = base or 1 / Fraction(rate)
        stream.time_base = base or 1 / Fraction(rate)
        stream.options = {'qp': '0'} if options is None else options
        for name, value in settings.items():
            setattr(stream.codec_context, name, value)
        noise = film.add_stream(sound, rate=48000) if sound else None
        if noise:
            noise.metadata['language'] = 'fra'
        words = _words(path) if subtitles else None
        if words:
            track = film.add_stream_from_template(words.streams[0])
        for number, picture in enumerate(shown):
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(picture), 'rgb24').reformat(
                    format=pixels)
            frame.pts = times[number] if times else number
            frame.time_base = base or 1 / Fraction(rate)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
        if noise:
            add_noise(film, noise)
        for packet in words.demux() if words else ():
            if packet.size:
                packet.stream = track
                film.mux(packet)


def add_noise(film, stream):
    rng = np.random.RandomState(0)
    for number in range(20):
        kind = stream.codec_context.format.name
        frame = av.AudioFrame(format=kind, layout='stereo', samples=1024)
        for plane in frame.planes:
            plane.update((rng.rand(plane.buffer_size // 4) - 0.5).astype(
                'float32').tobytes())
        frame.rate, frame.pts = 48000, 1024 * number
        frame.time_base = Fraction(1, 48000)
        film.mux(stream.encode(frame))
    film.mux(stream.encode(None))


def _words(path):
    """A file of subtitles, opened."""
    with open(f'{path}.srt', 'w') as file:
        file.write('1\n00:00:00,100 --> 00:00:00,300\nWords\n')
    return av.open(f'{path}.srt')


def packets_of(path, kind):
    """Bytes, time and length of every packet of the tracks of a kind."""
    with av.open(path) as film:
        streams = [stream for stream in film.streams if stream.type == kind]
        return [(bytes(packet), packet.pts * packet.time_base,
                 packet.duration * packet.time_base)
                for packet in film.demux(streams)
                if packet.size] if streams else []


def frames_of(path):
    """Every frame of the picture, decoded."""
    with av.open(path) as film:
        return list(film.decode(video=0))

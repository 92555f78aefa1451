"""Good films for ``make fuzz``: small ones of every container."""

import os
import tempfile

import numpy as np

__all__ = ['FORMATS', 'PARTLY', 'films']

#: Endings of the films.
FORMATS = ('mp4', 'mkv', 'mov', 'webm', 'avi')

#: What is said of a film that is damaged, and written as far as it is good.
PARTLY = 'all that is good of it is in'

#: Encoder of the picture, its format and options, and encoder of the sound.
_KINDS = {
    'mp4': (('libx264', 'yuv420p', {'g': '3'}, 'aac'),
            ('mpeg4', 'yuv420p', {}, 'aac')),
    'mkv': (('libx264', 'yuv420p10le', {'g': '3'}, 'aac'),
            ('ffv1', 'gray', {}, None)),
    'mov': (('libx264', 'yuvj420p', {}, 'pcm_s16le'),
            ('prores_ks', 'yuv422p10le', {}, None)),
    'webm': (('libvpx-vp9', 'yuv420p', {}, 'libopus'),
             ('libvpx', 'yuv420p', {}, None)),
    'avi': (('mpeg4', 'yuv420p', {}, 'pcm_s16le'),
            ('mjpeg', 'yuvj420p', {}, None))}


def films(count=6, rows=32, columns=48):
    """Films of a few frames.

    Parameters
    ----------
    count, rows, columns : int

    Returns
    -------
    dict
        Lists of bytes by ending.
    """
    with tempfile.TemporaryDirectory(prefix='films-') as folder:
        return {ending: [_film(os.path.join(folder, f'film.{ending}'), kind,
                               count, rows, columns) for kind in kinds]
                for ending, kinds in _KINDS.items()}


def _film(path, kind, count, rows, columns):
    import av
    av.logging.set_libav_level(av.logging.PANIC)
    codec, pixels, options, sound = kind
    rng = np.random.RandomState(0)
    picture = np.kron(rng.randint(0, 256, (rows // 4, columns // 4 + count,
                                           3)), np.ones((4, 4, 1)))
    with av.open(path, 'w') as film:
        stream = film.add_stream(codec, rate=24, options=dict(options))
        stream.height, stream.width, stream.pix_fmt = rows, columns, pixels
        noise = film.add_stream(sound, rate=48000) if sound else None
        for number in range(count):
            shown = picture[:, 4 * number:4 * number + columns]
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(shown, 'uint8'))
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
        if noise:
            _add_noise(film, noise, rng)
    with open(path, 'rb') as file:
        return file.read()


def _add_noise(film, stream, rng):
    import av
    for number in range(4):
        frame = av.AudioFrame(stream.codec_context.format.name, 'stereo',
                              960)
        for plane in frame.planes:
            # Of whole numbers or of floats: quiet in both.
            plane.update((rng.rand(plane.buffer_size // 4) / 2).astype(
                'float32').tobytes())
        frame.rate, frame.pts = 48000, 960 * number
        film.mux(stream.encode(frame))
    film.mux(stream.encode(None))

"""Encoders: the same frames become the same bytes."""

import unittest
from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np

from colorize.video import encoding
from tests.shared.films import pictures

_FRAMES = 48


def _pulsing(pixels):
    """A photo whose light comes and goes, which x264 weighs frames by.

    Memory beside a frame is another each time, as in a long run.
    """
    beside = []
    for number, shown in enumerate(pictures(_FRAMES, 120, 160, step=0)):
        light = (1 + np.cos(number / 4)) / 2
        frame = av.VideoFrame.from_ndarray((shown * light).astype('uint8'))
        frame = frame.reformat(format=pixels)
        frame.pts, frame.duration = number, 1
        beside[:] = [np.random.bytes(np.random.randint(1, 200000))
                     for _ in range(3)]
        yield frame


def _film(pixels):
    return SimpleNamespace(
        path='a.mp4', rows=120, columns=160, pixels=pixels,
        time_base=Fraction(1, 24), rate=Fraction(24), aspect=None,
        full=False, matrix=1, primaries=1, transfer=1, interlaced=False)


class TestSameBytes(unittest.TestCase):
    def test_each_encoding_of_the_same_frames_is_the_same(self):
        for kind in (('mp4', 'yuv420p'), ('mp4', 'yuv420p10le'),
                     ('webm', 'yuv420p')):
            found = {self.encoded(*kind) for _ in range(15)}
            self.assertEqual(1, len(found), kind)

    def encoded(self, container, pixels):
        film = _film(pixels)
        writer = encoding.Writer(film, encoding.choose(film, container))
        packets = [packet for frame in [*_pulsing(pixels), None]
                   for packet in writer.write(frame)]
        self.assertEqual(_FRAMES, len(packets))
        return writer.header + b''.join(packet.data for packet in packets)

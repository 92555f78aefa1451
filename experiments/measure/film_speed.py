"""``make film-speed``: frames a second at 720p, and where the time goes."""

import argparse
import collections
import functools
import os
import resource
import tempfile
import time
from contextlib import ExitStack
from unittest import mock

import numpy as np

from colorize import command
from colorize.video import extra
from experiments.shared import bundled, report, scenes

__all__ = ['main', 'measured', 'write_grainy']


def main(arguments=None):
    """Measure, write film-speed.json, print it."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.film_speed',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--frames', type=command.number(int, 10), default=120)
    add('--size', type=command.number(int, 16), nargs=2,
        default=[1280, 720], metavar=('COLUMNS', 'ROWS'))
    add('--weights', metavar='FILE', help='(without: those that ship)')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS,
        help='where film-speed.json goes')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    extra.require('make film-speed')
    found = measured(given.frames, given.size, given.weights)
    report.write_json(os.path.join(given.out, 'film-speed.json'), found)
    for name, value in found.items():
        print(f'{name}: {value}')
    return 0


def measured(count, size, weights=None):
    """Colour a film twice, the second time with the clock.

    Parameters
    ----------
    count : int
        Frames.
    size : (int, int)
        Columns and rows.
    weights : str, optional

    Returns
    -------
    dict
        'frames_per_second', by the clock; 'cpu_ms', of all threads for a
        frame; 'at_most', frames a second if all cores had nothing else to do;
        'parts', that of parts, on their own thread only: the network's other
        threads are in 'decoding, encoding, the rest', as x264's are.
    """
    from colorize import colorizer
    from colorize.video.film import color_film
    made = colorizer.Colorizer(weights)
    with tempfile.TemporaryDirectory(prefix='film-') as folder:
        film = os.path.join(folder, 'film.mp4')
        write_grainy(film, count, size)
        for name in ('warm.mp4', 'out.mp4'):
            began, used, parts = time.time(), _used(), collections.Counter()
            with _watched(parts, made):
                color_film(film, os.path.join(folder, name), made, weights)
            seconds, used = time.time() - began, _used() - used
    parts['decoding, encoding, the rest'] = used - sum(parts.values())
    return {'frames': count, 'size': list(size), 'cores': os.cpu_count(),
            'frames_per_second': round(count / seconds, 1),
            'at_most': round(os.cpu_count() * count / used, 1),
            'cpu_ms': round(1000 * used / count, 1),
            'parts': {name: round(1000 * value / count, 1) for name, value
                      in parts.most_common()}}


def _used():
    found = resource.getrusage(resource.RUSAGE_SELF)
    return found.ru_utime + found.ru_stime


def _watched(parts, made):
    """Count the time of parts while this is entered."""
    from colorize.video import chroma, motion, planes
    stack = ExitStack()
    for where, name, part in (
            (made, 'answer', 'network'), (made, 'decode', 'decoding scores'),
            (motion, 'is_cut', 'cuts'), (motion, 'carry', 'motion'),
            (chroma, 'lightness', 'what the network sees'),
            (chroma, 'half', 'what the network sees'),
            (chroma, 'ratios', 'painting'), (chroma, 'paint', 'painting'),
            (planes, 'with_chroma', 'painting')):
        stack.enter_context(mock.patch.object(where, name, _timed(
            getattr(where, name), parts, part)))
    return stack


def _timed(function, parts, part):
    @functools.wraps(function)
    def timed(*args, **kwargs):
        began = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            parts[part] += time.thread_time() - began
    return timed


def write_grainy(path, count, size):
    """Write a film that pans, with grain, which no encoder gets for free.

    Parameters
    ----------
    path : str
    count : int
    size : (int, int)
    """
    import av
    from colorize.photos import images
    photos = [images.load(bundled.path(name))
              for name in bundled.COLOR_PHOTOS]
    rng = np.random.RandomState(0)
    grain = rng.normal(0, 2.5, (5, size[1], size[0], 1)).astype('float32')
    with av.open(path, 'w') as film:
        stream = film.add_stream('libx264', rate=24, options={
            'crf': '18', 'preset': 'veryfast'})
        stream.width, stream.height = size
        for number, shown in enumerate(scenes.film('pan', photos, count,
                                                   tuple(size))):
            noisy = np.clip(shown + grain[number % 5], 0, 255)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(
                noisy.astype('uint8'))))
        film.mux(stream.encode(None))


if __name__ == '__main__':
    command.run(main)

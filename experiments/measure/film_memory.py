"""``make film-memory``: does memory grow with the length of a film?

A long film of small frames, with sound, is coloured without a network, whose
memory does not depend on the film.
"""

import argparse
import json
import os
import resource
import tempfile

import numpy as np

from colorize import command, memory
from colorize.video import extra
from experiments.shared import report, scenes
from experiments.shared.bundled import COLOR_PHOTOS, path

__all__ = ['main', 'measured', 'write_long']


def main(arguments=None):
    """Measure, write film-memory.json and film-memory.png."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.measure.film_memory',
        description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--frames', type=command.number(int, 100), default=20000,
        help='of the film (without: 20,000, a quarter of an hour)')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS,
        help='where film-memory.json and film-memory.png go')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    extra.require('make film-memory')
    found = measured(given.frames)
    report.write_json(os.path.join(given.out, 'film-memory.json'), found)
    _plot(os.path.join(given.out, 'film-memory.png'), found)
    print(json.dumps({name: found[name] for name in
                      ('frames', 'peak_at_half_mib', 'peak_at_end_mib')}))
    return 0


def measured(count):
    """Colour a film of so many frames.

    Parameters
    ----------
    count : int

    Returns
    -------
    dict
        'mib': resident memory at a hundred places, and its peak at half of
        the frames and at the end, when all is joined.
    """
    from colorize.video.film import color_film
    from experiments.shared.stand_in import Uncompiled
    resident, half = [], []
    with tempfile.TemporaryDirectory(prefix='film-') as folder:
        film = os.path.join(folder, 'film.mkv')
        write_long(film, count)

        def bar(done, of):
            if done % (count // 100) == 0:
                resident.append(_resident_mib())
            if done == count // 2:
                half.append(memory.peak_mib())
        color_film(film, os.path.join(folder, 'out.mkv'), Uncompiled(None),
                   bar=bar)
    return {'frames': count, 'mib': resident,
            'peak_at_half_mib': round(half[0], 1),
            'peak_at_end_mib': round(memory.peak_mib(), 1)}


def _resident_mib():
    with open('/proc/self/statm') as file:
        return round(int(file.read().split()[1]) * resource.getpagesize()
                     / 2 ** 20, 1)


def write_long(film, count, size=(96, 64)):
    """Write a film that pans over one photo after the other, with sound.

    Parameters
    ----------
    film : str
    count : int
    size : (int, int)
    """
    import av
    from colorize.photos import images
    photos = [images.load(path(name)) for name in COLOR_PHOTOS]
    shown = [frame for number in range(5) for frame in scenes.film(
        'pan', photos[number:] + photos, 60, size)]
    with av.open(film, 'w') as result:
        stream = result.add_stream('libx264', rate=24, options={
            'preset': 'ultrafast'})
        stream.width, stream.height = size
        sound = result.add_stream('pcm_s16le', rate=8000)
        for number in range(count):
            result.mux(stream.encode(av.VideoFrame.from_ndarray(
                shown[number % len(shown)])))
            if number % 24 == 0:
                quiet = av.AudioFrame.from_ndarray(
                    np.zeros((1, 16000), 'int16'), 's16', 'stereo')
                quiet.rate, quiet.pts = 8000, number // 24 * 8000
                result.mux(sound.encode(quiet))
        result.mux(stream.encode(None))


def _plot(path, found):
    from matplotlib import pyplot
    figure, axis = pyplot.subplots(figsize=(6, 3))
    places = np.linspace(0, found['frames'], len(found['mib']) + 1)[1:]
    axis.plot(places, found['mib'])
    axis.set_ylim(0, 1.2 * max(found['mib']))
    axis.set_xlabel('frames')
    axis.set_ylabel('resident memory, MiB')
    figure.tight_layout()
    report.save_plot(path, figure)


if __name__ == '__main__':
    command.run(main)

"""``make film``: do the colours of films hold, and what does that cost?

Films are made of photos, so that their true colours are known. Each is
written, coloured as a user would colour it, steadily and frame by frame, and
held against the truth.
"""

import argparse
import os
import tempfile

import numpy as np

from colorize import command
from colorize.video import STEADY, extra
from experiments.shared import bundled, report, scenes, table

__all__ = ['main', 'measured']

#: How steady the colours are of each way.
WAYS = {'frame by frame': 0, 'steady': None}


def main(arguments=None):
    """Measure, write film.json and film.png, print a table."""
    parser = argparse.ArgumentParser(prog='python -m experiments.measure.film',
                                     description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('--photos', metavar='DIR', help='two photos for each film (without: '
        "those in scikit-image's wheel)")
    add('--frames', type=command.number(int, 8), default=48)
    add('--steady', type=command.number(float, 0, 1), help='(without: as '
        'colorize.predict)')
    add('--weights', metavar='FILE', help='(without: those that ship)')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS,
        help='where film.json and film.png go')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    extra.require('make film')
    found, strips = measured(_photos(given.photos), given.frames,
                             given.steady, given.weights)
    report.write_json(os.path.join(given.out, 'film.json'), found)
    _picture(os.path.join(given.out, 'film.png'), strips)
    print('\n'.join(_table(found['films'])))
    return 0


def _photos(place):
    from colorize.photos import images
    from colorize.photos.find import find_photos
    names = find_photos([place])[:2 * len(scenes.SCENES)] if place else [
        bundled.path(name) for name in bundled.COLOR_PHOTOS]
    return [images.load(name) for name in names]


def measured(photos, count, steady=None, weights=None):
    """Colour every film in every way.

    Parameters
    ----------
    photos : sequence of uint8 array
        Two or more.
    count : int
        Frames of each film.
    steady : float, optional
        Without, as users have it.
    weights : str, optional

    Returns
    -------
    found : dict
        'films': scores by scene and way.
    strips : dict
        By scene: rows of frames, the truth first.
    """
    from colorize import colorizer
    made = colorizer.Colorizer(weights)
    steady = STEADY if steady is None else steady
    films, strips = {}, {}
    for number, scene in enumerate(scenes.SCENES):
        pair = [photos[(number + step) % len(photos)] for step in (0, 1)]
        truth, ways = _colored(scenes.film(scene, pair, count), made, {
            way: steady if firm is None else firm
            for way, firm in WAYS.items()}, weights)
        films[scene] = {way: _scores(frames, truth)
                        for way, frames in dict(ways, truth=truth).items()}
        strips[scene] = [truth] + list(ways.values())
    return {'frames': count, 'steady': steady, 'films': films,
            'mean': _mean(films)}, strips


def _colored(pictures, made, ways, weights):
    """Frames of the film and of what each way makes of it."""
    from colorize.video import film
    with tempfile.TemporaryDirectory(prefix='film-') as folder:
        path = os.path.join(folder, 'film.mkv')
        _write(path, pictures)
        found = {}
        for way, firm in ways.items():
            output = os.path.join(folder, f'{firm}.mkv')
            film.color_film(path, output, made, weights, 100, firm)
            found[way] = _read(output)
        return _read(path), found


def _write(path, pictures):
    import av
    with av.open(path, 'w') as film:
        stream = film.add_stream('libx264', rate=24, options={'qp': '0'})
        stream.height, stream.width = pictures[0].shape[:2]
        for picture in pictures:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        film.mux(stream.encode(None))


def _read(path):
    import av
    with av.open(path) as film:
        return [frame.to_ndarray(format='rgb24')
                for frame in film.decode(video=0)]


def _scores(frames, truth):
    from colorize.color import metrics
    from experiments.measure import flicker
    return {
        'cdc': round(flicker.consistency(frames), 6),
        'warping_error': round(flicker.warping_error(frames, truth), 3),
        # Over all pixels of a film: a black frame alone has no finite value.
        'psnr': None if frames is truth else round(metrics.psnr(
            np.stack(frames), np.stack(truth)), 3),
        'colorfulness': round(float(np.mean(
            [metrics.colorfulness(frame) for frame in frames])), 2)}


def _mean(films):
    """Over the films; CDC as a ratio to the truth's."""
    def mean(values):
        return round(float(np.mean(list(values))), 3)
    return {way: {
        'cdc_ratio': mean(film[way]['cdc'] / film['truth']['cdc']
                          for film in films.values()),
        'warping_error': mean(film[way]['warping_error']
                              for film in films.values()),
        'psnr': mean(film[way]['psnr'] for film in films.values())}
            for way in WAYS}


def _table(films):
    rows = [['film', 'way', 'CDC x 1000', 'of truth', 'warping', 'PSNR']]
    for scene, ways in films.items():
        for way, score in ways.items():
            rows.append([
                scene, way, f"{1000 * score['cdc']:.2f}",
                f"{score['cdc'] / ways['truth']['cdc']:.2f}",
                f"{score['warping_error']:.2f}",
                '' if score['psnr'] is None else f"{score['psnr']:.2f}"])
    return table.lines('<8 <15 >11 >9 >8 >7', rows)


def _picture(path, strips, shown=6):
    """A film strip of each: the truth, and each way below it."""
    from matplotlib import pyplot
    rows = [(scene if number == 0 else '', frames)
            for scene, ways in strips.items()
            for number, frames in enumerate(ways)]
    names = ['truth'] + list(WAYS)
    figure, axes = pyplot.subplots(len(rows), shown,
                                   figsize=(1.2 * shown, 0.72 * len(rows)))
    for line, (scene, frames) in enumerate(rows):
        for place in range(shown):
            axis = axes[line, place]
            axis.imshow(frames[(len(frames) - 1) * place // (shown - 1)])
            axis.set_xticks([])
            axis.set_yticks([])
        axes[line, 0].set_ylabel(f'{scene}\n{names[line % len(names)]}',
                                 fontsize=4)
    figure.tight_layout(pad=0.3)
    report.save_plot(path, figure)


if __name__ == '__main__':
    command.run(main)

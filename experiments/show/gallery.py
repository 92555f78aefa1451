"""``make gallery``: a page of photos in grey, coloured, and as they were.

The page needs nothing but the pictures beside it; it opens from disk.
"""

import argparse
import html
import os
import sys

import numpy as np

from colorize import command
from colorize.disk.whole import written_whole
from colorize.photos.find import find_photos
from experiments.shared import bundled, report, saved

__all__ = ['choose', 'main']

#: Longer sides are scaled down to this for the page.
_SIDE = 640

_PAGE = '''<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>colorize: gallery</title>
<style>
body {{ font: 16px sans-serif; margin: 2em auto; max-width: 84em;
       padding: 0 1em; background: #fff; color: #222 }}
section {{ margin: 2em 0; border-top: 1px solid #ccc; padding-top: 1em }}
div.row {{ display: flex; flex-wrap: wrap; gap: 1em }}
figure {{ margin: 0; flex: 1 1 20em; max-width: 40em }}
figure img {{ width: 100%; display: block }}
figcaption {{ color: #666; font-size: .85em; padding: .3em 0 }}
div.both {{ position: relative }}
div.both img + img {{ position: absolute; top: 0; left: 0;
                     clip-path: inset(0 0 0 50%) }}
input {{ width: 100%; margin: .4em 0 0 }}
</style>
<h1>Grey, coloured, and as they were</h1>
<p>{about}</p>
<p>{average}</p>
{sections}
<script>
for (const input of document.querySelectorAll("input"))
  input.oninput = () => input.parentNode.querySelector("img + img").style
    .clipPath = "inset(0 0 0 " + input.value + "%)";
</script>
</html>
'''

_SECTION = '''<section>
<h2>{name}</h2>
<div class="row">
<figure><div class="both"><img src="{stem}-grey.jpg" alt="grey"
loading="lazy"><img src="{stem}-color.jpg" alt="coloured" loading="lazy">
</div><input type="range" value="50" aria-label="grey or coloured">
<figcaption>grey | coloured (move the slider)</figcaption></figure>
{others}</div>
<p>{scores}</p>
</section>'''

_FIGURE = '''<figure><img src="{stem}-{kind}.jpg" alt="{title}" loading="lazy">
<figcaption>{title}</figcaption></figure>
'''


def main(arguments=None):
    """Parse the command line, colour photos, write the page."""
    parser = argparse.ArgumentParser(prog='python -m experiments.show.gallery',
                                     description=__doc__.split('\n')[0])
    add = parser.add_argument
    add('photos', nargs='*', help="(without: scikit-image's)")
    add('--run', metavar='DIR', help='only what this training held out')
    add('--count', type=command.number(int, 1), default=48,
        help='at most, drawn by a seed')
    add('--weights', metavar='FILE', help='(without: those that ship)')
    add('--out', type=report.ready_folder,
        default=os.path.join('out', 'gallery'))
    command.add_device(parser)
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    paths = choose(given.photos, given.run, given.count)
    from tqdm import tqdm
    from colorize.colorizer import Colorizer
    from colorize.photos.images import ImageError
    colorizer, sections, scores = Colorizer(given.weights), [], []
    for number, path in enumerate(tqdm(paths, unit='photo', disable=None)):
        try:
            found = _section(colorizer, path, given.out, number)
        except ImageError as error:
            with tqdm.external_write_mode(sys.stderr):
                command.complain(error)
            continue
        sections.append(found[0])
        scores += [found[1]] if found[1] else []
    page = os.path.join(given.out, 'index.html')
    _write(page, sections, scores, given)
    print(page)
    return 1 if len(sections) < len(paths) else 0


def choose(places, run, count):
    """The photos of a gallery.

    Parameters
    ----------
    places : sequence of str
        Files and folders.
    run : str or None
        Folder of a training: of `places`, or of all its photos without
        them, only those that it held out.
    count : int
        So many at most, drawn by a seed.

    Returns
    -------
    list of str
    """
    places = [place for place in places if place]
    if not places and not run:
        return [bundled.path(name) for name
                in bundled.COLOR_PHOTOS + bundled.GRAY_PHOTOS]
    paths = find_photos(places) if places else saved.photos_of(run)[1]
    if places and run:
        held = {os.path.realpath(path) for path in saved.photos_of(run)[1]}
        paths = [path for path in paths if os.path.realpath(path) in held]
    if not paths:
        raise ValueError(f'{run}: held out none of these photos')
    chosen = np.random.RandomState(0).permutation(len(paths))[:count]
    return [paths[number] for number in sorted(chosen)]


def _section(colorizer, path, folder, number):
    """A photo's part of the page, and its scores if it has colours."""
    from colorize.color import evaluation
    from colorize.photos import images
    photo = images.load(path)
    painted, scores, others = colorizer(photo), None, ''
    gray = np.repeat(evaluation.gray(photo)[..., None], 3, axis=2)
    shown = {'grey': gray, 'color': painted}
    stem = f'{number:04d}'
    if evaluation.has_color(photo):
        shown['original'] = photo
        scores = evaluation.scores(painted, photo)
        others = _FIGURE.format(stem=stem, kind='original', title='original')
    for kind, picture in shown.items():
        images.save(os.path.join(folder, f'{stem}-{kind}.jpg'),
                    _fit(picture))
    others = _FIGURE.format(stem=stem, kind='color',
                            title='coloured') + others
    return _SECTION.format(
        name=html.escape(command.printable(os.path.basename(path))),
        stem=stem, others=others, scores=_words(scores)), scores


def _fit(picture):
    from PIL import Image
    image = Image.fromarray(picture)
    image.thumbnail((_SIDE, _SIDE), Image.LANCZOS)
    return np.asarray(image)


def _words(scores):
    """Scores as one line of a page."""
    from colorize.color import evaluation
    if not scores:
        return 'No colours to compare with.'
    return ', '.join(
        f"{title.replace(' %', '')} "
        f"{'-' if scores[name] is None else form.format(scores[name])}"
        for title, name, form in evaluation.COLUMNS)


def _write(page, sections, scores, given):
    """The page, and its figures as JSON."""
    from colorize.color import evaluation
    average = evaluation.average(scores)
    source = ', '.join(filter(None, given.photos)) or "scikit-image's"
    if given.run:
        source = f'held out by {given.run}'
    about = (f'{len(sections)} photos, {source}; weights: '
             f"{given.weights or 'those that ship'}.")
    with written_whole(page) as file:
        file.write(_PAGE.format(
            about=html.escape(command.printable(about)),
            average=f'Average of {len(scores)}: {_words(average)}',
            sections='\n'.join(sections)).encode())
    report.write_json(os.path.join(os.path.dirname(page), 'gallery.json'), {
        'photos': len(sections), 'scored': len(scores), 'average': average})


if __name__ == '__main__':
    command.run(main)

"""``python -m colorize.predict``: colour black-and-white photos."""

import argparse
import os
import sys

from colorize import command

__all__ = ['main', 'output_path']


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m colorize.predict',
        description='Colour black-and-white photos. The result is as large '
                    'as the photo and keeps its lightness.')
    add = parser.add_argument
    add('photos', nargs='+', metavar='PHOTO', help='any photo that Pillow '
        'opens; colours, if any, are not looked at')
    add('-o', '--output', metavar='FILE|DIR', help='where the result goes: '
        'a file, or a folder, which several photos need (without: '
        'PHOTO-color.png beside each photo)')
    add('--weights', metavar='FILE', help='weights of a trained network '
        '(without: those that ship)')
    command.add_device(parser)
    command.debug_option(parser)
    return parser


def output_path(photo, output, several):
    """Where the coloured photo goes.

    Parameters
    ----------
    photo : str
    output : str or None
        What the user asked for.
    several : bool
        Whether there are more photos.

    Returns
    -------
    str
    """
    name = os.path.splitext(os.path.basename(photo))[0] + '-color.png'
    if output is None:
        return os.path.join(os.path.dirname(photo), name)
    if several or os.path.isdir(output) or output.endswith(os.sep):
        return os.path.join(output, name)
    return output


def _plan(parser, photos, output):
    """Pairs of photo and output; none is an input or taken twice."""
    if len(photos) > 1 and output and os.path.isfile(output):
        parser.error('-o {}: is a file, but several photos need a folder'
                     .format(output))
    pairs = [(photo, output_path(photo, output, len(photos) > 1))
             for photo in photos]
    taken = {os.path.realpath(photo): photo for photo in photos}
    for photo, path in pairs:
        other = taken.setdefault(os.path.realpath(path), photo)
        if os.path.realpath(path) == os.path.realpath(other):
            parser.error('{} would overwrite the photo {}'.format(path,
                                                                  other))
        if other != photo:
            parser.error('{} and {} would both become {}'.format(
                other, photo, path))
    return pairs


def main(arguments=None):
    """Parse the command line and colour every photo.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    int
        0, or 1 when a photo could not be coloured.
    """
    parser = _parser()
    given = parser.parse_intermixed_args(arguments)
    pairs = _plan(parser, given.photos, given.output)
    from tqdm import tqdm
    from colorize.colorizer import Colorizer
    colorizer = Colorizer(given.weights)
    hidden = None if len(pairs) > 1 else True
    failures = 0
    for photo, path in tqdm(pairs, unit='photo', disable=hidden):
        failures += not _color(colorizer, photo, path)
    if len(pairs) > 1:
        command.say('{} of {} photos coloured, {} failed'.format(
            len(pairs) - failures, len(pairs), failures))
    return 1 if failures else 0


def _color(colorizer, photo, path):
    """Colour one photo; a bad one is said, the others go on."""
    from tqdm import tqdm
    from colorize import images
    try:
        images.save(path, colorizer(images.load(photo)))
    except (images.ImageError, MemoryError, OSError) as error:
        with tqdm.external_write_mode(sys.stderr):
            command.complain(error)
        return False
    return True


def script():
    """The ``colorize`` command."""
    command.run(main)


if __name__ == '__main__':
    script()

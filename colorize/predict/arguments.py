"""The command line of predict."""

import argparse
import sys

from colorize import command
from colorize.cluster.connection import check_address
from colorize.coherence import ASKED
from colorize.photos import formats
from colorize.systems.decodings import DECODINGS, DEFAULT
from colorize.video import STEADY

__all__ = ['make_parser', 'parse']


def make_parser():
    """What predict can be told.

    Returns
    -------
    argparse.ArgumentParser
    """
    parser = argparse.ArgumentParser(
        prog='python -m colorize.predict',
        description='Colour black-and-white photos and films. The result is '
                    'as large and keeps its lightness. A run that is started '
                    'again skips what is done, and goes on with films.')
    add = parser.add_argument
    add('photos', nargs='+', metavar='IN', help='photos, films, folders '
        '(with all below them) and patterns; colours, if any, are not '
        'looked at')
    add('-o', '--output', metavar='OUT', help='a folder, in which the tree '
        'of IN is found again, or a file for one photo (without: '
        'NAME-color.EXT beside each photo)')
    add('--overwrite', action='store_true', help='replace what carries '
        'the mark of the very photo (beside other files the result gets a '
        'number) and, where OUT names a file, that file; no photo of IN is '
        'ever replaced')
    add('--format', type=_format, metavar='FORMAT', help='jpeg, png, tiff or '
        'webp; mkv, mov, mp4 or webm of films (without: its own, png or mkv '
        'where that holds no colours)')
    add('--quality', type=command.number(int, 1, 100), metavar='N',
        help='of JPEG, WebP and films, 1 to 100 (without: 95; of films '
        'that is crf 17, and 100 loses nothing)')
    _add_colors(add)
    add('--side-by-side', action='store_true', help='write NAME-side-by-side'
        '.EXT: grey, coloured and, if it has colours, the original')
    add('--evaluate', action='store_true', help='score results against '
        'photos that have colours')
    add('--json', metavar='FILE', help='what was done, for each photo')
    add('--batch-size', type=command.number(int, 1, 1024), default=4,
        metavar='N', help='photos that pass the network together (without: 4)')
    add('--weights', metavar='FILE', help='weights of a trained network '
        '(without: those that ship)')
    add('--scheduler', type=_scheduler, metavar='WHERE', help='colour photos '
        'on a Dask cluster: tcp://HOST:PORT, a scheduler file, or local:N '
        'for N processes here')
    command.add_device(parser)
    command.debug_option(parser)
    return parser


def _add_colors(add):
    """Options of what is made of the network's answer."""
    add('--saturation', type=command.number(float, 0, 10), default=1.,
        metavar='X', help='make colours stronger or, below 1, weaker')
    add('--decode', choices=list(DECODINGS), help='the most probable colour '
        '(argmax), the mean, between both (annealed), or that with rare '
        f'colours weighed up (vivid); without: {DEFAULT}')
    add('--steady', type=command.number(float, 0, 1), metavar='X',
        help='how much colours of films hold, 0 (each frame for itself, '
             f'slower) to 1 (without: {STEADY})')
    add('--coherence', choices=ASKED, help='make colours hold together: mean '
        'of each segment, least total variation (tv), a random field (crf), a '
        'guided filter, that and the mean of each smooth area (areas; films: '
        'guided); without: areas under vivid, else none')
    add('--hints', metavar='FILE', help='colours that one photo has at some '
        'places: JSON, or a picture as large whose opaque pixels they are')


def _format(text):
    try:
        return formats.named(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(error) from None


def _scheduler(text):
    try:
        return check_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(error) from None


def parse(parser, arguments=None):
    """Parse options and photos in any order; after ``--`` all are photos.

    Parameters
    ----------
    parser : argparse.ArgumentParser
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    argparse.Namespace
    """
    before, after = list(sys.argv[1:] if arguments is None else arguments), []
    if '--' in before:  # argparse forgets it where both are mixed
        first = before.index('--')
        before, after = before[:first], before[first + 1:]
    # An x stands for each, ahead, where no option takes it for its value.
    given = parser.parse_intermixed_args(['x'] * len(after) + before)
    given.photos = given.photos[len(after):] + after
    return given

"""``python -m colorize.export``: a trained network as an ONNX file."""

import argparse

from colorize import started  # noqa: F401  first of all
from colorize import command
from colorize.systems.decodings import DECODINGS, DEFAULT

__all__ = ['main']


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m colorize.export',
        description='Write a trained network as ONNX, which runs where '
                    'Theano does not. colorize/export/README.rst says what '
                    'goes in and what comes out.')
    add = parser.add_argument
    add('file', metavar='FILE.onnx', type=_onnx, help='is replaced if it '
                                                      'exists')
    add('--weights', metavar='FILE', help='weights of a trained network '
        '(without: those that ship)')
    add('--decode', choices=list(DECODINGS), help='how the file turns class '
        f'scores into colours (without: {DEFAULT})')
    add('--coherence', choices=['none', 'guided'], help='what holds colours '
        'together within an object; without: guided under vivid, else none')
    command.debug_option(parser)
    return parser


def _onnx(path):
    if not path.lower().endswith('.onnx'):
        raise argparse.ArgumentTypeError('the name of the file must end in '
                                         f'.onnx, got {path!r}')
    return path


def main(arguments=None):
    """Parse the command line and write the file.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    int
        0.
    """
    given = _parser().parse_args(arguments)
    try:
        import onnx  # noqa: F401
    except ImportError:
        raise RuntimeError(
            "needs the package onnx: pip install '.[export]', or, in the "
            "project's folder, make export") from None
    from colorize.export import onnx_file
    onnx_file.write(given.file, given.weights, given.decode,
                    given.coherence)
    return 0


if __name__ == '__main__':
    command.run(main)

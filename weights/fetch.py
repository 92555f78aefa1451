"""Fetch VGG16's published weights: ``python -m weights.fetch``."""

import argparse
import hashlib
import http.client
import json
import os
import pkgutil
import sys
import urllib.request

from tqdm import tqdm

from colorize import started  # noqa: F401  first of all
from colorize import command
from colorize.disk import npz
from colorize.disk.whole import written_whole
from colorize.disk.cache_folder import cache_folder
from colorize.systems.pretrained import load_vgg16, VGG16_FILE

__all__ = ['convert', 'download', 'https_opener', 'main', 'manifest']

_CHUNK = 1 << 16    # bytes
_TIMEOUT = 30       # seconds without a byte

_BY_HAND = """\
Bring the weights by another way. Any of these files will do:
  {name}
    from {source}
  vgg16_weights_tf_dim_ordering_tf_kernels.h5 (Keras, with its last layers)
  vgg16.pkl (Lasagne model zoo)
  an .npz of arrays conv1_1.W, conv1_1.b, ... (ours)
Then run
  python -m weights.fetch vgg16 --from FILE
or put the file, whichever it is, at
  {path}
and run this command again."""


def manifest():
    """What is known of every file of weights.

    Returns
    -------
    dict
        By short name: a dict of 'name', 'size' (bytes), 'md5', 'source'
        (URL, or how it is made) and 'licence'.
    """
    return json.loads(pkgutil.get_data('weights', 'manifest.json'))


def https_opener():
    """An opener that speaks TLS only, wherever a server redirects it.

    Returns
    -------
    urllib.request.OpenerDirector
        Without the handlers of http, ftp, file and data that
        ``urllib.request.build_opener`` puts in.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (urllib.request.ProxyHandler,
                    urllib.request.UnknownHandler,
                    urllib.request.HTTPSHandler,
                    urllib.request.HTTPDefaultErrorHandler,
                    urllib.request.HTTPRedirectHandler,
                    urllib.request.HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener


def download(url, path, size, md5, opener=None):
    """Download a file whole or not at all.

    What has come so far is kept beside it, in ``path + '.part'``; the next
    call goes on from there.

    Parameters
    ----------
    url, path : str
        From where, to where.
    size : int
        Of the whole file, in bytes.
    md5 : str
        Its checksum, in hexadecimal digits.
    opener : urllib.request.OpenerDirector, optional
        By default :func:`https_opener`.

    Raises
    ------
    OSError
        No connection, or one that ended early.
    ValueError
        Another checksum; the partial file is removed.
    """
    part = f'{path}.part'
    try:
        _receive(url, part, size, opener or https_opener())
    except (OSError, http.client.HTTPException) as error:
        raise OSError(f'{url}: {error}') from error
    found = _md5(part)
    if found != md5:
        os.remove(part)
        raise ValueError(f'{url}: came with md5 {found}, expected {md5}; '
                         'dropped')
    os.replace(part, path)


def _receive(url, part, size, opener):
    """Append to `part` what it lacks of `size` bytes."""
    have = os.path.getsize(part) if os.path.exists(part) else 0
    if have == size:
        return
    request = urllib.request.Request(url)
    if 0 < have < size:
        request.add_header('Range', f'bytes={have}-')
    with opener.open(request, timeout=_TIMEOUT) as response:
        # Not every server resumes; one that does answers 206.
        have = have if response.status == 206 else 0
        with open(part, 'ab' if have else 'wb') as file:
            have += _copy(response, file, have, size)
    if have < size:
        raise OSError(f'the connection ended after {have} of {size} bytes; '
                      'run again to go on')


def _copy(response, file, have, size):
    """Copy up to `size` - `have` bytes; returns how many came."""
    start = have
    with tqdm(total=size, initial=have, unit='B', unit_scale=True,
              disable=None) as bar:
        while have < size:
            chunk = response.read(min(_CHUNK, size - have))
            if not chunk:
                break
            file.write(chunk)
            have += len(chunk)
            bar.update(len(chunk))
    return have - start


def _md5(path):
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, 'rb') as file:
        for chunk in iter(lambda: file.read(_CHUNK), b''):
            digest.update(chunk)
    return digest.hexdigest()


def convert(source, target):
    """Write any accepted file of VGG16 weights as our own .npz.

    Parameters
    ----------
    source : str
        A file for :func:`colorize.systems.pretrained.load_vgg16`.
    target : str
        The .npz; replaced whole or not at all.

    Returns
    -------
    list of str
        Names of the layers in it.

    Raises
    ------
    ValueError
        `source` is not accepted.
    OSError
        One of the two cannot be opened.
    """
    params = load_vgg16(source)
    with written_whole(target) as file:
        npz.write(file, params)
    return [key[:-2] for key in params if key.endswith('.W')]


def _published(record, opener):
    """Path of the published file in the cache folder, fetched if need be."""
    path = _download_path(record)
    if not os.path.exists(path):
        print('Fetching {source}, {size} bytes'.format(**record), flush=True)
        download(record['source'], path, record['size'], record['md5'],
                 opener)
    elif _md5(path) != record['md5']:
        print(f'{path}: not the published file, judged by its content')
    return path


def _download_path(record):
    return os.path.join(cache_folder(), record['name'])


def _is_whole(path):
    """Whether all the layers have been converted to `path` before."""
    try:
        return len(load_vgg16(path)) == 20
    except (OSError, ValueError):
        return False


def _arguments(argv):
    parser = argparse.ArgumentParser(
        prog='python -m weights.fetch', description=__doc__.split(':')[0]
        + ', or convert a file that you have.')
    parser.add_argument('what', nargs='?', choices=['vgg16'],
                        default='vgg16', help='which weights (vgg16)')
    parser.add_argument('--from', dest='source', metavar='FILE',
                        help='convert this file instead of downloading one')
    parser.add_argument('-o', dest='target', metavar='OUT',
                        help=f'the .npz to write (by default {VGG16_FILE} in '
                             'the cache folder)')
    command.debug_option(parser)
    args = parser.parse_args(argv)
    args.target = args.target or os.path.join(cache_folder(), VGG16_FILE)
    if args.source and os.path.realpath(args.source) == os.path.realpath(
            args.target):
        parser.error(f'{args.source} would be written over')
    return args


def _say(message):
    print(f'weights.fetch: {message}', file=sys.stderr)


def _run(args, opener):
    """The exit code: 0 when the weights are there."""
    record, source = manifest()[args.what], args.source
    if not source and _is_whole(args.target):
        print(f'{args.target} is there already')
        return 0
    try:
        source = source or _published(record, opener)
    except (OSError, ValueError) as error:
        _say(error)
        _say(_BY_HAND.format(path=_download_path(record), **record))
        return 1
    layers = convert(source, args.target)
    print(f'{args.target}: {len(layers)} layers, {layers[0]} to {layers[-1]}')
    return 0


def main(argv=None, opener=None):
    """Fetch and convert; returns the exit code."""
    try:
        return _run(_arguments(argv), opener)
    except (OSError, ValueError) as error:
        command.complain(error)
        return 1
    except KeyboardInterrupt:
        _say('stopped; run again to go on')
        return 130


if __name__ == '__main__':
    command.run(main)

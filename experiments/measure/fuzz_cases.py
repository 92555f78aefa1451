"""The cases of ``make fuzz``: good files, ways to damage them, rules."""

import contextlib
import io
import os
import random
import sys
import tempfile
import time
from unittest import mock

from PIL import Image

from colorize import colorizer, command, memory
from colorize.predict import __main__ as predict
from colorize.systems import pretrained
from experiments.measure import fuzz_films, fuzz_photos, fuzz_weights
from experiments.measure.fuzz_damage import damage
from experiments.shared.stand_in import Uncompiled
from models.published import VGG16_LAYERS
from weights import fetch

__all__ = ['FORMATS', 'broken_rule', 'good_files', 'opened']

_PHOTOS = ('jpg', 'png', 'tif', 'webp', 'heic', 'jxl', 'avif', 'jp2', 'gif',
           'ppm', 'bmp')
FORMATS = _PHOTOS + fuzz_films.FORMATS + ('npz', 'h5', 'pkl')

#: Whose turn it is; what holds most can go wrong most.
_TURNS = FORMATS + ('tif', 'tif', 'tif', 'png', 'jpg', 'jpg', 'npz')

#: Names that people's files have, too.
_NAMES = ('case', 'ca se', 'ca\nse', 'ca\udcffse', 'ca\x1b[31mse')


@contextlib.contextmanager
def opened(folder):
    """Everything that cases need, ready.

    Networks are built but not compiled, and VGG16 is narrow: a case is to
    take milliseconds.

    Parameters
    ----------
    folder : str
        Where the cases' files are.

    Yields
    ------
    callable
        Runs a case by its number and the seed, returns a dict of
        'format', 'number', 'status', 'seconds', 'mib' (peak resident
        memory so far), 'said' and, when a rule was broken, 'bad'.
    """
    narrow = {name: 2 for name in VGG16_LAYERS}
    # Of published weights only: networks are built of the same table.
    with mock.patch.object(pretrained, 'VGG16_LAYERS', narrow), \
            mock.patch.object(colorizer, 'Colorizer', Uncompiled), \
            _stderr() as said:
        good = good_files()

        def run(number, seed):
            rng = random.Random(f'{seed} {number}')
            form = _TURNS[number % len(_TURNS)]
            content = damage(rng.choice(good[form]), good[form], rng)
            record = {'format': form, 'number': number}
            with tempfile.TemporaryDirectory(dir=folder) as place:
                record.update(_case(place, form, content, rng, said))
            return record
        yield run


@contextlib.contextmanager
def _stderr():
    """What C libraries say counts, too: the file descriptor is watched."""
    before = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)

        def said():
            sys.stderr.flush()
            file.seek(0)
            text = file.read().decode('utf-8', 'replace')
            file.seek(0)
            file.truncate()
            return text
        try:
            yield said
        finally:
            os.dup2(before, 2)
            os.close(before)


def _case(place, form, content, rng, said):
    """Write a file, run a command on it, judge what happened."""
    path = os.path.join(place, f'{rng.choice(_NAMES)}.{form}')
    with open(path, 'wb') as file:
        file.write(content)
    out = os.path.join(place, 'out', 'result')
    began = time.time()
    status = _status(*_command(place, form, path, out, rng))
    record = {'status': status, 'seconds': round(time.time() - began, 3),
              'mib': round(memory.peak_mib()), 'said': said()}
    found = os.listdir(os.path.dirname(out)) if os.path.isdir(
        os.path.dirname(out)) else []
    record['bad'] = broken_rule(record, found, [
        command.printable(each) for each in (path, out)])
    return record


def _command(place, form, path, out, rng):
    if form in _PHOTOS:
        ending = rng.choice(('png', 'jpg', 'tif', 'webp'))
        return predict.main, [path, '-o', f'{out}.{ending}']
    if form in fuzz_films.FORMATS:
        ending = rng.choice(('mkv', 'mov', 'mp4', 'webm'))
        return predict.main, [path, '-o', f'{out}.{ending}']
    if form != 'npz' or rng.random() < 0.3:
        return fetch.main, ['--from', path, '-o', f'{out}.npz']
    photo = os.path.join(place, 'photo.png')
    Image.new('L', (9, 7)).save(photo)
    return predict.main, [photo, '--weights', path, '-o', f'{out}.png']


def _status(main, arguments):
    """The exit status; -1 when a traceback would have come."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            command.run(lambda: main(arguments))
    except SystemExit as stopped:
        return stopped.code
    except BaseException:
        return -1


def broken_rule(record, found, names):
    """Which rule a case has broken; None when it is fine."""
    status, said = record['status'], record['said']
    if status not in (0, 1) or 'Traceback' in said or '(--debug' in said:
        return f'traceback: {said}'
    # A good photo may have a line of what could not be kept.
    if not status <= said.count('\n') <= 1 or said and not any(
            name in said for name in names):
        return f'no clear line: {said!r}'
    # Of a damaged film, what is good of it is written all the same.
    if len(found) != (1 - status or fuzz_films.PARTLY in said):
        return f'leftovers {found}: {said}'
    if 'not enough memory' in said:
        return f'memory: {said}'
    return None


def good_files():
    """Lists of bytes by format."""
    return dict(fuzz_photos.good_photos(), **fuzz_films.films(),
                npz=fuzz_weights.archives(), h5=[fuzz_weights.keras()],
                pkl=fuzz_weights.pickles())

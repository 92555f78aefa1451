"""Films on the command line."""

import contextlib
import io
import json
import os
import resource
import sys
from unittest import mock

from colorize import colorizer
from colorize.predict import __main__ as predict
from colorize.predict.claims import Claims
from colorize.video import extra
from experiments.shared.stand_in import Uncompiled
from tests.shared import films
from tests.shared.folder import Folder
from tests.shared.photos import write_photos


@contextlib.contextmanager
def few_files(more):
    """About so many more than now may be open in this process."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = len(os.listdir('/proc/self/fd')) + more
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


class _Tinting(films.Tinting, Uncompiled):
    """Colours films and photos without a network."""

    def __init__(self, *given, **named):
        Uncompiled.__init__(self, *given, **named)
        self.asked = 0


class TestFilms(Folder):
    def run_predict(self, *arguments):
        """Exit status, and what was said."""
        with contextlib.redirect_stderr(io.StringIO()) as said, \
                contextlib.redirect_stdout(io.StringIO()), \
                mock.patch.object(colorizer, 'Colorizer', _Tinting):
            try:
                status = predict.main(list(arguments))
            except SystemExit as stopped:
                status = stopped.code
        return status, said.getvalue()

    def make(self):
        os.makedirs(self.path('in'))
        write_photos(self.path('in'), 2)
        films.write_film(self.path('in', 'film.mp4'))

    def test_beside_photos(self):
        self.make()
        report = self.path('report.json')
        status, said = self.run_predict(
            self.path('in'), '-o', self.path('out'), '--json', report)
        self.assertEqual(status, 0, said)
        self.assertEqual(sorted(os.listdir(self.path('out'))), [
            'film-color.mp4', 'photo0-color.png', 'photo1-color.png'])
        self.assertEqual(len(films.frames_of(
            self.path('out', 'film-color.mp4'))), 10)
        with open(report) as file:
            records = json.load(file)['photos']
        self.assertEqual([record['status'] for record in records],
                         ['done'] * 3)
        status, said = self.run_predict(self.path('in'), '-o',
                                        self.path('out'))
        self.assertIn('3 were done before', said)
        # Results that lie below are passed over.
        status, said = self.run_predict(self.folder, '-o',
                                        self.path('again'))
        self.assertIn('3 of 3 photos and films coloured, 0 failed, 3 results '
                      'among them', said)

    def test_many(self):
        """They take no more open files than one, and photos none less."""
        extra.require('tests')
        os.makedirs(self.path('in'))
        write_photos(self.path('in'), 1)
        for number in range(80):
            with open(self.path('in', f'{number}.mp4'), 'wb'):
                pass
        with few_files(60):
            status, said = self.run_predict(self.path('in'))
        self.assertEqual(status, 1)
        self.assertIn('1 of 81 photos and films coloured, 80 failed', said)
        self.assertEqual(said.count('not a readable film'), 80)

    def test_several_runs_share_them(self):
        """Of two films, the other run takes one while this has one."""
        films.write_film(self.path('a.mp4'))
        films.write_film(self.path('b.mp4'))
        other = Claims()
        self.addCleanup(other.close)

        def color(path, output, *_):
            self.assertFalse(Claims().take(output))
            self.assertTrue(other.take(self.path('b-color.mp4')))
            return (1, 1), []
        with mock.patch('colorize.video.film.color_film', color):
            status, said = self.run_predict(self.folder)
        self.assertEqual(status, 0)
        self.assertIn('1 of 2 films coloured, 0 failed, 1 left to another',
                      said)

    def test_a_result_knows_its_film(self):
        """Another film of that name gets a name of its own."""
        self.make()
        other = self.path('other', 'film.mp4')
        os.makedirs(self.path('other'))
        films.write_film(other, films.pictures(12))
        for name in ('in/film.mp4', 'other/film.mp4', 'in/film.mp4'):
            self.run_predict(self.path(name), '-o', self.path('out', ''))
        self.assertEqual(sorted(os.listdir(self.path('out'))),
                         ['film-color-2.mp4', 'film-color.mp4'])
        self.assertEqual(len(films.frames_of(
            self.path('out', 'film-color-2.mp4'))), 12)

    def test_settings(self):
        self.make()
        film, out = self.path('in', 'film.mp4'), self.path('a.mkv')
        with mock.patch('colorize.video.film.color_film',
                        return_value=((1, 1), [])) as color:
            self.run_predict(film, '-o', out, '--steady', '0.25',
                             '--quality', '70')
        given = color.call_args[0]
        self.assertEqual(given[:2], (film, out))
        self.assertEqual(given[4:6], (70, 0.25))

    def test_other_settings_are_said(self):
        films.write_film(self.path('film.mp4'))
        said = []
        for options in ([], ['--coherence', 'guided'], ['--steady', '0.5'],
                        ['--steady', '0.25'], ['--saturation', '2'],
                        ['--coherence', 'none']):
            said.append(self.run_predict(self.path('film.mp4'), *options)[1])
        self.assertEqual(said[0], '')
        found = [line.partition('was done before')[2].partition(' (')[0]
                 for line in said]
        self.assertEqual(found[1:], ['', ''] + 3 * [' with other settings'],
                         said)

    def test_side_by_side_is_refused(self):
        self.make()
        status, said = self.run_predict(self.path('in', 'film.mp4'),
                                        '--side-by-side')
        self.assertEqual(status, 1)
        self.assertIn('film.mp4: --side-by-side is for photos', said)

    def test_formats_that_are_not_read(self):
        """They are counted, and refused by name, however large they are."""
        self.make()
        for name in ('a.vob', 'b.WMV'):
            with open(self.path('in', name), 'wb') as file:
                file.truncate(3 << 30)
        status, said = self.run_predict(self.path('in'), '-o',
                                        self.path('out'))
        self.assertEqual(status, 0)
        self.assertIn('3 of 3 photos and films coloured, 0 failed, 2 not read '
                      '(VOB, WMV)', said)
        status, said = self.run_predict(self.path('in', 'a.vob'))
        self.assertEqual(status, 1)
        self.assertIn('a.vob: a VOB (film); convert it to MP4 or MKV first',
                      said)

    def test_without_the_extra(self):
        """One line says what to install; photos are coloured."""
        self.make()
        with mock.patch.dict(sys.modules, {'av': None}):
            status, said = self.run_predict(self.path('in'), '-o',
                                            self.path('out'))
        self.assertEqual(status, 1)
        lines = [line for line in said.splitlines() if 'film.mp4' in line]
        self.assertEqual(len(lines), 1)
        self.assertIn("films need the extra \"video\": pip install "
                      "'.[video]'", lines[0])
        self.assertEqual(len(os.listdir(self.path('out'))), 2)

    def test_damaged(self):
        self.make()
        film = self.path('in', 'film.mp4')
        with open(film, 'r+b') as file:
            file.truncate(os.path.getsize(film) // 2)
        status, said = self.run_predict(film, '-o', self.path('out', ''))
        self.assertEqual(status, 1)
        self.assertEqual(said.count('\n'), 1)
        self.assertIn('film.mp4: not a readable film', said)
        self.assertEqual(os.listdir(self.path('out')), [])

    def test_damaged_is_said_by_every_run(self):
        """The result is not made again, and is no success."""
        film, out = self.path('film.mkv'), self.path('out', 'film-color.mkv')
        films.write_film(film, films.pictures(120), rate=24,
                         options={'qp': '0', 'g': '12'}, sound=None)
        with open(film, 'r+b') as file:
            file.truncate(os.path.getsize(film) // 2)
        report = self.path('report.json')
        command = film, '-o', self.path('out', ''), '--json', report
        self.run_predict(*command)
        made = os.stat(out).st_mtime_ns
        status, said = self.run_predict(*command)
        self.assertEqual(status, 1)
        self.assertEqual(said.count('\n'), 1)
        words = (f'{film}: is damaged; what is good of it was coloured '
                 'before{}, in ' f'{out} (--overwrite colours it again)')
        self.assertIn(words.format(''), said)
        self.assertEqual(os.stat(out).st_mtime_ns, made)
        with open(report) as file:
            found = json.load(file)
        self.assertEqual(found['totals'],
                         {'done': 0, 'skipped': 0, 'failed': 1})
        self.assertIn('is damaged', found['photos'][0]['error'])
        films.write_film(self.path('other.mp4'))
        status, said = self.run_predict(self.folder, '-o', self.path('out'),
                                        '--steady', '0.1')
        self.assertEqual(status, 1)
        self.assertIn(words.format(' with other settings'), said)
        self.assertIn('1 of 2 films coloured, 1 failed', said)

    def test_what_libraries_raise(self):
        """It is said of the film; the next one is coloured."""
        extra.require('tests')
        import av
        import cv2
        from colorize.video import encoding
        for name in 'ab':
            films.write_film(self.path(f'{name}.mp4'))
        for error in (cv2.error('no\nroom'), av.error.ExternalError(1, 'no '
                                                                    'room')):
            out = self.path(type(error).__name__, '')
            with mock.patch.object(
                    encoding, 'Writer', wraps=encoding.Writer,
                    side_effect=[error] + 3 * [mock.DEFAULT]):
                status, said = self.run_predict(
                    self.path('a.mp4'), self.path('b.mp4'), '-o', out)
            self.assertEqual(status, 1)
            self.assertRegex(said, r'a\.mp4: cannot be coloured \(.*no room')
            self.assertEqual(os.listdir(out), ['b-color.mp4'])

    def test_quality(self):
        extra.require('tests')
        from colorize.video import encoding
        self.assertEqual([encoding.crf_of(quality) for quality
                          in (None, 95, 100, 1)], [17, 17, 0, 51])
        found = [encoding.crf_of(quality) for quality in range(1, 101)]
        self.assertEqual(found, sorted(found, reverse=True))

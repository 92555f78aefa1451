"""Names of films that could be taken for something else."""

import os
import socket

from colorize.video import extra, film
from colorize.video.extra import FilmError
from tests.shared import films
from tests.shared.folder import Folder

extra.require('tests')


class TestNames(Folder):
    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def color(self, name, output):
        films.write_film(self.path(name))
        film.color_film(name, output, films.Tinting())
        self.assertEqual(len(films.frames_of(self.path(output))), 10)

    def test_a_colon_is_part_of_it(self):
        """To FFmpeg what stands before could be a protocol."""
        for name in ('a: b.mp4', 'pipe:1.mkv', 'http:c.mov', 'file:d.mp4'):
            with self.subTest(name=name):
                self.color(name, f'out of {name}')
                self.color(name, f'{name[:-4]}-color{name[-4:]}')

    def test_a_long_one(self):
        """A result may be called all that its folder holds, in bytes."""
        for name in ('a' * 251 + '.mp4', 'ä' * 125 + '.mkv', 'b' * 245 +
                     '.mp4'):
            os.makedirs('out')
            self.color('a.mp4', os.path.join('out', name))
            self.assertEqual(os.listdir('out'), [name])
            os.unlink(os.path.join('out', name))
            os.rmdir('out')

    def test_two_long_ones_do_not_share_what_is_done(self):
        films.write_film('a.mp4')
        names = ['a' * 250 + f'{number}.mp4' for number in range(2)]

        def bar(done, of):
            if done == 1:
                film.color_film('a.mp4', names[1], films.Tinting())
        film.color_film('a.mp4', names[0], films.Tinting(), bar=bar)
        self.assertEqual(sorted(os.listdir()), ['a.mp4'] + names)

    def test_one_that_is_too_long(self):
        """It is refused before it is coloured."""
        films.write_film('a.mp4')
        made, name = films.Tinting(), 'ä' * 126 + '.mp4'
        with self.assertRaisesRegex(FilmError, 'ä.mp4: cannot be written .File'
                                    ' name too long; -o names another'):
            film.color_film('a.mp4', name, made)
        self.assertEqual(made.asked, 0)
        self.assertEqual(os.listdir(), ['a.mp4'])

    def test_nothing_is_sent(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            server.setblocking(False)
            port = server.getsockname()[1]
            self.color('a.mkv', f'tcp:127.0.0.1:{port}?x.mkv')
            with self.assertRaises(BlockingIOError):
                server.accept()

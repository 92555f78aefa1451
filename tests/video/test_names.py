"""Names of films that could be taken for something else."""

import os
import socket

from colorize.video import extra, film
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

    def test_nothing_is_sent(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            server.setblocking(False)
            port = server.getsockname()[1]
            self.color('a.mkv', f'tcp:127.0.0.1:{port}?x.mkv')
            with self.assertRaises(BlockingIOError):
                server.accept()

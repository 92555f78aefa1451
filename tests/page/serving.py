"""The page's server, running, and a client that knows its token."""

import contextlib
import http.client
import io
import json
import os
import shutil
import socket
import tempfile
import threading
import time
import unittest
import uuid

import numpy as np
import uvicorn
from PIL import Image

from colorize.page import server
from colorize.page.shelf import Shelf
from colorize.page.studio import Studio
from tests.predict.test_command import write_weights
from tests.shared.photos import photo

__all__ = ['Serving', 'form', 'gray_file', 'picture']

_TOKEN = 'a-token-of-tests'


class Serving(unittest.TestCase):
    """Has a server with small weights, one for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.ends = contextlib.ExitStack()
        cls.folder = tempfile.mkdtemp(prefix='colorize-test-')
        cls.ends.callback(shutil.rmtree, cls.folder)
        cls.weights = os.path.join(cls.folder, 'w.npz')
        write_weights(cls.weights)
        cls.shelf = Shelf()
        cls.ends.callback(cls.shelf.close)
        cls.studio = Studio(cls.weights)
        listener = socket.socket()
        listener.bind(('127.0.0.1', 0))
        cls.port, cls.token = listener.getsockname()[1], _TOKEN
        cls.address = f'http://127.0.0.1:{cls.port}/?token={_TOKEN}'
        cls.ends.enter_context(_running(server.application(
            cls.studio, cls.shelf, _TOKEN, cls.port), listener))

    @classmethod
    def tearDownClass(cls):
        cls.ends.close()  # nose runs no class cleanups

    def ask(self, method, path, body=None, **headers):
        """Status, headers and body of an answer."""
        full = {'Authorization': f'Bearer {_TOKEN}'}
        full.update((name.replace('_', '-'), value)
                    for name, value in headers.items())
        full = {name: value for name, value in full.items()
                if value is not None}
        with contextlib.closing(http.client.HTTPConnection(
                '127.0.0.1', self.port, timeout=60)) as connection:
            connection.request(method, path, body, full, encode_chunked=(
                'Transfer-Encoding' in full))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def say(self, path, content):
        """Answer to a POST of JSON."""
        return self.ask('POST', path, json.dumps(content))

    def bring(self, path, name=None, place=None, to='/api/photos'):
        """Answer to a photo in a form."""
        with open(path, 'rb') as file:
            body, kind = form(file.read(), name or os.path.basename(path),
                              place)
        return self.ask('POST', to, body, Content_Type=kind)

    def brought(self, path, **kwargs):
        """What the server says of a photo that it has taken."""
        status, _, body = self.bring(path, **kwargs)
        self.assertEqual(status, 201, body)
        return json.loads(body)

    def refused(self, expected, words, answer):
        """Check that an answer says no, why, and in JSON."""
        status, _, body = answer
        self.assertEqual(status, expected, body)
        self.assertIn(words, json.loads(body)['error'])


@contextlib.contextmanager
def _running(app, listener):
    """An application that is served on a thread."""
    running = uvicorn.Server(uvicorn.Config(
        app, log_config=None, lifespan='off', timeout_graceful_shutdown=1))
    thread = threading.Thread(target=running.run, args=[[listener]],
                              daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        running.should_exit = True
        thread.join(10)
        listener.close()


def form(content, name, place=None):
    """A form with a photo: its body and its type."""
    mark = uuid.uuid4().hex
    parts = [('photo', f'; filename="{name}"', content)]
    if place is not None:
        parts.insert(0, ('place', '', place.encode()))
    body = b''.join(
        f'--{mark}\r\nContent-Disposition: form-data; name="{field}"{more}'
        '\r\n\r\n'.encode() + value + b'\r\n' for field, more, value in parts)
    return (body + f'--{mark}--\r\n'.encode(),
            f'multipart/form-data; boundary={mark}')


def gray_file(path, number=0, rows=60, columns=80, **options):
    """Write a photo without colours; returns its path."""
    gray = Image.fromarray(photo(number)).convert('L')
    gray.resize((columns, rows)).save(path, **options)
    return path


def picture(content):
    """A picture as an int array, from the bytes of its file."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image).astype(int)

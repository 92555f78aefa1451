"""A server on this machine alone, for what downloads."""

import hashlib
import http.server
import re
import threading
import urllib.request

import numpy as np

from tests.shared.folder import Folder

__all__ = ['CONTENT', 'Served', 'md5']

#: What the server has to offer at first.
CONTENT = bytes(np.random.default_rng(2).integers(0, 256, 100000, 'u1'))


def md5(content):
    """Its MD5, in hexadecimal digits."""
    return hashlib.md5(content).hexdigest()


class _Handler(http.server.BaseHTTPRequestHandler):
    """Serves `server.content`, cut after `server.cut` bytes if that is set."""

    def do_GET(self):
        server, start = self.server, 0
        server.ranges.append(self.headers.get('Range'))
        if self.headers.get('Range') and server.resumes:
            start = int(re.match(r'bytes=(\d+)-$',
                                 self.headers['Range']).group(1))
        self.send_response(server.status or (206 if start else 200))
        self.send_header('Content-Length', len(server.content) - start)
        self.end_headers()
        self.wfile.write(server.content[start:server.cut])

    def log_message(self, *arguments):
        pass


class Served(Folder):
    """A folder, and a server on this machine alone."""

    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(
            ('127.0.0.1', 0), _Handler)
        for name, value in dict(content=CONTENT, cut=None, resumes=True,
                                status=None, ranges=[]).items():
            setattr(self.server, name, value)
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}/file'
        threading.Thread(target=self.server.serve_forever,
                         args=(0.01,), daemon=True).start()
        self.addCleanup(self.stop)
        # Plain http, which the default opener refuses.
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def write(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content)

    def read(self, name):
        with open(self.path(name), 'rb') as file:
            return file.read()

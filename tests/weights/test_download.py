"""Downloads against a server of our own; no network."""

import io
import os
import urllib.error
import urllib.request

from tests.shared.served import CONTENT, Served, md5
from weights import fetch


class TestDownload(Served):

    def download(self, **changes):
        settings = dict(url=self.url, path=self.path('file'),
                        size=len(CONTENT), md5=md5(CONTENT),
                        opener=self.opener)
        settings.update(changes)
        fetch.download(**settings)

    def check(self, *ranges):
        """The file is there, alone, after requests with those ranges."""
        self.assertEqual(self.read('file'), CONTENT)
        self.assertEqual(os.listdir(self.folder), ['file'])
        self.assertEqual(self.server.ranges, list(ranges))

    def test_whole(self):
        self.download()
        self.check(None)

    def test_goes_on_from_half(self):
        self.write('file.part', CONTENT[:40000])
        self.download()
        self.check('bytes=40000-')

    def test_server_that_does_not_resume(self):
        self.server.resumes = False
        self.write('file.part', CONTENT[:40000])
        self.download()
        self.check('bytes=40000-')

    def test_all_had_come_before(self):
        self.write('file.part', CONTENT)
        self.download()
        self.check()

    def test_partial_file_too_long(self):
        self.write('file.part', CONTENT + b'more')
        self.download()
        self.check(None)

    def test_connection_cut(self):
        self.server.cut = 70000
        with self.assertRaisesRegex(OSError, '70000 of 100000 bytes'):
            self.download()
        self.assertEqual(os.listdir(self.folder), ['file.part'])
        self.server.cut = None
        self.download()
        self.check(None, 'bytes=70000-')

    def test_never_takes_more_than_announced(self):
        self.download(size=1000, md5=md5(CONTENT[:1000]))
        self.assertEqual(self.read('file'), CONTENT[:1000])

    def test_wrong_checksum(self):
        self.write('file', b"the user's own")
        self.server.content = CONTENT[::-1]
        with self.assertRaises(ValueError) as caught:
            self.download()
        for word in (self.url, md5(CONTENT), md5(CONTENT[::-1])):
            self.assertIn(word, str(caught.exception))
        self.assertEqual(os.listdir(self.folder), ['file'])
        self.assertEqual(self.read('file'), b"the user's own")

    def test_wrong_partial_file_is_not_kept_for_ever(self):
        self.write('file.part', b'x' * 500)
        with self.assertRaises(ValueError):
            self.download()
        self.download()
        self.check('bytes=500-', None)

    def test_not_found(self):
        self.server.status = 404
        with self.assertRaisesRegex(OSError, f'{self.url}.*404'):
            self.download()
        self.assertEqual(os.listdir(self.folder), [])

    def test_server_gone(self):
        self.stop()
        with self.assertRaisesRegex(OSError, self.url):
            self.download()


class TestTLS(Served):

    def test_plain_http_is_refused(self):
        with self.assertRaisesRegex(OSError, 'http'):
            fetch.download(self.url, self.path('file'), len(CONTENT),
                           md5(CONTENT))
        self.assertEqual(self.server.ranges, [])

    def test_other_schemes_are_refused(self):
        self.write('file', CONTENT)
        for url in (f"file://{self.path('file')}", 'data:,text',
                    'ftp://127.0.0.1/file'):
            with self.assertRaisesRegex(urllib.error.URLError,
                                        'unknown url type'):
                fetch.https_opener().open(url)

    def test_redirect_to_plain_http_is_refused(self):
        # What the opener does once an https server has answered 302.
        request = urllib.request.Request('https://127.0.0.1/')
        request.timeout = 9
        with self.assertRaisesRegex(urllib.error.URLError,
                                    'unknown url type: http'):
            fetch.https_opener().error('http', request, io.BytesIO(), 302,
                                       'Found', {'location': self.url})
        self.assertEqual(self.server.ranges, [])

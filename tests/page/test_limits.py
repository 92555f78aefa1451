"""Limits of the page's server, and what comes over them."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from colorize import memory
from colorize.page import limits
from colorize.page.limits import Refused
from tests.page.serving import form, gray_file
from tests.page.with_photos import WithPhotos
from tests.shared.peaks import new_peak_mib


class TestLimits(WithPhotos):
    def test_large_files_and_photos(self):
        source = gray_file(self.path('l.png'))
        with mock.patch('colorize.page.requests.LARGEST_FILE', 1000):
            self.refused(413, 'too large', self.bring(source))
        with mock.patch('colorize.page.requests.LARGEST_REQUEST', 1000):
            self.refused(413, 'too large', self.bring(source))
        with mock.patch('colorize.page.studio.MOST_PIXELS', 4799):
            self.refused(413, 'l.png: has 0 megapixels', self.bring(source))

    def test_a_request_that_does_not_say_how_long_it_is(self):
        body, kind = form(b'x' * 5000, 'x.png')
        with mock.patch('colorize.page.requests.LARGEST_REQUEST', 4000):
            self.refused(413, 'too large', self.ask(
                'POST', '/api/photos', iter([body]), Content_Type=kind,
                Transfer_Encoding='chunked'))

    def test_what_is_no_form(self):
        for body, kind in ((b'', None), (b'hello', 'text/plain'),
                           (b'hello', 'multipart/form-data; boundary=x'),
                           form(b'', 'x.png')[:1] + ('multipart/form-data',)):
            status, _, _ = self.ask('POST', '/api/photos', body,
                                    Content_Type=kind)
            self.assertEqual(status, 400)

    def test_the_shelf_is_full(self):
        source = gray_file(self.path('full.png'))
        with mock.patch.object(self.shelf, 'most', len(self.shelf)):
            self.refused(507, 'are here already', self.bring(source))

    def test_many_at_once(self):
        """All answered or refused; the memory does not grow with them."""
        source = gray_file(self.path('many.png'), rows=300, columns=400)
        peaks = []
        new_peak_mib()
        for _ in range(3):
            with ThreadPoolExecutor(50) as pool:
                answers = list(pool.map(lambda _: self.bring(
                    source, to='/api/color'), range(50)))
            statuses = [status for status, _, _ in answers]
            self.assertLessEqual(set(statuses), {200, 503})
            self.assertGreaterEqual(statuses.count(200),
                                    limits.MOST_WAITING)
            for answer in answers:
                if answer[0] == 503:
                    self.refused(503, 'try again', answer)
                    self.assertEqual(answer[1]['Retry-After'], '2')
            peaks.append(memory.peak_mib())
        self.assertLess(peaks[2] - peaks[1], 20, peaks)
        self.assertEqual(len([name for name in os.listdir(
            self.shelf.folder) if name != 'lock']), len(self.shelf))

    def test_who_is_turned_away_is_told_so(self):
        """Even in the middle of a long request."""
        gate = limits.Gate(0)
        body, kind = form(bytes(64 << 20), 'long.bmp')
        with mock.patch.object(limits.Gate, 'passed', gate.passed):
            self.refused(503, 'are waiting', self.ask(
                'POST', '/api/photos', body, Content_Type=kind))


class TestGate(WithPhotos):
    def test_counts(self):
        gate, inside, go = limits.Gate(2), [], threading.Event()

        def enter():
            with gate.passed():
                inside.append(1)
                go.wait()
        threads = [threading.Thread(target=enter) for _ in range(2)]
        for thread in threads:
            thread.start()
        while len(inside) < 2:
            pass
        with self.assertRaisesRegex(Refused, '2 photos are waiting'):
            with gate.passed():
                self.fail('was let in')
        go.set()
        for thread in threads:
            thread.join()
        with gate.passed():
            pass

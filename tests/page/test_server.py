"""The page's server as programs and other pages see it."""

import io
import json
import os
import re
import zipfile
from unittest import mock

import numpy as np
from PIL import Image

from colorize.colorizer import Colorizer
from colorize.page.limits import Refused
from colorize.page.looks import look_of
from colorize.photos import photo_file
from tests.page.serving import form, gray_file, picture
from tests.shared.folder import ROOT
from tests.page.with_photos import WithPhotos


class TestStrangers(WithPhotos):
    def test_nothing_without_the_token(self):
        for path in ('/', '/api/about', '/?token=wrong', '/?token='):
            self.refused(403, 'token', self.ask('GET', path,
                                                Authorization=None))
        self.refused(403, 'token', self.ask('GET', '/api/about',
                                            Authorization='Bearer x'))
        self.assertEqual(self.ask('GET', '/api/about')[0], 200)
        self.assertEqual(self.ask('GET', f'/?token={self.token}',
                                  Authorization=None)[0], 200)

    def test_a_browser_with_an_old_address_is_shown_a_page(self):
        status, headers, body = self.ask(
            'GET', '/?token=old', Authorization=None, Accept='text/html,*/*')
        self.assertEqual(status, 403)
        self.assertTrue(headers['Content-Type'].startswith('text/html'))
        self.assertIn(b"lacks today's token", body)
        self.assertIn(b'address that the program shows now', body)

    def test_other_names_of_the_host(self):
        for host in ('evil.example', f'evil.example:{self.port}',
                     '127.0.0.1', f'127.0.0.1:{self.port}.evil.example'):
            self.refused(403, '127.0.0.1 only',
                         self.ask('GET', '/page.js', Host=host))
        self.assertEqual(self.ask('GET', '/page.js',
                                  Host=f'localhost:{self.port}')[0], 200)

    def test_pages_of_other_sites(self):
        source = gray_file(self.path('a.png'))
        with open(source, 'rb') as file:
            body, kind = form(file.read(), 'a.png')
        for origin in ('http://evil.example', 'null',
                       f'https://127.0.0.1:{self.port}',
                       f'http://127.0.0.1:{self.port + 1}'):
            self.refused(403, 'other sites', self.ask(
                'POST', '/api/color', body, Content_Type=kind,
                Origin=origin))
        self.refused(403, 'other sites', self.ask(
            'GET', '/page.js', Sec_Fetch_Site='cross-site',
            Sec_Fetch_Mode='no-cors'))
        status, headers, _ = self.ask(
            'POST', '/api/color', body, Content_Type=kind,
            Origin=f'http://127.0.0.1:{self.port}')
        self.assertEqual(status, 200)
        self.assertNotIn('Access-Control-Allow-Origin', headers)

    def test_no_path_reaches_the_disk(self):
        for path in ('/static/index.html', '/index.html', '/../setup.py',
                     '/%2e%2e/setup.py', '/api/photos/..%2f..%2fetc/gray',
                     '/api/zip/../../etc/passwd', '/page.css/..', '/static/'):
            self.assertIn(self.ask('GET', path)[0], (404, 405), path)

    def test_nothing_is_loaded_from_elsewhere(self):
        _, headers, page = self.ask('GET', '/')
        self.assertIn("default-src 'none'",
                      headers['Content-Security-Policy'])
        names = re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())
        for name in {'/api.js', '/view.js', '/hints.js', *names}:
            status, _, content = self.ask('GET', name, Authorization=None)
            self.assertEqual(status, 200, name)
            found = re.findall(r'\w+://[^\s"\')]+', content.decode())
            self.assertLessEqual(set(found), {'http://www.w3.org/2000/svg'})

    def test_every_script_is_served(self):
        folder = os.path.join(ROOT, 'colorize', 'page', 'static')
        for name in os.listdir(folder):
            if name != 'index.html':
                self.assertEqual(self.ask('GET', f'/{name}')[0], 200, name)


class TestPhotos(WithPhotos):
    def test_a_look_is_painted(self):
        found = self.brought(gray_file(self.path('tom.jpg')))
        self.assertEqual([found[name] for name in (
            'name', 'rows', 'columns', 'result')],
            ['tom.jpg', 60, 80, 'tom-color.jpg'])
        path = f"/api/photos/{found['id']}"
        gray = picture(self.ask('GET', f'{path}/gray')[2])
        plain, strong = (picture(self.say(f'{path}/color', look)[2])
                         for look in ({}, {'saturation': 3}))
        self.assertEqual(plain.shape, (60, 80, 3))
        away = [np.abs(each - gray[..., None]).mean()
                for each in (plain, strong)]
        self.assertGreater(away[0], 1)
        self.assertGreater(away[1], 1.5 * away[0])

    def test_the_network_is_asked_once(self):
        found = self.brought(gray_file(self.path('once.png')))
        network = self.studio.network
        with mock.patch.object(network, 'answer',
                               side_effect=AssertionError):
            for look in ({'decode': 'mean'}, {'coherence': 'tv'}):
                status, _, _ = self.say(
                    f"/api/photos/{found['id']}/color", look)
                self.assertEqual(status, 200)

    def test_a_hint_holds_where_it_was_put(self):
        found = self.brought(gray_file(self.path('h.png'), rows=80))
        path = f"/api/photos/{found['id']}"
        hint = {'row': 40, 'column': 40, 'color': '#2050c0', 'radius': 6}
        before, after = (picture(self.say(f'{path}/color', look)[2])
                         for look in ({}, {'hints': [hint]}))
        self.assertGreater(after[40, 40, 2] - after[40, 40, 0], 20)
        self.assertGreater(np.abs(after - before)[36:45, 36:45].mean(), 5)

    def test_hints_of_a_picture_that_is_shown_smaller(self):
        source = gray_file(self.path('wide.png'), rows=480, columns=1200)
        item = self.shelf.get(self.brought(source)['id'])
        hint = {'row': 240, 'column': 900, 'color': '#2050c0', 'radius': 40}
        look = look_of({'hints': [hint]})
        found = picture(self.studio.color(item, look, 'small'))
        self.assertEqual(found.shape[:2], (128, 320))
        self.assertGreater(found[64, 240, 2] - found[64, 240, 0], 20)
        for wrong, words in (({'row': 480}, 'row must be 0 to 479'),
                             ({'row': True}, 'row must be'),
                             ({'radius': 1201}, 'radius must be 0 to 1200'),
                             ({'radius': None}, 'radius must be')):
            with self.assertRaisesRegex(Refused, words):
                self.studio.color(item, look_of(
                    {'hints': [dict(hint, **wrong)]}), 'small')

    def test_every_hint_that_may_be_holds_in_a_smaller_picture(self):
        source = gray_file(self.path('w.png'), rows=479, columns=1200)
        item = self.shelf.get(self.brought(source)['id'])
        for row, column, *radius in ((100, 300), (100, 300, 0), (478, 1199),
                                     (478, 1199, 1200)):
            hint = {'row': row, 'column': column, 'color': '#2050c0'}
            hint.update(zip(['radius'], radius))
            before, after = (picture(self.studio.color(item, look_of(
                {'hints': hints}), 'small')) for hints in ([], [hint]))
            change = np.abs(after - before).mean(axis=-1)
            where = row * 128 // 479, column * 320 // 1200
            self.assertGreater(change[where], max(5, change.max() / 2), hint)

    def test_likely_colors(self):
        found = self.brought(gray_file(self.path('s.png')))
        path = f"/api/photos/{found['id']}/suggest"
        colors = json.loads(self.say(path, {'row': 5, 'column': 9})[2])
        colors = colors['colors']
        self.assertEqual(len({color for color, _ in colors}), 5)
        for color, share in colors:
            self.assertRegex(color, '^#[0-9a-f]{6}$')
        self.refused(400, '60 rows', self.say(path, {'row': 60, 'column': 9}))
        self.refused(400, 'whole', self.say(path, {'row': 'x', 'column': 9}))

    def test_what_cannot_be_is_said(self):
        found = self.brought(gray_file(self.path('w.png')))
        path = f"/api/photos/{found['id']}/color"
        for status, words, look in (
                (400, 'saturation must be 0 to 10', {'saturation': 11}),
                (400, 'saturation must be', {'saturation': True}),
                (400, "unknown setting 'speed'", {'speed': 1}),
                (400, 'object', []),
                (400, 'decode must be one of', {'decode': 'nice'}),
                (400, 'coherence must be one of', {'coherence': 'glue'}),
                (422, 'hint 1: color', {'hints': [
                    {'row': 1, 'column': 1, 'color': 'red'}]}),
                (400, 'hints must be a list', {'hints': 'red'})):
            self.refused(status, words, self.say(path, look))
        self.refused(400, 'no JSON', self.ask('POST', path, '{'))
        self.refused(400, 'size must be', self.say(f'{path}?size=9', {}))
        self.refused(413, 'settings', self.ask('POST', path, b' ' * 2 ** 21))

    def test_one_that_is_no_photo(self):
        path = self.path('bad.jpg')
        with open(path, 'w') as file:
            file.write('no photo at all')
        answer = self.bring(path)
        self.refused(422, 'bad.jpg: not a readable photo', answer)
        self.assertNotIn(self.shelf.folder.encode(), answer[2])
        self.assertEqual(self.left(), len(self.shelf))

    def test_a_film_is_for_the_command(self):
        path = self.path('film.MP4')
        with open(path, 'wb') as file:
            file.write(b'\0\0\0\x18ftypmp42')
        self.refused(422, 'film.MP4: is a film; python -m colorize.predict',
                     self.bring(path))
        self.refused(422, 'film.mpg: an MPG (film); convert it to MP4 or MKV '
                     'first; python -m colorize.predict colours those',
                     self.bring(path, place='film.mpg'))

    def left(self):
        """Folders of photos on the disk."""
        return len([name for name in os.listdir(self.shelf.folder)
                    if name != 'lock'])

    def test_names_lead_nowhere(self):
        source = gray_file(self.path('n.png'))
        for name, place, shown in (
                ('../../evil.png', None, 'evil.png'),
                ('x.png', '/etc/../../passwd.png', 'etc/passwd.png'),
                ('x.png', 'C:\\photos\\tom\x1b.png', 'C_/photos/tom.png'),
                ('x.png', '..', 'photo')):
            found = self.brought(source, name=name, place=place)
            self.assertEqual(found['name'], shown)
        self.assertEqual(self.left(), len(self.shelf))

    def test_forgotten_is_gone(self):
        found = self.brought(gray_file(self.path('f.png')))
        before = self.left()
        self.assertEqual(self.say('/api/forget', [found['id'], 'x'])[0], 204)
        self.assertEqual(self.left(), before - 1)
        self.refused(404, 'not here any more', self.ask(
            'GET', f"/api/photos/{found['id']}/gray"))


class TestResults(WithPhotos):
    def test_a_download_is_what_predict_writes(self):
        exif = Image.Exif()
        exif[270], exif[271] = 'Tom on his bike', 'Kodak'
        deep = self.path('deep.png')
        draw = np.linspace(900, 64000, 50 * 60).reshape(50, 60)
        Image.fromarray(draw.astype('uint16')).save(deep)
        sources = [
            gray_file(self.path('e.jpg'), exif=exif, dpi=(300, 300)),
            gray_file(self.path('t.tif'), 1, exif=exif), deep,
            gray_file(self.path('g.gif'), 2)]
        for source in sources:
            found = self.brought(source)
            status, headers, content = self.say(
                f"/api/photos/{found['id']}/file", {})
            self.assertEqual(status, 200)
            self.assertEqual(content, self.predicted(source), source)
            self.assertIn(found['result'], headers['Content-Disposition'])

    def test_and_with_every_setting(self):
        source = gray_file(self.path('s.jpg'))
        found = self.brought(source)
        hints = [{'row': 9, 'column': 9, 'color': '#aa2200', 'radius': 3}]
        look = {'saturation': 1.5, 'decode': 'annealed',
                'coherence': 'guided'}
        _, _, content = self.say(f"/api/photos/{found['id']}/file",
                                 dict(look, hints=hints))
        read = photo_file.read(source)
        painted = Colorizer(self.weights, **look)(read.pixels, hints)
        photo_file.write(self.path('s-color.jpg'),
                         read._replace(pixels=painted))
        with open(self.path('s-color.jpg'), 'rb') as file:
            self.assertEqual(content, file.read())

    def test_for_other_programs(self):
        source = gray_file(self.path('p.jpg'))
        before = sorted(os.listdir(self.shelf.folder))
        status, headers, content = self.bring(
            source, to='/api/color?saturation=2&format=png')
        self.assertEqual((status, headers['Content-Type']),
                         (200, 'image/png'))
        self.assertEqual(picture(content).shape, (60, 80, 3))
        for name, kind in (('jpg', 'jpeg'), ('tif', 'tiff'), ('PNG', 'png')):
            _, headers, _ = self.bring(source, to=f'/api/color?format={name}')
            self.assertEqual(headers['Content-Type'], f'image/{kind}')
        self.assertNotIn('X-Notes', headers)
        _, _, content = self.bring(source, to='/api/color?quality=80')
        self.assertEqual(content, self.predicted(source, '--quality', '80'))
        for query, words in (('quality=0', 'quality must be'),
                             ('format=mp4', 'jpeg, png, tiff, webp, got'),
                             ('format=', 'format must be'),
                             ('satturation=1', "unknown option 'satt"),
                             ('saturation=lots', 'saturation must be'),
                             ('decode=x', 'decode must be')):
            status, _, body = self.bring(source, to=f'/api/color?{query}')
            self.assertEqual(status, 400)
            self.assertIn(words, json.loads(body)['error'])
        self.assertEqual(sorted(os.listdir(self.shelf.folder)), before)

    def test_what_a_result_has_lost_is_said(self):
        deep = np.linspace(900, 64000, 3000).reshape(50, 60)
        Image.fromarray(deep.astype('uint16')).save(self.path('deep.png'))
        _, headers, _ = self.bring(self.path('deep.png'),
                                   to='/api/color?format=jpg')
        self.assertEqual(headers['X-Notes'],
                         'JPEG%20holds%208%20of%20its%2016%20bits')

    def test_all_of_them_in_an_archive(self):
        ids = []
        for number, place in enumerate(('a/tom.jpg', 'b/tom.jpg',
                                        'a/tom.jpg')):
            source = gray_file(self.path(f'z{number}.jpg'), number)
            ids.append(self.brought(source, place=place)['id'])
        broken = self.brought(gray_file(self.path('gone.jpg')))['id']
        wanted = [{'id': each, 'look': {}} for each in ids]
        ticket = json.loads(self.say('/api/zip', wanted + [
            {'id': broken, 'look': {'hints': ['red']}}])[2])['ticket']
        status, headers, content = self.ask('GET', f'/api/zip/{ticket}')
        self.assertEqual(status, 200)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.namelist(), [
                'a/tom-color.jpg', 'b/tom-color.jpg', 'a/tom-color (2).jpg',
                'not-coloured.txt'])
            self.assertEqual(archive.read('a/tom-color.jpg'),
                             self.predicted(self.path('z0.jpg')))
            self.assertIn(b'gone.jpg: hint 1',
                          archive.read('not-coloured.txt'))
        self.refused(404, 'fetched already',
                     self.ask('GET', f'/api/zip/{ticket}'))
        self.refused(400, 'coherence must be', self.say('/api/zip', [
            {'id': ids[0], 'look': {'coherence': 'glue'}}]))

"""Files that the page has brought: how they are read, kept and let go of."""

import io
import json
import os
import shutil
import socket
import threading
import time
import zipfile
from unittest import mock

from PIL import Image

from colorize.page.archive import zipped
from colorize.photos import photo_file
from tests.page.serving import gray_file
from tests.page.with_photos import WithPhotos


class TestEndings(WithPhotos):
    def test_names_decide_as_they_do_for_predict(self):
        source = gray_file(self.path('preview.tif'))
        for name, words in (
                ('x.nef', 'x.nef: an NEF (raw photo); convert it'),
                ('roll/X.ARW', 'roll/X.ARW: an ARW (raw photo)'),
                ('x.tga', 'x.tga: a TGA (rare format)')):
            self.refused(422, words, self.bring(source, place=name))

    def test_jpegs_and_pngs_are_taken_under_any_name(self):
        source = gray_file(self.path('jpeg.jpg'))
        for name in ('x.nef', 'x.tga', 'x.h5', 'x.mp3', 'nef'):
            self.brought(source, place=name)

    def test_an_extra_that_is_needed_is_named(self):
        path = self.path('no.jxl')
        with open(path, 'w') as file:
            file.write('no photo')
        Image.init()
        with mock.patch.dict(Image.OPEN), mock.patch(
                'colorize.photos.opening.add_extras'):
            Image.OPEN.pop('JXL', None)
            self.refused(422, "pip install '.[formats]'", self.bring(path))


class TestRoom(WithPhotos):
    def on_a_disk(self, total, free):
        """What comes of a photo of 2 MiB on a disk of so many MiB."""
        usage = type(shutil.disk_usage('/'))(
            total << 20, (total - free) << 20, free << 20)
        source = gray_file(self.path('r.bmp'), rows=1024, columns=2048)
        with mock.patch('shutil.disk_usage', lambda _: usage):
            return self.bring(source)

    def test_a_small_disk_is_enough_while_a_tenth_of_it_is_free(self):
        for total, free in (900, 900), (900, 93), (20000, 1100):
            self.assertEqual(self.on_a_disk(total, free)[0], 201)

    def test_how_much_is_free_and_what_to_do_are_said(self):
        self.refused(507, 'has 91 MiB free, 92 MiB are needed; start the '
                     'program with TMPDIR', self.on_a_disk(900, 91))
        self.refused(507, 'has 1000 MiB free, 1026 MiB are needed',
                     self.on_a_disk(20000, 1000))


class TestArchives(WithPhotos):
    def names_of(self, *places):
        source = gray_file(self.path('w.jpg'))
        return self.files_of(self.ticket(*(
            self.brought(source, place=each)['id'] for each in places)))[0]

    def ticket(self, *numbers):
        return json.loads(self.say('/api/zip', [
            {'id': each} for each in numbers])[2])['ticket']

    def files_of(self, ticket):
        """Names in an archive, and what the last says where it is a text."""
        _, _, content = self.ask('GET', f'/api/zip/{ticket}')
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            text = (archive.read(names[-1]).decode()
                    if names[-1].endswith('.txt') else '')
        return names, text

    def folders_left(self):
        return [name for name in os.listdir(self.shelf.folder)
                if name != 'lock']

    def test_one_under_way_gets_what_is_removed_meanwhile(self):
        numbers = [self.brought(gray_file(self.path(f'{name}.png')))['id']
                   for name in 'ab']
        ticket, make = self.ticket(*numbers), self.studio.file

        def forget_and_make(*given):
            self.assertEqual(self.say('/api/forget', numbers)[0], 204)
            return make(*given)
        forget = mock.Mock(wraps=self.studio.forget)
        with mock.patch.multiple(self.studio, forget=forget,
                                 file=forget_and_make):
            names, _ = self.files_of(ticket)
            until = time.time() + 10  # the end comes after the last byte
            while forget.call_count < 4 and time.time() < until:
                time.sleep(0.01)
        self.assertEqual(names, ['a-color.png', 'b-color.png'])
        self.assertEqual(len(self.folders_left()), len(self.shelf))
        self.assertEqual(forget.call_count, 4)  # each by the tab, and after

    def test_what_was_removed_before_the_archive_is_fetched_is_named(self):
        numbers = [self.brought(gray_file(self.path(f'{name}.png')))['id']
                   for name in 'ab']
        ticket = self.ticket(*numbers)
        self.say('/api/forget', numbers[:1])
        self.assertEqual(self.files_of(ticket), (
            ['b-color.png', 'not-coloured.txt'], 'a.png: was removed\n'))

    def test_names_are_some_that_windows_takes(self):
        self.assertEqual(self.names_of(
            'who?/<a> "b"|c*.jpg', 'who?/<a> "b"|c?.jpg', 'Aux/con/a.jpg',
            'folder./roll 2. ./a.jpg', 'lpt1.old/nul .x/a.jpg',
            'auxiliary/com10/Console.jpg'), [
            'who_/_a_ _b__c_-color.jpg', 'who_/_a_ _b__c_-color (2).jpg',
            'Aux_/con_/a-color.jpg', 'folder/roll 2/a-color.jpg',
            'lpt1_.old/nul_ .x/a-color.jpg',
            'auxiliary/com10/Console-color.jpg'])

    def test_no_name_leads_out_of_the_folder(self):
        self.assertEqual(self.names_of(
            '.' * 121 + 'a/etc/x.jpg', '. . /../y.jpg', 'a/?./z.jpg'), [
            'etc/x-color.jpg', 'y-color.jpg', 'a/_/z-color.jpg'])
        source = gray_file(self.path('any.png'))
        content = b''.join(zipped([('../ . /a', lambda: (source, []))]))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.assertEqual(archive.namelist(), ['_/_/a'])

    def test_what_results_have_lost_is_in_a_text(self):
        Image.new('I;16', (80, 60), 9000).save(self.path('deep.jpg'), 'PNG')
        number = self.brought(self.path('deep.jpg'), place='a/deep.jpg')['id']
        self.assertEqual(self.files_of(self.ticket(number)), (
            ['a/deep-color.jpg', 'notes.txt'],
            'a/deep-color.jpg: JPEG holds 8 of its 16 bits\n'))

    def test_long_names_keep_their_beginning_and_ending(self):
        place = f"{'f' * 300}/1914 {'x' * 300}.jpg"
        self.assertEqual(self.names_of(place), [
            f"{'f' * 120}/1914 {'x' * 111}-color.jpg"])

    def test_one_that_nobody_fetches_any_more_holds_nothing(self):
        number = self.brought(gray_file(self.path('left.png')))['id']
        address = f'/api/zip/{self.ticket(number)}?token={self.token}'
        make, left = self.studio.file, threading.Event()

        def wait_and_make(*given):
            left.wait(10)
            return make(*given)
        with mock.patch.object(self.studio, 'file', wait_and_make):
            with socket.create_connection(('127.0.0.1', self.port)) as tab:
                tab.sendall(f'GET {address} HTTP/1.1\r\nHost: 127.0.0.1:'
                            f'{self.port}\r\n\r\n'.encode())
                tab.recv(100)
            self.say('/api/forget', [number])
            self.assertIn(number, self.folders_left())
            left.set()
            until = time.time() + 10
            while number in self.folders_left() and time.time() < until:
                time.sleep(0.01)
        self.assertNotIn(number, self.folders_left())

    def test_temporary_paths_are_not_named(self):
        number = self.brought(gray_file(self.path('full.png')))['id']
        with mock.patch.object(photo_file, 'write', lambda path, *_: open(
                os.path.join(path, 'in', 'no', 'folder'))):
            _, text = self.files_of(self.ticket(number))
        self.assertEqual(text, 'full.png: No such file or directory\n')
        self.say('/api/forget', [number])

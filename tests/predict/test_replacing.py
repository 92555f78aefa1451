"""What --overwrite replaces, and what it leaves."""

import json
import os

from PIL import Image

from colorize.photos import images
from colorize.photos.marks import mark_in
from tests.shared.photos import photo
from tests.shared.predicting import Predicting


class TestReplacing(Predicting):
    def put(self):
        """A grey photo, and the user's own colours under its result's name."""
        os.makedirs(self.path('out'), exist_ok=True)
        images.save(self.path('out', 'a-color.png'), photo())
        Image.fromarray(photo()).convert('L').save(self.path('out', 'a.png'))
        return self.content('a-color.png')

    def content(self, name):
        with open(self.path('out', name), 'rb') as file:
            return file.read()

    def test_a_picture_of_the_users_own_is_left(self):
        own = self.put()
        for place in ((self.path('out'),), (self.path('out', 'a.png'), '-o',
                                            self.path('out'))):
            for _ in range(2):
                status, lines, _ = self.run_main(*place, '--overwrite')
                self.assertEqual(status, 0, lines)
                self.assertEqual(self.content('a-color.png'), own)
                self.assertEqual(self.tree(), ['a-color-2.png', 'a-color.png',
                                               'a.png'])
                self.assertIsNotNone(mark_in(self.path('out',
                                                       'a-color-2.png')))

    def test_a_marked_result_is_taken_rather_than_what_looks_like_one(self):
        self.put()
        report = self.path('a.json')
        self.run_main(self.path('out'), '--overwrite', '--json', report)
        for options in (), ('-o', self.path('out')):
            _, lines, _ = self.run_main(self.path('out', 'a.png'), *options,
                                        '--json', report)
            self.assertIn('1 was done before', lines[0])
            with open(report) as file:
                self.assertEqual(json.load(file)['photos'][0]['output'],
                                 self.path('out', 'a-color-2.png'))

    def test_without_one_what_looks_like_it_is_taken(self):
        own = self.put()
        _, lines, _ = self.run_main(self.path('out', 'a.png'))
        self.assertIn('1 was done before', lines[0])
        self.assertEqual(self.content('a-color.png'), own)

    def test_one_under_another_name_that_a_result_could_have(self):
        self.put()
        os.rename(self.path('out', 'a-color.png'),
                  self.path('out', 'a.png-color.png'))
        self.run_main(self.path('out', 'a.png'), '--overwrite')
        self.assertEqual(self.tree(), ['a-color.png', 'a.png',
                                       'a.png-color.png'])

    def test_one_that_is_named_is_replaced(self):
        own = self.put()
        for name in ('a-color.png', 'b.bmp'):
            with open(self.path('out', name), 'wb') as file:
                file.write(own)
            self.assertEqual(self.run_main(
                self.path('out', 'a.png'), '-o', self.path('out', name),
                '--overwrite')[0], 0)
            self.assertNotEqual(self.content(name), own)
        self.assertEqual(self.tree(), ['a-color.png', 'a.png', 'b.bmp'])

"""Photos by several names."""

import os
from unittest import mock

from colorize.photos.find import each_once
from tests.shared.folder import Folder


class TestEachOnce(Folder):
    def setUp(self):
        super().setUp()
        for name in ('a.png', 'b.png', 'k.h5'):
            open(self.path(name), 'w').close()
        os.symlink(self.folder, self.path('link'))

    def test_links_to_photos_and_to_their_folders(self):
        os.symlink('a.png', self.path('c.png'))
        names = [self.path('b.png'), self.path('c.png')]
        self.assertEqual(each_once([
            *names, self.path('a.png'), self.path('link', 'b.png'),
            os.path.relpath(self.path('link', 'c.png'))]), names)

    def test_links_to_caches(self):
        os.symlink('k.h5', self.path('l.h5'))
        names = [self.path(f'l.h5::train/{number}') for number in range(2)]
        self.assertEqual(each_once(names + [
            self.path(f'k.h5::train/{number}') for number in range(2)]), names)

    def test_a_folder_and_a_cache_are_looked_up_once(self):
        names = [self.path(f'{number}.png') for number in range(5)]
        names += [self.path(f'k.h5::train/{number}') for number in range(5)]
        with mock.patch.object(os.path, 'realpath',
                               side_effect=os.path.realpath) as asked:
            self.assertEqual(each_once(names), names)
        self.assertEqual(asked.call_count, 2)

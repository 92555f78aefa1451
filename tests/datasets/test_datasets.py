"""Table 1: replicas of each layout, the split, the cache and its safety."""

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from unittest import mock

import h5py
import numpy as np

from colorize import datasets
from colorize.datasets import __main__ as command
from colorize.datasets import make_cache
from colorize.photos import cached, find, images
from tests.shared.photos import photo
from tests.shared.folder import Folder

#: A few files as their publishers ship them, and files that do not count.
LAYOUTS = {
    'mcgill': (['Animals/merry_0001.tif', 'LandWater/pippin_7.tif',
                'Man-Made/tif/x.tif', 'Land&Water/y.TIF'],
               ['readme/logo.tif', 'Snow.tif']),
    'cvcl': (['set/opencountry_land1.jpg', 'set/opencountry_natu9.jpg'],
             ['set/coast_bea1.jpg', 'set/opencountry_land1.txt']),
    'ilsvrc': (['Data/CLS-LOC/train/n04270147/n04270147_12.JPEG',
                'Data/CLS-LOC/train/n02132136/n02132136_9.JPEG'],
               ['Data/CLS-LOC/train/n01440764/n01440764_5.JPEG',
                'Data/CLS-LOC/val/ILSVRC2012_val_00000001.JPEG']),
    'mirflickr': (['mirflickr/im1.jpg', 'mirflickr/im25000.jpg'],
                  ['mirflickr/thumb1.jpg', 'mirflickr/meta/tags/im1.txt']),
}


class TestLayouts(Folder):
    def test_takes_what_belongs_to_a_set_and_nothing_else(self):
        for name, (belong, other) in LAYOUTS.items():
            for path in belong + other:
                self.write(name, path)
            self.assertEqual(datasets.find(name, self.path(name)),
                             sorted(belong))

    def test_a_photo_counts_once_whatever_links_to_it(self):
        for number in range(3):
            self.write('set', f'p{number}.png')
            os.symlink(f'p{number}.png', self.path('set', f'q{number}.png'))
        self.assertEqual(datasets.find('folder', self.path('set')),
                         ['p0.png', 'p1.png', 'p2.png'])

    def write(self, *parts):
        os.makedirs(os.path.dirname(self.path(*parts)), exist_ok=True)
        open(self.path(*parts), 'w').close()

    def test_a_set_that_is_not_there_is_named(self):
        self.write('some.jpg')
        with self.assertRaisesRegex(datasets.DatasetError,
                                    'cvcl found.*opencountry_'):
            datasets.find('cvcl', self.folder)


class TestSplit(Folder):
    def test_the_full_sets_give_the_counts_of_table_1(self):
        published = {'mcgill': 1046, 'cvcl': 411, 'ilsvrc': 13000,
                     'mirflickr': 25000}
        for name, count in published.items():
            table = datasets.DATASETS[name]
            names = [f'im{number}.jpg' for number in range(count)]
            train, test = datasets.split(names, table.train, table.test)
            self.assertEqual((len(train), len(test)),
                             (table.train, table.test))
            self.assertEqual(len(set(train + test)),
                             table.train + table.test)

    def test_the_rule_does_not_change(self):
        names = [f'{letter}.jpg' for letter in 'abcdefghij']
        train, test = datasets.split(names, test=3)
        # By md5 of 'colorize 2016/a.jpg' and so on, as md5sum gives it.
        self.assertEqual(test, ['c.jpg', 'b.jpg', 'i.jpg'])
        self.assertEqual(sorted(train + test), names)

    def test_order_does_not_matter_and_a_missing_one_moves_few(self):
        names = [f'im{number}.jpg' for number in range(100)]
        _, test = datasets.split(names)
        self.assertEqual(len(test), 10)
        self.assertEqual(datasets.split(names[::-1])[1], test)
        _, fewer = datasets.split(names[1:], test=10)
        self.assertGreaterEqual(len(set(test) & set(fewer)), 9)

    def test_it_is_the_same_from_every_folder_above(self):
        for name, (belong, _) in LAYOUTS.items():
            known = datasets.DATASETS[name].names
            names = [re.sub(r'(\.\w+)$', rf'{number}\1', path)
                     for path in belong for number in range(30)]
            _, test = datasets.split(names, known=known)
            _, above = datasets.split([f'data/{path}' for path in names],
                                      known=known)
            self.assertEqual([f'data/{path}' for path in test], above)

    def test_fewer_photos_than_in_table_1_keep_its_proportion(self):
        names = [f'im{number}.jpg' for number in range(850)]
        train, test = datasets.split(names, 7500, 1000)
        self.assertEqual((len(train), len(test)), (750, 100))


class TestCache(Folder):
    def setUp(self):
        super().setUp()
        self.photos, self.cache = self.path('photos'), self.path('c.h5')
        os.mkdir(self.photos)
        for number in range(12):
            images.save(os.path.join(self.photos, f'{number}.png'),
                        photo(number, 40, 40 + number))

    def build(self, **settings):
        return datasets.build('folder', self.photos, self.cache,
                              side=16, **settings)

    def test_holds_the_photos_as_they_are_read_without_it(self):
        found = self.build(test=4)
        self.assertEqual(found.photos, {'train': 8, 'test': 4})
        for part in cached.PARTS:
            names = find.find_photos([f'{self.cache}::{part}'])
            self.assertEqual(len(names), found.photos[part])
            for name, path in zip(names, found.plan[part]):
                straight = images.load_square(
                    os.path.join(self.photos, path), 16)
                np.testing.assert_array_equal(
                    images.load_square(name, 16), straight)

    def test_what_cannot_be_read_is_listed_with_its_reason(self):
        with open(os.path.join(self.photos, 'bad.jpg'), 'w') as file:
            file.write('no photo')
        found = self.build()
        self.assertEqual(sum(found.photos.values()), 12)
        self.assertEqual(len(found.skipped), 1)
        self.assertRegex(found.skipped[0], 'bad.jpg: not a readable photo')
        self.assertIn(found.skipped[0].strip(),
                      ' '.join(datasets.report('folder', found)))

    def test_so_is_a_link_that_leads_nowhere(self):
        os.symlink('gone.png', os.path.join(self.photos, 'link.png'))
        found = self.build()
        self.assertEqual(sum(found.photos.values()), 12)
        self.assertRegex(found.skipped[0], 'link.png: No such file')
        self.build(replace=False)

    def test_one_that_is_there_is_not_made_again(self):
        self.build()
        with mock.patch.object(images, 'load_square',
                               side_effect=AssertionError):
            self.build()

    def test_other_photos_make_it_anew(self):
        self.build()
        os.unlink(os.path.join(self.photos, '3.png'))
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(sum(self.build().photos.values()), 11)

    def test_so_do_others_of_the_same_names(self):
        self.build()
        for number in range(12):
            images.save(os.path.join(self.photos, f'{number}.png'),
                        photo(number, 44, 40 + number))
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.build()
        self.assertIn('c.h5: is of other photos that had the same names, '
                      'and is made anew', said.getvalue())
        name = cached.describe(self.cache).plan['train'][0]
        np.testing.assert_array_equal(
            images.load_square(f'{self.cache}::train/0', 16),
            images.load_square(os.path.join(self.photos, name), 16))

    def test_it_is_said_what_is_another(self):
        self.build()
        os.utime(os.path.join(self.photos, '3.png'), (1, 1))
        for side, words in ((16, 'of photos that have changed since'),
                            (32, 'of photos of another size')):
            said = io.StringIO()
            with contextlib.redirect_stderr(said):
                datasets.build('folder', self.photos, self.cache, side)
            self.assertIn(f'c.h5: is {words}, and is made', said.getvalue())

    def test_one_that_is_older_than_marks_stays(self):
        self.build()
        with h5py.File(self.cache, 'r+') as file:
            plan = json.loads(file['plan'][()])
            del plan['sizes'], plan['times'], file['plan']
            file['plan'] = json.dumps(plan)
        self.assertEqual(self.build().plan, plan)

    def test_one_that_is_needed_is_not_replaced(self):
        self.build()
        os.utime(os.path.join(self.photos, '3.png'), (1, 1))
        before = self.build(replace=False)
        for settings in ({'test': 5}, {}):
            if not settings:
                with open(os.path.join(self.photos, '3.png'), 'ab') as file:
                    file.write(b'more')
            with self.assertRaisesRegex(datasets.DatasetError,
                                        'c.h5: is of other photos'):
                self.build(replace=False, **settings)
        self.assertEqual(cached.describe(self.cache), before)

    def test_a_cache_can_be_made_of_a_cache(self):
        self.build()
        found = datasets.build('folder', f'{self.cache}::train',
                               self.path('d.h5'), side=16)
        self.assertEqual(found.photos, {'train': 10, 'test': 1})

    def test_goes_on_where_it_was_killed(self):
        for number in range(12, 300):
            os.link(os.path.join(self.photos, '0.png'),
                    os.path.join(self.photos, f'{number}.png'))
        code = ('import time; from colorize import datasets; '
                'from colorize.photos import images; '
                'load = images.load_square; '
                'images.load_square = lambda *a: '
                '(time.sleep(0.01), load(*a))[1]; '
                f'datasets.build("folder", {self.photos!r}, '
                f'{self.cache!r}, side=16)')
        with subprocess.Popen([sys.executable, '-c', code]) as process:
            first = os.path.join(f'{self.cache}.pieces', 'train-0.npz')
            while not os.path.exists(first) and process.poll() is None:
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        self.assertFalse(os.path.exists(self.cache))
        read, load = [], images.load_square

        def counted(path, side):
            read.append(path)
            return load(path, side)
        with mock.patch.object(images, 'load_square', counted):
            found = self.build()
        self.assertEqual(sum(found.photos.values()), 300)
        self.assertLessEqual(len(read), 300 - make_cache.PIECE)
        self.assertFalse(os.path.exists(f'{self.cache}.pieces'))

    def test_pieces_of_other_photos_are_not_used(self):
        pieces = f'{self.cache}.pieces'
        os.mkdir(pieces)
        with open(os.path.join(pieces, 'plan.json'), 'w') as file:
            json.dump({'other': 1}, file)
        with open(os.path.join(pieces, 'train-0.npz'), 'w') as file:
            file.write('of something else')
        self.assertEqual(sum(self.build().photos.values()), 12)

    def test_a_file_of_another_kind_is_refused_and_kept(self):
        with open(self.cache, 'w') as file:
            file.write('my diary')
        with self.assertRaisesRegex(cached.CacheError, 'c.h5: no cache'):
            self.build()
        with open(self.cache) as file:
            self.assertEqual(file.read(), 'my diary')

    def test_a_cache_that_promises_too_much_is_refused(self):
        with h5py.File(self.cache, 'w') as file:
            for part in cached.PARTS:
                file.create_dataset(f'{part}/photos', (1, 1 << 16, 1 << 16,
                                                       3), 'uint8',
                                    chunks=(1, 64, 64, 3))
        with self.assertRaisesRegex(images.ImageError, 'no cache of photos'):
            images.load(f'{self.cache}::train/0')

    def test_parts_and_photos_that_are_not_there(self):
        self.build()
        for name, words in (('::all', 'name a part'), ('::train/x', 'name a'),
                            ('::train/99', 'cannot be read'),
                            ('', 'name a part')):
            with self.assertRaisesRegex(ValueError, words):
                images.load(self.cache + name)
        for name, words in ((self.cache, 'name a part'),
                            (self.path('no.h5::train'),
                             'no.h5: No such file or directory$')):
            with self.assertRaisesRegex(ValueError, words):
                find.find_photos([name])

    def test_none_that_can_be_read(self):
        for number in range(12):
            with open(os.path.join(self.photos, f'{number}.png'), 'w'):
                pass
        for _ in range(2):
            with self.assertRaisesRegex(
                    datasets.DatasetError, 'photos: none of the photos to '
                                           'train can be read, as .*png: '):
                self.build()
        self.assertFalse(os.path.exists(self.cache))

    def test_no_photo_to_test_that_can_be_read(self):
        _, test = datasets.split(os.listdir(self.photos))
        with open(os.path.join(self.photos, test[0]), 'w'):
            pass
        lines = datasets.report('folder', self.build())
        self.assertIn('11 training and 0 test photos', lines[0])
        self.assertIn(f'{test[0]}: ', lines[2])

    def test_other_endings_could_not_be_named_and_are_refused(self):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), \
                self.assertRaises(SystemExit):
            command.main(['folder', self.photos, '--cache', 'c.hdf5'])
        self.assertIn("must end in .h5, got 'c.hdf5'", said.getvalue())

    def test_names_are_printed_in_one_line(self):
        with open(os.path.join(self.photos, 'a\nb.jpg'), 'w'):
            pass
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            command.main(['folder', self.photos, '--cache', self.cache])
        self.assertIn('a\\nb.jpg: ', said.getvalue())

    def test_the_command(self):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            self.assertEqual(command.main(
                ['folder', self.photos, '--cache', self.cache,
                 '--test', '5']), 0)
        self.assertIn('7 training and 5 test photos', said.getvalue())
        for given in (['folder', '0'], ['folder', '-5'], ['cvcl', '10']):
            with self.assertRaisesRegex(datasets.DatasetError,
                                        f'--test {given[1]}: must be 1 or'):
                command.main([given[0], self.photos, '--test', given[1]])
        with self.assertRaisesRegex(datasets.DatasetError, 'none to train'):
            datasets.build('folder', self.photos, self.path('d.h5'), test=12)

"""Files and photos: whole or not at all, every mode that people have."""

import os
import stat
import subprocess
import sys
import unittest

import numpy as np
from PIL import Image

from colorize.disk import whole
from colorize.photos import find, images
from tests.shared import permissions
from tests.shared.folder import Folder
from tests.shared.photos import photo


class TestWrittenWhole(Folder):
    def test_a_failure_leaves_the_old_file_and_nothing_else(self):
        with open(self.path('a'), 'w') as file:
            file.write('old')
        with self.assertRaises(KeyError):
            with whole.written_whole(self.path('a')) as file:
                file.write(b'half of the n')
                raise KeyError
        self.assertEqual(os.listdir(self.folder), ['a'])
        with open(self.path('a')) as file:
            self.assertEqual(file.read(), 'old')

    def test_a_new_file_in_a_new_folder_with_the_usual_mode(self):
        with whole.written_whole(self.path('new', 'b')) as file:
            file.write(b'whole')
        with open(self.path('plain'), 'w'):
            pass
        self.assertEqual(stat.S_IMODE(os.stat(self.path('new', 'b')).st_mode),
                         stat.S_IMODE(os.stat(self.path('plain')).st_mode))

    def test_in_a_folder_that_nobody_may_list(self):
        os.mkdir(self.path('box'))
        os.chmod(self.path('box'), 0o300)
        self.addCleanup(os.chmod, self.path('box'), 0o700)
        with permissions.held():
            with whole.written_whole(self.path('box', 'a')) as file:
                file.write(b'whole')
            os.rename(self.path('box', 'a'), self.path('box', 'b'))
            whole.replace_whole(self.path('box', 'b'), self.path('box', 'c'))
            with open(self.path('box', 'c'), 'rb') as file:
                self.assertEqual(file.read(), b'whole')


class TestClaim(Folder):
    def test_says_only_what_was_said_last(self):
        """Also where a run that was killed had said more."""
        with open(self.path('.writing-a'), 'wb') as file:
            file.write(b'of a run that was killed')
        claim = whole.claimed(self.folder, 'a')
        self.addCleanup(claim.close)
        for words in (b'a longer text', b'short', b''):
            claim.say(words)
            self.assertEqual(list(whole.said_by_others(self.folder, 'a')),
                             [words])


class TestSweep(Folder):
    def test_leftovers_go_and_what_is_being_written_stays(self):
        """The neighbour is a process of its own; then it is killed."""
        code = ('import sys, time\n'
                'from colorize.disk.whole import written_whole\n'
                'with written_whole(sys.argv[1]) as file:\n'
                '    file.write(b"half")\n'
                '    file.flush()\n'
                '    print("ready", flush=True)\n'
                '    time.sleep(60)\n')
        with subprocess.Popen([sys.executable, '-c', code, self.path('a')],
                              stdout=subprocess.PIPE) as neighbour:
            neighbour.stdout.readline()
            whole.sweep(self.folder)
            self.assertEqual(len(os.listdir(self.folder)), 1)
            neighbour.kill()
            neighbour.wait()
        whole.sweep(self.folder)
        self.assertEqual(os.listdir(self.folder), [])

    def test_nothing_to_sweep(self):
        whole.sweep(self.path('nowhere'))
        os.mkfifo(self.path('.writing-fifo'))  # opening it must not wait
        os.symlink('/etc/passwd', self.path('.writing-link'))
        whole.sweep(self.folder)
        self.assertTrue(os.path.exists('/etc/passwd'))


class TestFindPhotos(Folder):
    def test_folders_are_searched_in_a_fixed_order(self):
        os.makedirs(self.path('deep', 'er'))
        for name in ('b.JPG', 'a.png', 'notes.txt', 'deep/c.tiff',
                     'deep/er/d.webp'):
            with open(self.path(name), 'w'):
                pass
        found = find.find_photos([self.folder, self.path('notes.txt')])
        self.assertEqual(found, [self.path(name) for name in (
            'a.png', 'b.JPG', 'deep/c.tiff', 'deep/er/d.webp', 'notes.txt')])

    def test_nothing_to_find(self):
        with self.assertRaisesRegex(ValueError, 'no photos found'):
            find.find_photos([self.folder])
        with self.assertRaisesRegex(ValueError, 'nowhere: no such file'):
            find.find_photos(['nowhere'])


class TestLoad(Folder):
    def saved(self, image, name='photo.png', **kwargs):
        image.save(self.path(name), **kwargs)
        return images.load(self.path(name))

    def test_color_as_it_is(self):
        np.testing.assert_array_equal(
            self.saved(Image.fromarray(photo())), photo())

    def test_gray_of_every_depth(self):
        grey = np.arange(256, dtype='uint8').reshape(16, 16)
        expected = np.repeat(grey[..., None], 3, axis=2)
        deep = grey.astype('uint16') * 257
        for array, name in ((grey, 'a.png'), (deep, 'b.png'),
                            (deep, 'c.tif'),
                            ((grey / 255).astype('float32'), 'd.tif')):
            found = self.saved(Image.fromarray(array), name)
            np.testing.assert_array_equal(found, expected, name)

    def test_bilevel_palette_and_cmyk(self):
        black = np.zeros((4, 4), bool)
        black[1] = True
        found = self.saved(Image.fromarray(black))
        self.assertEqual(found[1].min(), 255)
        self.assertEqual(found[0].max(), 0)
        palette = Image.fromarray(photo()).quantize(16)
        np.testing.assert_array_equal(self.saved(palette),
                                      np.asarray(palette.convert('RGB')))
        cmyk = self.saved(Image.fromarray(photo()).convert('CMYK'), 'a.tif')
        self.assertLess(np.abs(cmyk - photo().astype(int)).max(), 4)

    def test_transparent_parts_are_white(self):
        rgba = np.dstack([photo(), np.zeros((40, 48), 'uint8')])
        rgba[:10, :, 3] = 255
        found = self.saved(Image.fromarray(rgba))
        np.testing.assert_array_equal(found[:10], photo()[:10])
        self.assertEqual(found[10:].min(), 255)

    def test_turned_upright(self):
        turned = Image.fromarray(photo())
        exif = Image.Exif()
        exif[0x0112] = 6  # to be shown turned a quarter clockwise
        found = self.saved(turned, 'a.png', exif=exif)
        np.testing.assert_array_equal(found, np.rot90(photo(), -1))

    def test_first_frame_of_an_animation(self):
        frames = [Image.new('RGB', (8, 8), name) for name in ('red', 'lime')]
        frames[0].save(self.path('a.gif'), save_all=True,
                       append_images=frames[1:])
        self.assertEqual(images.load(self.path('a.gif'))[0, 0].tolist(),
                         [255, 0, 0])

    def test_bad_files_are_named_in_one_line(self):
        Image.fromarray(photo()).save(self.path('whole.jpg'))
        with open(self.path('whole.jpg'), 'rb') as file:
            whole = file.read()
        nan = np.full((4, 4), np.nan, 'float32')
        Image.fromarray(nan).save(self.path('nan.tif'))
        for name, content in (('empty.png', b''), ('text.jpg', b'hello'),
                              ('half.jpg', whole[:len(whole) // 2]),
                              ('nan.tif', None)):
            if content is not None:
                with open(self.path(name), 'wb') as file:
                    file.write(content)
            with self.assertRaises(images.ImageError) as caught:
                images.load(self.path(name))
            line = str(caught.exception)
            self.assertTrue(line.startswith(f'{self.path(name)}: '), line)
            self.assertNotIn('\n', line)
        with self.assertRaisesRegex(images.ImageError, 'No such file'):
            images.load(self.path('missing.jpg'))
        with self.assertRaisesRegex(images.ImageError, 'Is a directory'):
            images.load(self.folder)


class TestSave(Folder):
    def test_round_trip(self):
        images.save(self.path('deep', 'a.png'), photo())
        np.testing.assert_array_equal(images.load(self.path('deep', 'a.png')),
                                      photo())
        images.save(self.path('b.png'), photo().astype('f') / 255)
        np.testing.assert_array_equal(images.load(self.path('b.png')),
                                      photo())

    def test_a_name_that_is_too_long(self):
        images.save(self.path('a' * 251 + '.png'), photo())
        with self.assertRaisesRegex(
                images.ImageError,
                r'a\.png: cannot be written \(File name too long\)'):
            images.save(self.path('a' * 252 + '.png'), photo())
        self.assertEqual(len(os.listdir(self.folder)), 1)

    def test_unknown_ending(self):
        with self.assertRaisesRegex(images.ImageError, "ending '.xyz'"):
            images.save(self.path('a.xyz'), photo())
        self.assertEqual(os.listdir(self.folder), [])


class TestResize(unittest.TestCase):
    def test_a_plane_stays_a_plane(self):
        columns = np.linspace(-50, 80, 64)
        values = np.stack([np.tile(columns, (32, 1)),
                           np.full((32, 64), 7.)], axis=-1)
        found = images.resize(values, 64, 128)
        self.assertEqual(found.shape, (64, 128, 2))
        expected = np.interp(np.arange(128) / 2 - 0.25, np.arange(64),
                             columns)
        np.testing.assert_allclose(found[:, 8:-8, 0],
                                   np.tile(expected[8:-8], (64, 1)),
                                   atol=1e-3)
        np.testing.assert_allclose(found[..., 1], 7, atol=1e-5)

"""A name that is taken, by whom, and several runs at once."""

import os
import re
import shutil
import subprocess
import sys

from PIL import Image

from colorize.color import rounding
from colorize.photos import images
from colorize.predict.claims import Claims
from tests.shared.predicting import Predicting
from tests.shared.photos import photo


class Standing(Predicting):
    def put(self, place, number, name='IMG_1.png'):
        os.makedirs(self.path(place), exist_ok=True)
        Image.fromarray(photo(number)).save(self.path(place, name))
        return self.path(place, name)

    def made_of(self, name):
        """The number of the photo that a result has the grey of."""
        grey = rounding.grays(images.load(self.path('out', name)))
        return [number for number in range(5) if (rounding.grays(
            photo(number)) == grey).all()]


class TestOfOneName(Standing):
    def test_one_after_the_other(self):
        for number, place in enumerate(('a', 'b', 'c')):
            source = self.put(place, number)
            for _ in range(2):
                status, lines, _ = self.run_main(source, '-o',
                                                 self.path('out'))
                self.assertEqual(status, 0)
            self.assertIn('1 was done before', lines[0])
        self.assertEqual(self.tree(), [
            'IMG_1-color-2.png', 'IMG_1-color-3.png', 'IMG_1-color.png'])
        for number, name in enumerate(('IMG_1-color.png', 'IMG_1-color-2.png',
                                       'IMG_1-color-3.png')):
            self.assertEqual(self.made_of(name), [number])

    def test_in_one_call_and_in_another_order(self):
        sources = [self.put(place, number)
                   for number, place in enumerate(('a', 'b'))]
        run = ('-o', self.path('out'))
        self.assertEqual(self.run_main(*sources, *run)[0], 0)
        self.assertEqual(self.tree(), ['IMG_1-color-2.png',
                                       'IMG_1-color.png'])
        self.assertEqual(len(self.made), 1)  # in one go
        _, lines, _ = self.run_main(*sources[::-1], *run)
        self.assertIn('0 of 2 photos coloured, 2 were done', lines[0])
        self.run_main(*sources[::-1], *run, '--overwrite')
        self.assertEqual(self.made_of('IMG_1-color.png'), [0])
        self.assertEqual(self.made_of('IMG_1-color-2.png'), [1])

    def test_a_photo_that_was_changed_is_another(self):
        source = self.put('in', 0)
        self.run_main(source)
        self.put('in', 1)
        self.assertEqual(self.run_main(source)[0], 0)
        self.assertEqual(sorted(os.listdir(self.path('in'))), [
            'IMG_1-color-2.png', 'IMG_1-color.png', 'IMG_1.png'])
        _, lines, _ = self.run_main(self.path('in'))
        self.assertIn('0 of 1 photo coloured, 1 was done before '
                      '(--overwrite colours it again), 0 failed, 2 results '
                      'among them', lines[0])

    def test_what_is_no_result_is_left(self):
        source = self.put('in', 0)
        os.mkdir(self.path('out'))
        with open(self.path('out', 'IMG_1-color.png'), 'w') as file:
            file.write('a letter')
        self.assertEqual(self.run_main(source, '-o', self.path('out'),
                                       '--overwrite')[0], 0)
        with open(self.path('out', 'IMG_1-color.png')) as file:
            self.assertEqual(file.read(), 'a letter')
        self.assertEqual(self.made_of('IMG_1-color-2.png'), [0])

    def test_a_file_that_was_named(self):
        first, second = self.put('a', 0), self.put('b', 1)
        name = self.path('out', 'x.png')
        self.run_main(first, '-o', name)
        status, lines, _ = self.run_main(second, '-o', name)
        self.assertEqual(status, 1)
        self.assertIn(f'x.png: is no result of {second}', lines[0])
        self.assertEqual(self.made_of('x.png'), [0])
        self.assertEqual(self.run_main(second, '-o', name,
                                       '--overwrite')[0], 0)
        self.assertEqual(self.made_of('x.png'), [1])

    def test_a_copy_of_the_photo_is_no_result(self):
        source = self.put('in', 0)
        os.mkdir(self.path('out'))
        copy = shutil.copy(source, self.path('out', 'b.png'))
        status, lines, _ = self.run_main(source, '-o', copy)
        self.assertEqual(status, 1)
        self.assertIn(f'b.png: is no result of {source} (--overwrite '
                      'replaces it)', lines[0])
        os.rename(copy, self.path('out', 'IMG_1-color.png'))
        self.run_main(source, '-o', self.path('out'))
        self.assertEqual(self.made_of('IMG_1-color-2.png'), [0])

    def test_a_photo_that_is_missing(self):
        source = self.put('a', 0)
        self.run_main(source, '-o', self.path('out'))
        os.remove(source)
        status, lines, _ = self.run_main(source, '-o', self.path('out'))
        self.assertEqual(status, 1)
        self.assertIn('IMG_1.png: No such file', lines[0])
        self.assertEqual(self.made_of('IMG_1-color.png'), [0])

    def test_a_folder_that_was_moved(self):
        for number in range(3):
            self.put('in', number, f'{number}.png')
        self.run_main(self.path('in'), '-o', self.path('out'))
        os.rename(self.path('in'), self.path('elsewhere'))
        shutil.move(self.path('out'), self.path('new'))
        _, lines, _ = self.run_main(self.path('elsewhere'), '-o',
                                    self.path('new'))
        self.assertIn('0 of 3 photos coloured, 3 were done', lines[0])


class TestOtherInputs(Standing):
    """What was coloured into a folder is known, whatever was named then."""

    def done(self, *places):
        _, lines, _ = self.run_main(*places, '-o', self.path('out'))
        found = [line for line in lines if ' coloured, ' in line]
        self.assertEqual(len(self.made), 1, found)
        return int(re.search('([0-9]+) w(?:as|ere) done before',
                             found[0]).group(1))

    def first(self, *places):
        self.run_main(*places, '-o', self.path('out'))
        return self.tree()

    def test_files_folders_and_those_above_them(self):
        for number, place in enumerate(('in/a', 'in/b', 'in/b/a')):
            self.put(place, number)
        first = self.first(self.path('in'))
        one = self.path('in', 'b', 'a', 'IMG_1.png')
        for count, places in (
                (1, [one]), (3, [self.folder]), (1, [self.path('in', 'a')]),
                (2, [self.path('in', 'b', 'a'), self.path('in', 'b')]),
                (3, [self.path('in/*/*.png'), one, self.path('in')])):
            self.assertEqual(self.done(*places), count)
            self.assertEqual(self.tree(), first)

    def test_flat_before_and_in_folders_now(self):
        for number, place in enumerate(('in/a', 'in/b')):
            self.put(place, number)
        first = self.first(self.path('in/a'), self.path('in/b'))
        self.assertEqual(first, ['IMG_1-color-2.png', 'IMG_1-color.png'])
        self.assertEqual(self.done(self.path('in')), 2)
        os.remove(self.path('out', 'IMG_1-color.png'))
        self.assertEqual(self.done(self.path('in/b')), 1)
        self.assertEqual(self.tree(), ['IMG_1-color-2.png'])

    def test_links_and_relative_names(self):
        source = self.put('in', 0)
        os.symlink(source, self.path('in', 'linked.png'))
        os.symlink(self.path('in'), self.path('album'))
        first = self.first(self.path('album'), self.path('in'))
        self.assertEqual(first, ['IMG_1-color.png'])
        for place in (self.path('album', 'IMG_1.png'),
                      self.path('in', 'linked.png'), os.path.relpath(source)):
            self.assertEqual(self.done(place), 1)

    def test_beside_another_of_its_stem(self):
        source = self.put('in', 0)
        Image.fromarray(photo(1)).save(self.path('in', 'IMG_1.gif'))
        first = self.first(self.path('in'))
        self.assertIn('IMG_1.png-color.png', first)
        self.assertEqual(self.done(source), 1)

    def test_equal_photos_of_one_call_have_a_result_each(self):
        for place in ('in', 'in/A'):
            self.put(place, 0)
        first = self.first(self.path('in'))
        os.remove(self.path('out', 'A', 'IMG_1-color.png'))
        self.assertEqual(self.first(self.path('in')), first)


#: Another run: it has found its photos, tells so and colours them on a line.
_OTHER = """
import sys
from unittest import mock
from colorize import command
from colorize.predict import __main__ as predict
from experiments.shared.stand_in import Uncompiled

def make(*args, **kwargs):
    print('ready', flush=True)
    sys.stdin.readline()
    return Uncompiled(*args, **kwargs)

with mock.patch('colorize.colorizer.Colorizer', make):
    command.run(lambda: predict.main(sys.argv[1:]))
"""


class TestRunsOfOtherInputs(Standing):
    """Two processes into one folder, of which each names other things."""

    def other(self, *arguments):
        """Start the other and wait until it has found its photos."""
        run = subprocess.Popen(
            [sys.executable, '-c', _OTHER, *arguments], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.addCleanup(run.communicate)
        self.addCleanup(run.kill)
        self.assertEqual(run.stdout.readline(), 'ready\n')
        return run

    def both(self, first, second):
        """What is said by one that begins before and ends after another."""
        run = self.other(*first)
        status, lines, _ = self.run_main(*second)
        self.assertEqual(status, 0, lines)
        said = run.communicate('\n' * 9)[1]
        self.assertEqual(run.returncode, 0, said)
        return said, lines

    def test_a_folder_and_files_of_it(self):
        out = '-o', self.path('out')
        files = [self.put('in/a', 0), self.put('in/b', 1), *out]
        whole, part = [self.path('in'), *out], [self.path('in/b'), *out]
        for first, second in ((whole, files), (files, whole), (part, whole)):
            shutil.rmtree(self.path('out'), ignore_errors=True)
            said, _ = self.both(first, second)
            self.assertRegex(said, 'w(as|ere) done before')
            self.assertEqual(len(self.tree()), 2, said)

    def test_what_the_first_does_not_name_is_coloured(self):
        files = [self.put('in/a', 0), self.put('in/b', 1)]
        out = '-o', self.path('out')
        said, lines = self.both([files[1], *out], [*files, *out])
        self.assertIn('2 of 2 photos coloured', lines[0])
        self.assertIn('0 of 1 photo coloured, 1 was done', said)
        self.assertEqual(self.made_of('IMG_1-color.png'), [1])
        self.assertEqual(self.made_of('IMG_1-color-2.png'), [0])

    def test_another_photo_of_the_same_name(self):
        files = [self.put('a', 0), self.put('b', 1)]
        out = '-o', self.path('out')
        self.both([files[0], *out], [files[1], *out])
        self.assertEqual(self.made_of('IMG_1-color.png'), [0])
        self.assertEqual(self.made_of('IMG_1-color-2.png'), [1])

    def test_a_file_that_was_named(self):
        files = [self.put('a', 0), self.put('b', 1)]
        out = '-o', self.path('out.png')
        run = self.other(files[0], *out)
        for option in ((), ('--overwrite',)):
            status, lines, _ = self.run_main(files[1], *out, *option)
            self.assertEqual(status, 1)
            self.assertIn('out.png: another run is writing it, of another '
                          'photo', lines[0])
        self.assertEqual(self.run_main(files[0], *out)[0], 0)
        self.run_main(files[0], '-o', self.path('b.png'))
        run.communicate('\n')
        self.assertEqual(sorted(os.listdir(self.folder)), [
            'a', 'b', 'b.png', 'out.png'])

    def test_beside_another_of_its_stem(self):
        source = self.put('in', 0)
        Image.fromarray(photo(1)).save(self.path('in', 'IMG_1.gif'))
        for first, second in (([source], [self.path('in')]),
                              ([self.path('in')], [source])):
            self.both(first, second)
            results = set(os.listdir(self.path('in'))) - {
                'IMG_1.png', 'IMG_1.gif'}
            self.assertEqual(len(results), 2, results)
            for name in results:
                os.remove(self.path('in', name))


class TestSeveralRuns(Standing):
    def test_what_another_run_has_is_left_to_it(self):
        """The other is a process that holds its claim; then it ends."""
        for number in range(2):
            self.put('in', number, f'{number}.png')
        code = ('import sys\n'
                'from colorize.predict.claims import Claims\n'
                'print(Claims().take(sys.argv[1]), flush=True)\n'
                'sys.stdin.read()\n')
        run = self.path('in'), '-o', self.path('out')
        with subprocess.Popen(
                [sys.executable, '-c', code,
                 self.path('out', '1-color.png')], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            self.assertEqual(other.stdout.readline(), 'True\n')
            status, lines, _ = self.run_main(*run)
            self.assertEqual(status, 0)
            self.assertIn('1 of 2 photos coloured, 0 failed, 1 left to '
                          'another run', lines[0])
            other.kill()
        _, lines, _ = self.run_main(*run)
        self.assertIn('1 of 2 photos coloured, 1 was done', lines[0])
        self.assertEqual(self.tree(), ['0-color.png', '1-color.png'])

    def test_another_photo_into_a_folder_within(self):
        """Names are agreed on by folder; no photo is lost without a word."""
        one, two = self.put('in/A', 0), self.put('b', 1)
        output = self.path('out', 'A', 'IMG_1-color.png')
        other = Claims()
        self.addCleanup(other.close)
        second = two, '-o', self.path('out', 'A')
        for photo_of_other, status, words in (
                (two, 0, '1 left to another run'),
                (one, 1, f'{two}: another run is writing {output}, of '
                 'another photo')):
            self.assertTrue(other.take(output, photo=photo_of_other))
            found, lines, _ = self.run_main(*second)
            self.assertEqual(found, status)
            self.assertIn(words, lines[0])
            other.drop(output)
        self.assertEqual(self.run_main(*second)[0], 0)

    def test_a_claim_ends(self):
        mine = Claims()
        self.assertTrue(mine.take(self.path('a')))
        self.assertFalse(Claims().take(self.path('a')))
        mine.drop(self.path('a'))
        other = Claims()
        self.assertTrue(other.take(self.path('a')))
        other.close()
        self.assertEqual(os.listdir(self.folder), [])

    def test_leftovers_are_swept(self):
        source = self.put('in', 0)
        os.mkdir(self.path('out'))
        with open(self.path('out', '.writing-killed'), 'w'):
            pass
        self.run_main(source, '-o', self.path('out'))
        self.assertEqual(self.tree(), ['IMG_1-color.png'])

"""The closing line, and what may end a run before its photos."""

import errno
import json
import os
import re
import shutil
from unittest import mock

from colorize.photos import images, photo_file
from colorize.predict.plan import Plan, Task
from colorize.predict.report import Summary
from colorize.systems.weights_file import default_weights
from tests.predict.test_command import write_weights
from tests.shared.photos import photo, write_photos
from tests.shared.predicting import Predicting


class TestGrammar(Predicting):
    def line(self, names, skipped=0, **plan):
        tasks = [Task(name, f'{name}-color') for name in names]
        summary = Summary({}, {}, Plan(tasks, plan.get('own', 0), [], plan.get(
            'unread', []), False))
        for number, task in enumerate(tasks):
            summary.add(task, 'skipped' if number < skipped else 'done')
        return summary.line()

    def test_one_and_many_photos_and_films(self):
        for names, words in (
                (['a.jpg'], '1 of 1 photo coloured, 0 failed'),
                (['a.jpg', 'b'], '2 of 2 photos coloured, 0 failed'),
                (['a.mp4'], '1 of 1 film coloured, 0 failed'),
                (['a.mp4', 'b.mkv'], '2 of 2 films coloured, 0 failed'),
                (['a.mp4', 'b'], '2 of 2 photos and films coloured, '
                 '0 failed')):
            self.assertEqual(self.line(names), words)

    def test_one_and_many_of_the_rest(self):
        self.assertEqual(
            self.line('ab', 1, own=1, unread=[OSError()]),
            '1 of 2 photos coloured, 1 was done before (--overwrite colours '
            'it again), 0 failed, 1 result among them passed over, 1 folder '
            'cannot be read')
        self.assertEqual(
            self.line('ab', 2, own=2, unread=[OSError()] * 2),
            '0 of 2 photos coloured, 2 were done before (--overwrite colours '
            'them again), 0 failed, 2 results among them passed over, 2 '
            'folders cannot be read')


class TestNumbered(Predicting):
    def test_names_that_other_files_have(self):
        for number, place in enumerate('abc'):
            os.mkdir(self.path(place))
            images.save(self.path(place, 'x.png'), photo(number))
        for places, words in (
                ('a', []), ('ab', ['1 result numbered, as another file has '
                                   'its name (x-color-2.png)']),
                ('abc', ['1 result numbered, as another file has its name '
                         '(x-color-3.png)']), ('abc', [])):
            self.assertEqual(self.said(places), words)
        shutil.rmtree(self.path('out'))
        self.assertEqual(self.said('abc'), [
            '2 results numbered, as other files have their names '
            '(x-color-2.png)'])

    def said(self, places, *options):
        status, lines, _ = self.run_main(
            *(self.path(place, 'x.png') for place in places), '-o',
            self.path('out'), *options)
        self.assertEqual(status, 0)
        return re.findall('[0-9]+ results? numbered[^)]*[)]',
                          ' '.join(lines))

    def test_of_one_photo(self):
        source, = write_photos(self.folder, 1)
        with open(self.path('photo0-color.png'), 'w') as file:
            file.write('a letter')
        _, lines, _ = self.run_main(source)
        self.assertIn('1 of 1 photo coloured, 0 failed, 1 result numbered',
                      lines[0])

    def test_names_that_tell_stems_apart_are_no_numbers(self):
        images.save(self.path('tom.png'), photo())
        self.run_main(self.path('tom.png'))
        images.save(self.path('tom.bmp'), photo(1))
        for places in ['tom.png', 'tom.bmp'], ['tom.png']:
            _, lines, _ = self.run_main(*map(self.path, places),
                                        '--overwrite')
            self.assertNotIn('numbered', ' '.join(lines))
        self.assertEqual(sorted(os.listdir(self.folder)), [
            'tom-color.png', 'tom.bmp', 'tom.bmp-color.png', 'tom.png'])

    def test_numbers_whose_reason_has_gone_are_not_said(self):
        for number, place in enumerate('ab'):
            os.mkdir(self.path(place))
            images.save(self.path(place, 'x.png'), photo(number))
        self.said('ab')
        os.remove(self.path('out', 'x-color.png'))
        self.assertEqual(self.said('b', '--overwrite'), [])


class TestStopped(Predicting):
    def stopped(self, *options):
        with mock.patch('colorize.colorizer.Colorizer',
                        side_effect=KeyboardInterrupt):
            return self.run_main(self.folder, *options)

    def test_how_it_goes_on(self):
        write_photos(self.folder, 1)
        status, lines, _ = self.stopped()
        self.assertEqual(status, 130)
        self.assertIn('0 of 1 photo coloured, 0 failed, 1 left; the same '
                      'command goes on from there', lines[0])
        # With --overwrite it would begin again.
        _, lines, _ = self.stopped('--overwrite')
        self.assertTrue(lines[0].endswith(', 1 left'), lines)


class TestFullDisk(Predicting):
    def run_full(self, *options, write=None):
        full = images.ImageError(
            'x.png: cannot be written (No space left on device)')
        with mock.patch.object(photo_file, 'write', side_effect=write or full):
            return self.run_main(self.folder, '-o', self.path('out'),
                                 *options)

    def test_the_first_ends_the_run(self):
        write_photos(self.folder, 30)
        status, lines, _ = self.run_full(
            '--batch-size', '1', '--json', self.path('a.json'))
        self.assertEqual((status, len(lines)), (1, 2), lines)
        self.assertIn('No space left on device', lines[0])
        self.assertIn('0 of 30 photos coloured, 1 failed, 29 left; the same '
                      'command goes on from there', lines[1])
        with open(self.path('a.json')) as file:
            self.assertEqual(json.load(file)['totals']['failed'], 1)

    def test_of_a_file_that_says_so(self):
        """As the system says it, by the number."""
        write_photos(self.folder, 2)
        status, lines, _ = self.run_full('--batch-size', '1', write=OSError(
            errno.EDQUOT, os.strerror(errno.EDQUOT), 'x'))
        self.assertEqual((status, len(lines)), (1, 2), lines)

    def test_other_errors_end_nothing(self):
        write_photos(self.folder, 3)
        status, lines, _ = self.run_full(write=images.ImageError(
            'x.png: cannot be written (Permission denied)'))
        self.assertEqual((status, len(lines)), (1, 4))


class TestOtherSettings(Predicting):
    def again(self, *options):
        """What is said of a photo that is done, after "before"."""
        status, lines, _ = self.run_main(self.path('photo0.png'), *options)
        self.assertEqual(status, 0)
        return re.search('before(.*) \\(--overwrite', lines[0]).group(1)

    def hints(self, color):
        with open(self.path('h.json'), 'w') as file:
            json.dump([{'row': 1, 'column': 1, 'color': color}], file)
        return '--hints', self.path('h.json')

    def test_each_of_those_that_decide_the_colours(self):
        self.run_main(*write_photos(self.folder, 1))
        shutil.copy(default_weights(), self.path('w.npz'))
        for same in ([], ['--quality', '9'], ['--saturation', '1'],
                     ['--decode', 'vivid', '--coherence', 'areas'],
                     ['--weights', self.path('w.npz')]):
            self.assertEqual(self.again(*same), '', same)
        write_weights(self.path('w.npz'))
        for other in (['--saturation', '1.5'], ['--decode', 'mean'],
                      ['--coherence', 'none'], self.hints('#808080'),
                      ['--weights', self.path('w.npz')]):
            self.assertEqual(self.again(*other), ' with other settings')

    def test_hints_that_were_changed(self):
        source, = write_photos(self.folder, 1)
        hints = self.hints('#808080')
        self.run_main(source, *hints)
        self.assertEqual(self.again(*hints), '')
        self.assertEqual(self.again(*self.hints('#808081')),
                         ' with other settings')

    def test_some_of_them(self):
        sources = write_photos(self.folder, 3)
        self.run_main(sources[0])
        self.run_main(*sources[1:], '--saturation', '2')
        self.assertEqual(self.again(*sources[1:]), ', 2 with other settings')


class TestFilesThatOptionsName(Predicting):
    def test_are_looked_at_though_all_is_done(self):
        source, = write_photos(self.folder, 1)
        self.run_main(source)
        for name in ('--weights', '--hints'):
            for value in ('nope', self.folder):
                status, lines, _ = self.run_main(source, name, value)
                self.assertEqual((status, len(lines)), (1, 1), lines)
                self.assertIn(value, lines[0])
        status, lines, _ = self.run_main(source, '--weights', source)
        self.assertEqual(status, 1)
        self.assertIn('photo0.png: ', lines[0])

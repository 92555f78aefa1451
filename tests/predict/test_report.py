"""What a run says that it has done, and how good that is."""

import json
import os
import signal
import unittest
from unittest import mock

import numpy as np
from PIL import Image

from colorize import color
from colorize.color import evaluation, metrics
from colorize.photos import images
from colorize.predict import standing
from colorize.predict.claims import Claims
from colorize.predict.plan import Plan, Task
from colorize.predict.report import Summary
from tests.shared.predicting import Predicting
from tests.shared.photos import photo, write_photos
from tests.shared.terminal import Terminal


#: A run that says something of each photo, and takes a while for it.
_SLOW = '''
import sys, time
from unittest import mock
from colorize import command
from colorize.photos import photo_file
from colorize.predict import __main__ as predict
from experiments.shared.stand_in import Uncompiled

def write(*args, write=photo_file.write):
    time.sleep(0.1)
    return write(*args) + ['is slow']

with mock.patch('colorize.colorizer.Colorizer', Uncompiled), \\
        mock.patch.object(photo_file, 'write', write):
    command.run(lambda: predict.main(sys.argv[1:]))
'''


class TestReport(Predicting):
    def test_json_adds_up(self):
        paths = write_photos(self.path(), 3)
        with open(paths[1], 'wb') as file:
            file.write(b'no photo')
        os.mkdir(self.path('out'))
        with Image.open(paths[0]) as image:  # without a mark
            image.resize((96, 80)).save(self.path('out', 'photo0-color.png'))
        status, _, _ = self.run_main(
            *paths, '-o', self.path('out'), '--json', self.path('a.json'),
            '--saturation', '1.5', '--decode', 'mean')
        self.assertEqual(status, 1)
        with open(self.path('a.json')) as file:
            found = json.load(file)
        self.assertEqual(found['totals'],
                         {'done': 1, 'skipped': 1, 'failed': 1})
        self.assertEqual([found['settings'][name] for name in (
            'saturation', 'decode', 'coherence')], [1.5, 'mean', 'none'])
        first, second, third = found['photos']
        self.assertEqual(first['status'], 'skipped')
        self.assertEqual((second['status'], third['status']),
                         ('done', 'failed')[::-1])
        self.assertIn('not a readable photo', second['error'])
        self.assertEqual(third['size'], [40, 48])
        self.assertEqual(third['input'], paths[2])
        self.assertTrue(os.path.exists(third['output']))
        self.assertGreater(third['seconds'], 0)

    def test_stopped_before_photos_are_reached(self):
        """What was known of them stays."""
        paths = write_photos(self.folder, 3)
        run = *paths, '-o', self.path('out'), '--json', self.path('a.json')
        self.run_main(*run)
        with open(self.path('a.json')) as file:
            first = json.load(file)
        for place, options in (
                ('colorize.predict.neighbours.standing', ()),
                ('colorize.colorizer.Colorizer', ('--overwrite',))):
            with mock.patch(place, side_effect=KeyboardInterrupt):
                self.assertEqual(self.run_main(*run, *options)[0], 130)
            with open(self.path('a.json')) as file:
                found = json.load(file)
            self.assertEqual(found['photos'], first['photos'])
            self.assertEqual(set(found['totals'].values()), {0})
        self.run_main(*paths[1:], *run[3:])
        with open(self.path('a.json')) as file:
            self.assertEqual([each['input'] for each
                              in json.load(file)['photos']], paths[1:])

    def test_stopped_when_it_asks_again_for_what_another_run_had(self):
        paths = write_photos(self.folder, 2)
        run = *paths, '-o', self.path('out'), '--json', self.path('a.json')
        self.run_main(*run)
        other = Claims()
        self.addCleanup(other.close)
        other.take(self.path('out', 'photo1-color.png'))
        plans = mock.Mock(wraps=standing.standing, side_effect=[
            mock.DEFAULT, KeyboardInterrupt])
        with mock.patch('colorize.predict.neighbours.standing', plans):
            status, lines, _ = self.run_main(*run, '--overwrite')
        self.assertEqual(status, 130)
        self.assertIn('1 of 2 photos coloured, 0 failed, 1 left', lines[0])
        with open(self.path('a.json')) as file:
            self.assertEqual([each['input'] for each
                              in json.load(file)['photos']], paths)

    def test_a_report_into_a_pipe(self):
        """Written, and never read: that would wait for ever."""
        source, = write_photos(self.folder, 1)
        read, write = os.pipe()
        status, _, _ = self.run_main(source, '--json', f'/dev/fd/{write}')
        os.close(write)
        self.assertEqual(status, 0)
        with open(read) as file:
            self.assertEqual(json.load(file)['totals']['done'], 1)

    def test_a_report_behind_what_a_shell_has_opened(self):
        source, = write_photos(self.folder, 1)
        with open(self.path('a.json'), 'wb') as file:
            file.write(b'first\n')
            file.flush()
            place = f'/dev/fd/{file.fileno()}'
            self.assertEqual(self.run_main(source, '--json', place)[0], 0)
        with open(self.path('a.json')) as file:
            self.assertEqual(file.readline(), 'first\n')
            self.assertEqual(json.load(file)['totals']['done'], 1)

    def test_stopped_while_it_is_written(self):
        source, = write_photos(self.folder, 1)
        line = mock.PropertyMock(side_effect=lambda: os.kill(
            os.getpid(), signal.SIGTERM) or True)
        with mock.patch.object(Summary, 'worth_a_line', line):
            status, _, _ = self.run_main(source, '--json', self.path('a'))
        self.assertEqual(status, 143)
        with open(self.path('a')) as file:
            self.assertEqual(json.load(file)['totals']['done'], 1)

    def test_a_terminal_that_is_closed(self):
        write_photos(self.folder, 20)
        terminal = Terminal(_SLOW, self.folder, '-o', self.path('out'),
                            '--json', self.path('a.json'))
        self.addCleanup(terminal.process.wait)
        self.addCleanup(terminal.process.kill)
        terminal.read('is slow')
        terminal.close()
        self.assertEqual(terminal.process.wait(20), 129)
        with open(self.path('a.json')) as file:
            found = json.load(file)
        self.assertCountEqual(
            [each['output'] for each in found['photos']],
            [self.path('out', name) for name in self.tree()])
        self.assertIn(found['totals']['done'], range(1, 20))

    def test_a_line_that_cannot_be_said(self):
        paths = write_photos(self.folder, 2)
        with mock.patch.object(Summary, 'line', side_effect=OSError('full')):
            status, _, _ = self.run_main(*paths, '--json', self.path('a'))
        self.assertEqual(status, 1)
        with open(self.path('a')) as file:
            self.assertEqual(json.load(file)['totals']['done'], 2)

    def test_a_report_that_cannot_be_written(self):
        source, = write_photos(self.folder, 1)
        for place in ('photo0.png/a.json', ''):
            status, lines, _ = self.run_main(source, '--json',
                                             self.path(place))
            self.assertEqual(status, 2)
            self.assertIn('--json', lines[-1])
        self.assertEqual(os.listdir(self.folder), ['photo0.png'])
        self.assertEqual(self.made, [])

    def test_a_pipe_is_no_place(self):
        source, = write_photos(self.folder, 1)
        for place, said in (('-', '-'), ('', "''")):
            status, lines, _ = self.run_main(source, '--json', place)
            self.assertEqual(status, 2)
            self.assertIn(f'--json {said}: reports are files; name a file',
                          lines[-1])
        self.assertEqual(os.listdir(self.folder), ['photo0.png'])
        self.assertFalse(os.path.exists('-'))

    def test_a_score_that_is_no_number_is_null(self):
        summary = Summary({}, {}, Plan([Task('a', 'b')], 0, [], [], False))
        summary.add(Task('a', 'b'), 'done', scores={
            'psnr': float('inf'), 'sat': [float('nan'), 1.5]})
        summary.write(self.path('a.json'), {'psnr': float('nan')})
        with open(self.path('a.json')) as file:
            found = json.loads(file.read(), parse_constant=self.fail)
        self.assertEqual(found['photos'][0]['scores'],
                         {'psnr': None, 'sat': [None, 1.5]})
        self.assertIsNone(found['average']['psnr'])

    def test_a_report_where_there_is_no_room(self):
        source, = write_photos(self.folder, 1)
        status, lines, _ = self.run_main(source, '--json', '/dev/full')
        self.assertEqual(status, 1)
        self.assertIn('/dev/full: No space left', lines[-1])

    def test_a_report_replaces_nothing_else(self):
        source, = write_photos(self.folder, 1)
        for content in ('weights', '[1]', '{"photos": 3}', '[' * 100000):
            with open(self.path('w.npz'), 'w') as file:
                file.write(content)
            status, lines, _ = self.run_main(source, '--json',
                                             self.path('w.npz'))
            self.assertEqual(status, 2)
            self.assertIn('w.npz: exists and is no report', lines[-1])
            with open(self.path('w.npz')) as file:
                self.assertEqual(file.read(), content)
        self.assertEqual(sorted(os.listdir(self.folder)),
                         ['photo0.png', 'w.npz'])


class TestEvaluate(Predicting):
    def test_table_and_json(self):
        paths = write_photos(self.folder, 2)
        Image.fromarray(photo()[..., 1]).save(self.path('grey.png'))
        status, lines, table = self.run_main(
            self.path('grey.png'), *paths, '-o', self.path('out'),
            '--evaluate', '--json', self.path('a.json'))
        self.assertEqual(status, 0)
        self.assertIn('grey.png: has no colours to score', lines[0])
        self.assertEqual(len(table), 4)
        self.assertIn('Acc(U)', table[0])
        self.assertTrue(table[1].endswith(paths[0]))
        self.assertTrue(table[3].endswith('average of 2'))
        with open(self.path('a.json')) as file:
            found = json.load(file)
        each = [one['scores'] for one in found['photos'][1:]]
        self.assertNotIn('scores', found['photos'][0])
        for name, value in found['average'].items():
            self.assertAlmostEqual(value, np.mean([one[name]
                                                   for one in each]))
        self.assertIn(f"{each[0]['psnr']:.2f}", table[1])

    def test_scores_outlive_a_second_run(self):
        paths = write_photos(self.folder, 3)
        options = ('-o', self.path('out'), '--evaluate', '--json',
                   self.path('a.json'))
        self.run_main(*paths[:2] + list(options))
        with open(self.path('a.json')) as file:
            first = json.load(file)
        status, _, table = self.run_main(*paths + list(options))
        with open(self.path('a.json')) as file:
            both = json.load(file)
        self.assertEqual(status, 0)
        self.assertEqual([one['status'] for one in both['photos']],
                         ['skipped', 'skipped', 'done'])
        for old, new in zip(first['photos'], both['photos']):
            self.assertEqual(old['scores'], new['scores'])
        self.assertTrue(table[-1].endswith('average of 3'))

    def test_results_without_scores_are_said(self):
        paths = write_photos(self.folder, 3)
        self.run_main(paths[0])
        status, lines, table = self.run_main(paths[0], '--evaluate')
        self.assertEqual((status, table), (0, []))
        self.assertIn('1 photo that was done before is not scored '
                      '(--overwrite colours it, and scores what has '
                      'colours)', lines[0])
        self.run_main(paths[1])
        status, lines, table = self.run_main(*paths, '--evaluate')
        self.assertTrue(table[-1].endswith('average of 1'))
        self.assertIn('2 photos that were done before are not scored '
                      '(--overwrite colours them, and scores what '
                      'has colours)', lines[0])

    def test_scores_are_those_of_the_two_photos(self):
        painted = images.load(write_photos(self.folder, 2)[1])
        found = evaluation.scores(painted, photo())
        lightness, actual = color.split(photo())
        expected = metrics.score(lightness, color.split(painted)[1], actual)
        self.assertEqual(found['acc_u'], expected['acc_u'])
        self.assertEqual(evaluation.scores(photo(), photo())['acc_v'], 1)
        self.assertEqual(evaluation.scores(photo(), photo())['sat_diff'], 0)

    def test_large_photos_are_scored_smaller(self):
        with mock.patch.object(evaluation, 'MOST', 500):
            self.assertLessEqual(evaluation.smaller(photo())[..., 0].size,
                                 500)
            found = evaluation.scores(photo(), photo())
        self.assertEqual(found['acc_u'], 1)

    def test_what_has_colours(self):
        gray = np.repeat(photo()[..., :1], 3, axis=2)
        self.assertTrue(evaluation.has_color(photo()))
        for grey in (gray, gray[..., 0], gray + np.array(
                [0, 3, 1], 'uint8')):
            self.assertFalse(evaluation.has_color(grey))


class TestSummary(unittest.TestCase):
    def test_line(self):
        tasks = [Task(name, 'b') for name in 'abcde']
        plan = Plan(tasks, 2, ['x.dng', 'y.PSD', 'z.psd'],
                    [OSError(13, 'Permission denied', 'in')], False)
        plain = Plan(tasks[:3], 0, [], [], False)
        for plan, more, failed in ((plain, '', 1), (plan, (
                ', 1 left to another run, 1 left, 2 results among them '
                'passed over, 1 folder cannot be read, 3 not read (DNG, '
                'PSD)'), 2)):
            summary = Summary({}, {}, plan)
            for task, status in zip(tasks, ('done', 'done', 'failed')):
                summary.add(task, status)
            summary.left = int(bool(more))
            self.assertEqual(summary.line(), (
                f'2 of {len(plan.tasks)} photos coloured, 1 failed{more}'))
            self.assertEqual(summary.failed, failed)

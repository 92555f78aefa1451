"""predict --scheduler, with two real workers."""

import contextlib
import glob
import io
import json
import os

from colorize.cluster.connection import ClusterError
from colorize.cluster.window import Lost
from colorize.predict import __main__ as predict
from colorize.predict import claims, spreading
from colorize.predict.plan import Task
from experiments.shared.stand_in import Uncompiled
from tests.predict.test_command import write_weights
from tests.shared.folder import Folder
from tests.shared.photos import write_photos

#: Of :func:`colorize.predict.pipeline.colored`.
OPTIONS = {'batch_size': 4, 'quality': None, 'side_by_side': False,
           'evaluate': False, 'hints': None}


class TestScheduler(Folder):
    def predict(self, out, *more):
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            status = predict.main([
                self.path('in'), '-o', self.path(out), '--weights',
                self.path('w.npz'), '--json', self.path(f'{out}.json'), *more])
        with open(self.path(f'{out}.json')) as file:
            report = json.load(file)
        return status, said.getvalue(), {
            os.path.basename(each['input']): each['status']
            for each in report['photos']}

    def test_the_same_photos_and_report_as_in_one_process(self):
        write_weights(self.path('w.npz'))
        os.makedirs(self.path('in'))
        write_photos(self.path('in'), 6)
        with open(self.path('in', 'bad.jpg'), 'wb') as file:
            file.write(b'\xff\xd8\xff\xe0')
        alone = self.predict('alone')
        status, said, report = self.predict('many', '--scheduler', 'local:2')
        self.assertEqual((status, report), (alone[0], alone[2]))
        self.assertEqual(status, 1)
        self.assertEqual(sorted(said.splitlines()),
                         sorted(alone[1].splitlines()))
        names = os.listdir(self.path('alone'))
        self.assertEqual(len(names), 6)
        self.assertEqual(sorted(os.listdir(self.path('many'))),
                         sorted(names))
        for name in names:
            with open(self.path('alone', name), 'rb') as one, \
                    open(self.path('many', name), 'rb') as other:
                self.assertEqual(one.read(), other.read(), name)


class TestWorker(Folder):
    def test_one_that_differs_refuses(self):
        write_weights(self.path('w.npz'))
        mine = spreading.facts(self.path('w.npz'))
        self.assertEqual(len(mine), 7)
        for name, value in mine.items():
            with self.assertRaisesRegex(ClusterError, f'has {name} {value}, '
                                        'the client other'):
                spreading.made(self.path('w.npz'), (None, 1, None),
                               dict(mine, **{name: 'other'}))

    def color(self, tasks, again=False, waits=lambda: True):
        return spreading.color_parcel(OPTIONS, False, Uncompiled(None), tasks,
                                      again, waits)

    def tasks(self, count):
        return [Task(path, self.path('out', os.path.basename(path)))
                for path in write_photos(self.folder, count)]

    def test_what_another_run_has_is_left_to_it(self):
        tasks = self.tasks(3)
        self.color(tasks[:1])
        with contextlib.closing(claims.Claims()) as other:
            other.take(tasks[1].output)
            done, busy, mine = self.color(tasks)
            self.assertEqual((done, busy, mine.status), (None, None, 'done'))
            # Those of a worker that died are done anew.
            done, busy, mine = self.color(tasks, again=True)
            self.assertEqual((done.status, busy), ('done', None))

    def test_parcels_get_smaller_towards_the_end(self):
        for count, first, last in ((5000, 100, 4), (300, 37, 4), (9, 1, 1)):
            found = list(spreading.parcels(range(count), count, 8))
            self.assertEqual(sum(found, []), list(range(count)))
            sizes = list(map(len, found))
            self.assertEqual(sizes, sorted(sizes, reverse=True))
            self.assertEqual((sizes[0], sizes[-2]), (first, last))
        # How many there are is only about known.
        self.assertEqual(sum(spreading.parcels(range(9), 3, 8), []),
                         list(range(9)))

    def test_ends_where_nobody_waits_and_leaves_nothing(self):
        tasks = self.tasks(4)
        found = self.color(tasks, waits=lambda: False)
        self.assertEqual(found, [None] * 4)
        found = self.color(tasks, waits=lambda: not glob.glob(
            self.path('out', '*.png')))
        self.assertIn(None, found)
        self.assertEqual(glob.glob(self.path('out', '.*')), [])

    def test_names_are_the_users(self):
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(self.folder)
        with open('bad.jpg', 'wb') as file:
            file.write(b'text')
        task = Task('bad.jpg', 'out.jpg')
        outcome = spreading.outcome_of(task, *self.color([task]))
        self.assertEqual(outcome.task, task)
        self.assertRegex(str(outcome.error), '^bad.jpg: ')

    def test_a_deadly_photo_is_named(self):
        outcome = spreading.outcome_of(Task('a.jpg', 'b.jpg'),
                                       Lost('workers died', True))
        self.assertEqual((outcome.status, str(outcome.error)), (
            'failed', 'a.jpg: workers died; it is left'))

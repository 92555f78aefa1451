"""predict --scheduler, with two real workers."""

import contextlib
import glob
import io
import json
import os
import sys
from unittest import mock

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


class TestClient(Folder):
    """What is sent, to a worker that stands in another folder."""

    def setUp(self):
        super().setUp()
        self.addCleanup(os.chdir, os.getcwd())
        for place in ('mine', 'theirs'):
            os.mkdir(self.path(place))
        os.chdir(self.path('mine'))

    def spread(self, client, make, apply, batches):
        batches = list(batches)
        os.chdir(self.path('theirs'))
        for batch in batches:
            yield from zip(batch, apply(Uncompiled(None), batch, False,
                                        lambda: True))
        os.chdir(self.path('mine'))

    def colored(self, tasks, left):
        with mock.patch.object(spreading, 'connected',
                               mock.MagicMock()), \
                mock.patch.object(spreading, 'facts'), \
                mock.patch.object(spreading, 'spread', self.spread):
            return list(spreading.colored_by_workers(
                tasks, len(tasks), 'local:1', 'w.npz', (None, 1, None),
                OPTIONS, False, left))

    def test_relative_paths_are_ours_and_names_the_users(self):
        write_photos('.', 1)
        write_photos(self.path('theirs'), 2)
        tasks = [Task('photo0.png', 'out/a.png'), Task('none.png', 'b.png'),
                 Task('photo0.png', 'photo0.png/c.png')]
        found = self.colored(tasks, [])
        self.assertEqual([each.task for each in found], tasks)
        self.assertEqual([each.status for each in found],
                         ['done', 'failed', 'failed'])
        self.assertRegex(str(found[1].error), '^none.png: ')
        self.assertRegex(str(found[2].error), '^photo0.png/c.png: ')
        self.assertEqual(os.listdir('out'), ['a.png'])
        self.assertEqual(len(os.listdir(self.path('theirs'))), 2)

    def test_what_another_run_has_is_named_as_ours(self):
        task, left = Task(*write_photos('.', 1), 'a.png'), []
        with contextlib.closing(claims.Claims()) as other:
            other.take('a.png')
            self.assertEqual(self.colored([task], left), [])
        self.assertEqual(left, [task])

    def test_dask_is_missing(self):
        with mock.patch.dict(sys.modules, {'distributed': None}), \
                self.assertRaisesRegex(ClusterError, 'needs Dask; pip'):
            list(spreading.colored_by_workers(
                [], 0, 'local:1', 'w.npz', (), OPTIONS, False, []))


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

    def test_a_deadly_photo_is_named(self):
        outcome = spreading.outcome_of(Task('a.jpg', 'b.jpg'),
                                       Lost('workers died', True))
        self.assertEqual((outcome.status, str(outcome.error)), (
            'failed', 'a.jpg: workers died; it is left'))

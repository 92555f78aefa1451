"""The pipeline: order, errors, memory."""

import os
import threading
import time
import weakref
from unittest import mock

import numpy as np
from PIL import Image

from colorize.photos import photo_file
from colorize.predict import pipeline
from colorize.predict.plan import Task, make_plan
from experiments.shared.stand_in import Uncompiled
from tests.shared.photos import photo, write_photos
from tests.shared.predicting import Predicting


class TestColored(Predicting):
    def tasks(self, count, bad=()):
        paths = write_photos(self.folder, count)
        for number in bad:
            with open(paths[number], 'wb') as file:
                file.write(b'no photo')
        return [Task(path, self.path('out', os.path.basename(path)))
                for path in paths]

    def test_order_is_kept_and_a_bad_photo_alone_fails(self):
        tasks = self.tasks(9, bad=(2, 8))
        write = photo_file.write

        def slow(path, *rest):
            time.sleep(0.05 * (path.endswith('0.png')))
            return write(path, *rest)
        for batch_size in (1, 2, 50):
            with mock.patch.object(photo_file, 'write', slow):
                found = list(pipeline.colored(tasks, Uncompiled(None),
                                              batch_size))
            self.assertEqual([each.task for each in found], tasks)
            self.assertEqual([number for number, each in enumerate(found)
                              if each.status == 'failed'], [2, 8])
            self.assertIn(tasks[2].photo, str(found[2].error))
            self.assertEqual(found[0].size, (40, 48))
            self.assertEqual(len(self.tree()), 7)

    def test_photos_of_one_shape_share_a_pass(self):
        """Two shapes, in turns: batches are of one shape all the same."""
        for number in range(8):
            Image.fromarray(photo(0, *((20, 60), (60, 20))[
                number % 2])).save(self.path(f'{number}.png'))
        colorizer, passes = Uncompiled(None), []

        def answer(shown):
            passes.append(shown.shape)
            return [np.zeros((len(shown), 2) + shown.shape[2:], 'float32')]
        lanes, held = mock.Mock(), mock.Mock()
        lanes.count.return_value = 1
        lanes.answers = lambda batches, count: map(answer, batches)
        held.network.settings = {'system': 'regression', 'color_space': 'luv'}
        plan = make_plan([self.folder], self.path('out'))
        with mock.patch.multiple(
                Uncompiled, _lanes=lanes, _trained=held,
                answered=Uncompiled.__mro__[1].answered, create=True):
            found = list(pipeline.colored(plan.tasks, colorizer, 4))
        self.assertEqual([len(each) for each in passes], [4, 4])
        self.assertNotIn('failed', [each.status for each in found])

    def test_photos_are_painted_while_the_network_answers_for_others(self):
        """Of one group; and few answers wait, whatever the group has."""
        written, open_ = threading.Event(), []
        write = photo_file.write

        def slow(path, *rest):
            written.set()
            time.sleep(0.01)
            open_.append(-1)
            return write(path, *rest)

        def answered(_, smalls, batch_size):
            for number, small in enumerate(smalls):
                self.assertTrue(number < 3 or written.wait(9))
                open_.append(1)
                yield [number], [np.zeros((2,) + small.shape, 'float32')]
        with mock.patch.object(photo_file, 'write', slow), \
                mock.patch.object(Uncompiled, 'answered', answered):
            found = list(pipeline.colored(self.tasks(30), Uncompiled(None),
                                          30))
        self.assertEqual([each.status for each in found], ['done'] * 30)
        self.assertLess(np.cumsum(open_).max(), 12)

    def test_memory_is_bounded_by_pixels(self):
        """No more than the room, however slow writing is."""
        tasks, most, taken = self.tasks(12), [], []
        give, take = pipeline.Room.give, pipeline.Room.take

        def counted(room, pixels):
            take(room, pixels)
            most.append(room.taken)
        with mock.patch.object(pipeline, 'ROOM', 5 * 1920), \
                mock.patch.object(pipeline, 'GROUP', 2 * 1920), \
                mock.patch.object(pipeline.Room, 'take', counted), \
                mock.patch.object(pipeline.Room, 'give', lambda *args: (
                    time.sleep(0.01), taken.append(args[1]), give(*args))):
            found = list(pipeline.colored(tasks, Uncompiled(None)))
        self.assertEqual(len(found), 12)
        self.assertLessEqual(max(most), 5 * 1920)
        self.assertEqual(sum(taken), 12 * 1920)

    def test_few_photos_are_taken_at_once(self):
        """Each is claimed, by one or two open files."""
        taken, ahead = [], []
        tasks = (taken.append(number) or Task(self.path('none'), 'out')
                 for number in range(600))
        for done, _ in enumerate(pipeline.colored(
                tasks, Uncompiled(None), 1024)):
            ahead.append(len(taken) - done)
        self.assertEqual(len(ahead), 600)
        self.assertLess(2 * max(ahead), 800)

    def test_photos_larger_than_the_room_pass_one_by_one(self):
        with mock.patch.object(pipeline, 'ROOM', 100), \
                mock.patch.object(pipeline, 'GROUP', 10):
            found = list(pipeline.colored(self.tasks(4), Uncompiled(None)))
        self.assertEqual([each.status for each in found], ['done'] * 4)

    def test_who_waits_for_a_large_photo_keeps_none_before_it(self):
        decode, seen, kept = photo_file.Opened.decode, [], []

        def counted(file):
            late = time.time() + 1  # threads are still leaving it
            while any(each() is not None for each in seen):
                if time.time() > late:
                    kept.append(file)
                    break
            found = decode(file)
            found = found._replace(pixels=found.pixels.copy())
            seen.append(weakref.ref(found.pixels))
            return found
        with mock.patch.object(pipeline, 'ROOM', 100), \
                mock.patch.object(pipeline, 'GROUP', 10), \
                mock.patch.object(photo_file.Opened, 'decode', counted):
            list(pipeline.colored(self.tasks(4), Uncompiled(None)))
        self.assertEqual((len(seen), kept), (4, []))

    def test_stopping_early_leaves_no_thread_and_no_half_file(self):
        before = threading.active_count()
        with mock.patch.object(pipeline, 'ROOM', 2000), \
                mock.patch.object(pipeline, 'GROUP', 1000):
            outcomes = pipeline.colored(self.tasks(9), Uncompiled(None))
            next(outcomes)
            outcomes.close()
        self.assertEqual(threading.active_count(), before)
        self.assertFalse([name for name in self.tree()
                          if name.startswith('.')])
        self.assertLess(len(self.tree()), 9)

    def test_too_little_memory_names_the_photo(self):
        with mock.patch.object(Uncompiled, 'paint',
                               side_effect=MemoryError):
            found, = pipeline.colored(self.tasks(1), Uncompiled(None))
        self.assertRegex(str(found.error), 'photo0.png: not enough memory')

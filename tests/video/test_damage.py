"""Films that are damaged, runs that are stopped."""

import os
from fractions import Fraction
from unittest import mock

import av
import numpy as np

from colorize.video import extra, film, opening, planes
from colorize.video.extra import FilmError
from tests.shared import films
from tests.shared.folder import Folder

extra.require('tests')


class TestDamage(Folder):
    def setUp(self):
        super().setUp()
        self.film, self.output = self.path('a.mkv'), self.path('out/b.mkv')

    def color(self, **settings):
        return film.color_film(self.film, self.output, films.Tinting(),
                               quality=100, **settings)

    def refused(self, words):
        with self.assertRaisesRegex(FilmError, words) as caught:
            self.color()
        self.assertIn(self.film, str(caught.exception))

    def test_cut_off(self):
        """What is there is written; the place is named."""
        films.write_film(self.film, films.pictures(120), rate=24,
                         options={'qp': '0', 'g': '12'})
        content = open(self.film, 'rb').read()
        with open(self.film, 'wb') as file:
            file.write(content[:len(content) // 2])
        self.refused(r'damaged at 0:00:0\d\.\d .*early')
        whole, found = self.path('whole.mkv'), films.frames_of(self.output)
        films.write_film(whole, films.pictures(120), rate=24)
        self.assertGreater(len(found), 20)
        for one, other in zip(films.frames_of(whole)[:20], found):
            np.testing.assert_array_equal(planes.luma(one),
                                          planes.luma(other))
        self.assertEqual(os.listdir(self.path('out')), ['b.mkv'])

    def test_beginning_late_is_no_damage(self):
        """Whether the end that a file states counts from 0 or not."""
        for ending in ('mkv', 'webm', 'mp4', 'mov'):
            self.film = self.path(f'a.{ending}')
            films.write_film(
                self.film, times=range(5000, 5400, 40), sound=None,
                base=Fraction(1, 1000), options={},
                codec='libvpx-vp9' if ending == 'webm' else 'libx264')
            with self.subTest(film=self.film):
                self.color()
                self.assertAlmostEqual(
                    films.frames_of(self.output)[0].time, 5, 1)

    def test_a_late_film_that_is_cut_off(self):
        for ending, sound in (('mkv', None), ('webm', 'libopus')):
            self.film = self.path(f'a.{ending}')
            films.write_film(
                self.film, films.pictures(200), sound=sound,
                times=range(5000, 13000, 40), base=Fraction(1, 1000),
                codec='libvpx' if ending == 'webm' else 'libx264',
                options={'g': '12'})
            with open(self.film, 'r+b') as file:
                file.truncate(os.path.getsize(self.film) // 2)
            with self.subTest(film=self.film):
                self.refused(r'damaged at 0:00:\d\d\.\d .*ends \d.* early')

    def test_hole(self):
        """What is behind it is written, too."""
        for share, lost in ((0.5, 0), (0.62, 15)):
            with self.subTest(share=share):
                films.write_film(self.film, films.pictures(60), rate=24,
                                 options={'qp': '0', 'g': '12'}, sound=None)
                size = os.path.getsize(self.film)
                with open(self.film, 'r+b') as file:
                    file.seek(int(share * size))
                    file.write(b'\x55' * (size // 20))
                self.refused(r'damaged at 0:00:01\.\d')
                found = films.frames_of(self.output)
                self.assertAlmostEqual(len(found), 60 - lost, delta=2)
                self.assertGreater(found[-1].time, 2.3)

    def test_no_film(self):
        with open(self.film, 'wb') as file:
            file.write(b'nothing of the kind' * 100)
        self.refused('not a readable film')
        self.assertFalse(os.path.exists(self.path('out')))

    def test_a_list_of_other_files_is_no_film(self):
        films.write_film(self.path('secret.mp4'))
        with open(self.film, 'w') as file:
            file.write("ffconcat version 1.0\nfile 'secret.mp4'\n")
        self.refused('not a readable film')

    def test_a_header_that_asks_for_memory(self):
        """The file is damaged then, and nothing is short."""
        asked = av.error.MemoryError(12, 'Cannot allocate memory')
        with open(self.path('a.mp4'), 'w'), \
                mock.patch('av.open', side_effect=asked), \
                self.assertRaisesRegex(FilmError, 'a.mp4: not a readable '
                                                  'film .Cannot allocate'):
            opening.opened(self.path('a.mp4'))

    def test_no_such_file(self):
        with self.assertRaises(OSError):
            self.color()

    def test_no_picture(self):
        import av
        with av.open(self.film, 'w') as result:
            films.add_noise(result, result.add_stream('aac', rate=48000))
        self.refused('no moving picture')

    def test_cannot_be_written(self):
        films.write_film(self.film)
        self.output = self.path('out/b.flac')
        with self.assertRaisesRegex(FilmError, 'b.flac: films are written'):
            self.color()


_ANEW = ['was begun anew: what an earlier run had done was of other settings, '
         'or of the film before it was changed']


class TestStopped(Folder):
    def setUp(self):
        super().setUp()
        self.film = self.path('a.mp4')
        films.write_film(self.film, films.pictures(100), sound='aac')

    def color(self, output, **settings):
        made = films.Tinting()
        with mock.patch.object(film, 'SEGMENT', 20):
            _, self.notes = film.color_film(self.film, output, made,
                                            **settings)
        return made.asked

    def stop(self, output, after, **settings):
        def bar(done, of):
            if done == after:
                raise KeyboardInterrupt
        with self.assertRaises(KeyboardInterrupt):
            self.color(output, bar=bar, **settings)

    def test_goes_on_and_ends_the_same(self):
        whole, again = self.path('whole.mp4'), self.path('again.mp4')
        asked = self.color(whole)
        self.stop(again, 30)
        self.assertFalse(os.path.exists(again))
        self.assertTrue(os.path.exists(f'{again}.parts'))
        self.stop(again, 70)
        self.assertLess(self.color(again), 0.7 * asked)
        with open(whole, 'rb') as one, open(again, 'rb') as other:
            self.assertEqual(one.read(), other.read())
        self.assertFalse(os.path.exists(f'{again}.parts'))
        self.assertEqual(self.notes, [])

    def test_damage_is_remembered_up_to_the_end(self):
        """A run that stops before all are joined has said nothing of it."""
        films.write_film(self.film, films.pictures(60), rate=24, sound=None,
                         container='matroska', options={'qp': '0', 'g': '12'})
        size = os.path.getsize(self.film)
        with open(self.film, 'r+b') as file:
            file.seek(size // 2)
            file.write(b'\x55' * (size // 20))
        output = self.path('b.mkv')
        with mock.patch('colorize.video.joining.join',
                        side_effect=KeyboardInterrupt), \
                self.assertRaises(KeyboardInterrupt):
            self.color(output)
        with self.assertRaisesRegex(FilmError, r'damaged at 0:00:01\.'):
            self.color(output)

    def test_another_setting_starts_anew(self):
        whole, again = self.path('whole.mp4'), self.path('again.mp4')
        self.stop(again, 70)
        asked = self.color(whole, firm=0.9)
        self.assertEqual(self.color(again, firm=0.9), asked)
        self.assertEqual(self.notes, _ANEW)

    def test_a_film_that_was_changed_starts_anew(self):
        """Though no part that is digested is another."""
        whole, again = self.path('whole.mp4'), self.path('again.mp4')
        asked = self.color(whole)
        self.stop(again, 70)
        os.utime(self.film, (0, 0))
        self.assertEqual(self.color(again), asked)
        self.assertEqual(self.notes, _ANEW)

    def test_two_at_a_time(self):
        def bar(done, of):
            with self.assertRaisesRegex(FilmError, 'another process'):
                self.color(output)
            raise KeyboardInterrupt
        output = self.path('b.mp4')
        with self.assertRaises(KeyboardInterrupt):
            self.color(output, bar=bar)

    def test_progress(self):
        seen = []
        self.color(self.path('b.mp4'),
                   bar=lambda done, of: seen.append((done, of)))
        self.assertEqual(seen, [(number, 100) for number in range(1, 101)])

"""Films of every kind, coloured: what they had they have."""

from fractions import Fraction

import av
import numpy as np

from colorize.video import extra, film, planes
from colorize.video.extra import FilmError
from tests.shared import films
from tests.shared.folder import Folder

extra.require('tests')

#: Frames that last for different times, in units of a 12800th of a second.
UNEVEN = [0, 500, 1100, 1300, 3000, 3200, 3500, 4000, 4700, 5000]


class TestRoundTrip(Folder):
    def color(self, name, result=None, quality=100, **settings):
        """Write a film and colour it without loss; both paths, and notes."""
        path = self.path(name)
        films.write_film(path, **settings)
        output = self.path('out', result or name)
        _, notes = film.color_film(path, output, films.Tinting(),
                                   quality=quality)
        return path, output, notes

    def check(self, path, output, exact=True):
        """Luma, times and sound are those of the film; colours are new."""
        before, after = films.frames_of(path), films.frames_of(output)
        self.assertEqual(
            [(frame.pts * frame.time_base, frame.duration * frame.time_base)
             for frame in before] if exact else len(before),
            [(frame.pts * frame.time_base, frame.duration * frame.time_base)
             for frame in after] if exact else len(after))
        for one, other in zip(before, after):
            np.testing.assert_array_equal(planes.luma(one),
                                          planes.luma(other))
        sound = films.packets_of(path, 'audio')
        found = films.packets_of(output, 'audio')
        self.assertEqual([data for data, _, _ in sound],
                         [data for data, _, _ in found])
        if exact:
            self.assertEqual([time for _, time, _ in sound],
                             [time for _, time, _ in found])
        red = np.frombuffer(after[-1].planes[2], 'u1')
        self.assertGreater(red.max(), 140)
        return before, after

    def test_mp4(self):
        path, output, notes = self.color('a.mp4')
        self.check(path, output)
        self.assertEqual(notes, [])
        with av.open(output) as result:
            self.assertEqual(result.metadata['title'], 'a film')
            self.assertEqual(result.streams[1].metadata['language'], 'fra')
            self.assertEqual(result.streams[0].average_rate, films.RATE)

    def test_frames_of_uneven_length(self):
        path, output, _ = self.color('a.mp4', times=UNEVEN,
                                     base=Fraction(1, 12800))
        self.check(path, output)

    def test_frames_that_wait_for_others(self):
        path, output, _ = self.color(
            'a.mp4', shown=films.pictures(30), quality=95,
            options={'qp': '20', 'bf': '3', 'b-pyramid': 'normal'})
        before, after = films.frames_of(path), films.frames_of(output)
        self.assertEqual([frame.pts for frame in before],
                         [frame.pts for frame in after])

    def test_matroska_with_subtitles(self):
        path, output, _ = self.color('a.mkv', subtitles=True)
        self.check(path, output)
        words = films.packets_of(output, 'subtitle')
        self.assertEqual(words, films.packets_of(path, 'subtitle'))
        self.assertEqual(words[0][0], b'Words')

    def test_webm(self):
        path, output, _ = self.color(
            'a.webm', codec='libvpx-vp9', options={'lossless': '1'},
            sound='libopus')
        self.check(path, output)

    def test_webm_of_ten_bits(self):
        path, output, _ = self.color(
            'a.webm', codec='libsvtav1', options={'preset': '12'},
            pixels='yuv420p10le', sound='libopus',
            shown=films.pictures(10, 64, 64))
        frames = films.frames_of(output)
        self.assertEqual(len(frames), 10)
        self.assertEqual(frames[0].format.name, 'yuv420p10le')

    def test_webm_refuses_what_is_too_small_for_its_encoder(self):
        """SVT-AV1 would crash the program."""
        for rows, columns in ((16, 16), (62, 80), (80, 62)):
            with self.assertRaisesRegex(
                    FilmError, f'a.mp4: is {columns}x{rows}; of more than 8 '
                               'bits .* from 64x64'):
                self.color('a.mp4', 'a.webm', pixels='yuv420p10le',
                           shown=films.pictures(3, rows, columns), sound=None)

    def test_odd_size(self):
        for rows, columns in ((47, 63), (47, 64), (48, 63)):
            with self.subTest(rows=rows, columns=columns):
                path, output, _ = self.color(
                    f'{rows}x{columns}.mp4', pixels='yuv444p',
                    shown=films.pictures(10, rows, columns))
                self.check(path, output)

    def test_odd_size_in_webm(self):
        path, output, _ = self.color(
            'a.webm', shown=films.pictures(10, 47, 63), sound='libopus',
            codec='libvpx-vp9', options={'lossless': '1'})
        self.check(path, output)

    def test_ten_bits_in_quicktime(self):
        path, output, _ = self.color('a.mov', pixels='yuv420p10le',
                                     sound='pcm_s16le')
        _, after = self.check(path, output)
        self.assertEqual(after[0].format.name, 'yuv420p10le')

    def test_full_range(self):
        path, output, _ = self.color('a.mp4', pixels='yuvj420p')
        _, after = self.check(path, output)
        self.assertEqual(after[0].color_range, 2)

    def test_grey_of_full_range(self):
        path, output, _ = self.color('a.mkv', codec='ffv1', pixels='gray',
                                     options={})
        _, after = self.check(path, output)
        self.assertEqual(after[0].color_range, 2)

    def test_grey_of_twelve_bits_says_so(self):
        path, output, notes = self.color('a.mkv', codec='ffv1',
                                         pixels='gray12le', options={})
        self.assertIn('luma has 10 bits now', ''.join(notes))
        one, other = films.frames_of(path)[3], films.frames_of(output)[3]
        np.testing.assert_array_equal(planes.luma(one) >> 2,
                                      planes.luma(other))

    def test_avi_becomes_matroska(self):
        path, output, _ = self.color('a.avi', 'a.mkv', codec='mpeg4',
                                     options={}, sound='pcm_s16le')
        self.check(path, output, exact=False)
        with av.open(output) as result:
            self.assertEqual(result.streams[0].average_rate, films.RATE)

    def test_luma_between_chroma_is_the_same(self):
        path, output, notes = self.color('a.avi', 'a.mkv', codec='rawvideo',
                                         pixels='uyvy422', options={})
        self.assertEqual(notes, [])
        for one, other in zip(films.frames_of(path), films.frames_of(output)):
            packed = np.frombuffer(one.planes[0], 'u1').reshape(48, -1)
            np.testing.assert_array_equal(packed[:, 1::2][:, :64],
                                          planes.luma(other))

    def test_rgb_says_that_luma_is_computed(self):
        _, output, notes = self.color('a.mkv', codec='ffv1', pixels='bgr0',
                                      options={})
        self.assertIn('luma was computed', ''.join(notes))
        self.assertEqual(films.frames_of(output)[0].colorspace, 1)

    def test_black_and_white_stay_what_they_are(self):
        """Also of RGB and grey whose luma is made anew, from 16 to 235."""
        self.assertTrue(planes.remade('pal8'))
        shown = [np.repeat([[[0], [255]]], 32, 1).repeat(48, 0).repeat(
            3, 2).astype('uint8')] * 3
        for name, codec, pixels in (('a.mp4', 'libx264rgb', 'rgb24'),
                                    ('b.avi', 'png', 'rgb24'),
                                    ('c.avi', 'png', 'ya8'),
                                    ('d.avi', 'png', 'gray'),
                                    ('e.avi', 'png', 'gray16be'),
                                    ('f.avi', 'png', 'monob')):
            with self.subTest(codec=codec, pixels=pixels):
                _, output, _ = self.color(
                    name, f'{name}.mkv', codec=codec, pixels=pixels,
                    shown=shown, sound=None,
                    options={'qp': '0'} if codec == 'libx264rgb' else {})
                found = films.frames_of(output)[1].to_ndarray(format='rgb24')
                np.testing.assert_allclose(found[:, :30], 0, atol=4)
                np.testing.assert_allclose(found[:, 34:], 255, atol=4)

    def test_matrix_range_and_aspect(self):
        _, output, _ = self.color(
            'a.mp4', sample_aspect_ratio=Fraction(4, 3), colorspace=9,
            color_primaries=9, color_trc=14, color_range=1)
        with av.open(output) as result:
            stream = result.streams.video[0]
            self.assertEqual(stream.sample_aspect_ratio, Fraction(4, 3))
            context = stream.codec_context
            self.assertEqual((context.colorspace, context.color_primaries,
                              context.color_trc), (9, 9, 14))

    def test_interlaced_is_coloured_by_field(self):
        shown = [np.array(each) for each in films.pictures(rows=64)]
        for each in shown:  # the second field was dark
            each[1::2] //= 4
        path, output, notes = self.color(
            'a.mp4', shown=shown, flags=1 << 18 | 1 << 22,
            options={'qp': '0', 'x264-params': 'tff=1'})
        before, after = self.check(path, output)
        self.assertTrue(after[0].interlaced_frame)
        red = np.frombuffer(after[0].planes[2], 'u1').reshape(32, -1)[:, :32]
        first, second = (red[field::2].mean() - 128 for field in (0, 1))
        self.assertGreater(first, 2 * second)
        self.assertIn('interlaced', ''.join(notes))

    def test_webm_refuses_interlaced(self):
        with self.assertRaisesRegex(FilmError, 'interlaced'):
            self.color('a.mp4', 'a.webm', shown=films.pictures(rows=64),
                       sound='libopus', flags=1 << 18,
                       options={'qp': '0', 'x264-params': 'tff=1'})

    def test_chapters_are_said(self):
        """As Matroska and Nero have them, behind all that FFmpeg reads."""
        for name, chapters in (
                ('a.mkv', b'\x10\x43\xa7\x70\x8b\x45\xb9\x88\xb6\x86\x73'
                          b'\xc4\x81\x01\x91\x81\0'),
                ('a.mp4', b'\0\0\0\x21udta\0\0\0\x19chpl' + bytes(8)
                          + b'\1' + bytes(8))):
            path, output, notes = self.color(name)
            self.assertEqual(notes, [])
            with open(path, 'ab') as file:
                file.write(chapters)
            _, notes = film.color_film(path, output, films.Tinting())
            self.assertEqual(notes, ['its chapters are left out'])

    def test_a_track_that_the_container_cannot_hold_is_named(self):
        _, output, notes = self.color('a.mkv', 'a.webm', sound='pcm_s16le')
        self.assertRegex(''.join(notes), 'audio track 1 is left out')
        self.assertEqual(films.packets_of(output, 'audio'), [])

    def test_frames_have_no_areas(self):
        """They would merge and split from one to the next."""
        seen = set()

        class Watched(films.Tinting):
            coherence = 'areas'

            def decode(self, *given):
                seen.add(self.coherence)
                return super().decode(*given)
        films.write_film(self.path('a.mkv'))
        film.color_film(self.path('a.mkv'), self.path('b.mkv'), Watched())
        self.assertEqual(seen, {'guided'})

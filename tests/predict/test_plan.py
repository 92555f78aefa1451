"""Which photo goes where."""

import os
from unittest import mock

from colorize.photos import find, formats
from colorize.predict import plan
from tests.shared.folder import Folder


class Tree(Folder):
    def setUp(self):
        super().setUp()
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        os.chdir(self.folder)

    def make(self, *names):
        for name in names:
            os.makedirs(os.path.dirname(name) or '.', exist_ok=True)
            with open(name, 'w'):
                pass

    def planned(self, *places, **kwargs):
        return dict(plan.make_plan(places, **kwargs).tasks)

    def refuse(self, words, *places, **kwargs):
        with self.assertRaisesRegex(ValueError, words):
            plan.make_plan(places, **kwargs)


class TestPlaces(Tree):
    def test_a_file(self):
        self.make('in/a.png', 'there/x', 'taken.png')
        for output, expected in (
                (None, 'in/a-color.png'), ('b.jpg', 'b.jpg'),
                ('new/b.tif', 'new/b.tif'), ('new/', 'new/a-color.png'),
                ('there', 'there/a-color.png'), ('new', 'new/a-color.png'),
                ('taken.png', 'taken.png')):
            self.assertEqual(self.planned('in/a.png', output=output),
                             {'in/a.png': expected})

    def test_files_need_not_exist_and_names_may_look_like_patterns(self):
        self.assertEqual(self.planned('none.png'),
                         {'none.png': 'none-color.png'})
        self.make('a[1].png')
        self.assertEqual(self.planned('a[1].png', output='b.png'),
                         {'a[1].png': 'b.png'})

    def test_a_folder_with_all_below_it(self):
        self.make('in/b.png', 'in/deep/er/a.JPG', 'in/notes.txt')
        self.assertEqual(self.planned('in', output='out'), {
            'in/b.png': 'out/b-color.png',
            'in/deep/er/a.JPG': 'out/deep/er/a-color.jpg'})
        self.assertEqual(self.planned('in/')['in/deep/er/a.JPG'],
                         'in/deep/er/a-color.jpg')

    def test_patterns_that_no_shell_expanded(self):
        self.make('in/b.png', 'in/deep/er/a.jpg', 'in/x.txt', 'in/c.raw')
        self.assertEqual(self.planned('in/*', output='out'),
                         {'in/b.png': 'out/b-color.png'})
        self.assertEqual(self.planned('in/**/*.jpg', output='out'), {
            'in/deep/er/a.jpg': 'out/deep/er/a-color.jpg'})
        self.assertEqual(set(self.planned('**')),
                         {'in/b.png', 'in/deep/er/a.jpg'})
        self.assertEqual(self.planned('in/?.raw'),
                         {'in/c.raw': 'in/c-color.png'})

    def test_a_pipe_is_no_place(self):
        self.refuse('-o -: results are files', 'a.png', output='-')
        self.refuse("-o '': results are files", 'a.png', output='')

    def test_a_file_where_there_has_to_be_a_folder(self):
        self.make('a.png', 'x.png', 'y')
        for output, folder in (
                ('/dev/null', '/dev/null'), ('x.png/y.jpg', 'x.png'),
                ('x.png/new', 'x.png'), ('x.png/', 'x.png'),
                ('y/new/b.jpg', 'y')):
            self.refuse(f'^-o {output}: {folder} is a file, not a folder$',
                        'a.png', output=output)

    def test_several_photos_into_the_name_of_one(self):
        self.make('in/a.png', 'b c.jpg')
        for places in (['in/a.png', 'b c.jpg'], ['in'], ['in/*']):
            for output in ('out.jpg', 'new/out.TIF', 'out.mp4'):
                self.refuse(f'^-o {output}: is the name of a file, but '
                            'several photos need a folder', *places,
                            output=output)
        # A folder may be called so.
        os.mkdir('old.jpg')
        for output in ('old.jpg', 'new.jpg/', 'of.1950'):
            self.assertEqual(self.planned('in', output=output), {
                'in/a.png': os.path.join(output, 'a-color.png')})

    def test_nothing_found(self):
        self.make('in/x.txt')
        self.refuse('in: no photos found', 'in')
        self.refuse(r'in/\*.png: no photos found', 'in/*.png')

    def test_a_photo_named_twice_is_one(self):
        self.make('in/a.png', 'in/b.png')
        self.assertEqual(len(plan.make_plan(
            ['in/a.png', 'in', './in/*.png'], 'out').tasks), 2)

    def test_order_is_that_of_the_places(self):
        self.make('in/b.png', 'in/a.png', 'z.png')
        self.assertEqual(list(self.planned('z.png', 'in')),
                         ['z.png', 'in/a.png', 'in/b.png'])


class TestLinks(Tree):
    """Of folders, which folders and patterns follow."""

    def setUp(self):
        super().setUp()
        self.make('in/a.png', 'in/z/b.png', 'there/c.png', 'there/deep/d.png')

    def test_are_followed(self):
        os.symlink('../there', 'in/1950')
        expected = {'in/a.png': 'out/a-color.png',
                    'in/z/b.png': 'out/z/b-color.png',
                    'in/1950/c.png': 'out/1950/c-color.png',
                    'in/1950/deep/d.png': 'out/1950/deep/d-color.png'}
        for place in ('in', 'in/**'):
            self.assertEqual(self.planned(place, output='out'), expected)
        self.assertEqual(find.find_photos(['in']), sorted(expected))
        self.assertEqual(self.planned('in')['in/1950/c.png'],
                         'in/1950/c-color.png')

    def test_what_lies_below_itself_has_its_own_place(self):
        for link, folder in (('in/0', 'z'), ('in/z/again', '..'),
                             ('in/self', '.'), ('in/.hidden', '../there')):
            os.symlink(folder, link)
        self.assertEqual(find.find_photos(['in']), ['in/a.png', 'in/z/b.png'])

    def test_a_pattern_takes_the_photo_rather_than_what_leads_to_it(self):
        os.symlink('z', 'in/0')
        self.assertEqual(set(self.planned('in/**')),
                         {'in/a.png', 'in/z/b.png'})

    def test_twice_to_one_folder(self):
        os.symlink('../there', 'in/first')
        os.symlink('../../there/deep', 'in/z/second')
        self.assertEqual(find.find_photos(['in']), [
            'in/a.png', 'in/first/c.png', 'in/first/deep/d.png',
            'in/z/b.png'])

    def test_to_the_folder_of_results(self):
        self.make('out/x.png')
        os.symlink('../out', 'in/results')
        os.symlink('../../out', 'in/z/results')
        os.symlink('../there', 'in/1950')
        os.symlink('out', 'colored')
        for output in ('out', 'colored'):
            for place in ('in', 'in/*/*', 'in/*/*/*'):
                self.assertNotIn('x.png', map(os.path.basename, self.planned(
                    place, output=output)))
        # Unless the photos lie in it.
        self.assertEqual(len(self.planned('in', output='in')), 5)

    def test_that_lead_up_are_not_followed(self):
        """Nobody has named what is above."""
        os.symlink('../..', 'in/z/up')
        for place in 'in', 'in/**':
            self.assertEqual(set(self.planned(place)),
                             {'in/a.png', 'in/z/b.png'})
        self.refuse('no photos found', 'in/*/*/*/*')
        # Who names the link, names what it leads to.
        self.assertIn('in/z/up/there/c.png', self.planned('in/z/up'))
        self.assertIn('in/z/up/there/c.png', self.planned('in/z/up/*/*'))

    def test_that_lead_aside_and_from_there_up(self):
        self.make('above.png')
        os.symlink('../there', 'in/aside')
        os.symlink('..', 'there/up')
        self.assertEqual(set(self.planned('in')), {
            'in/a.png', 'in/aside/c.png', 'in/aside/deep/d.png',
            'in/z/b.png'})

    def test_that_lead_nowhere(self):
        os.symlink('nowhere', 'in/link')
        os.symlink('circle', 'in/circle')
        self.assertEqual(find.find_photos(['in']), ['in/a.png', 'in/z/b.png'])


class TestPassedOver(Tree):
    def test_what_systems_keep_for_themselves(self):
        self.make('in/a.png', 'in/._a.png', 'in/.hidden/b.png',
                  'in/@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg', 'in/Thumbs.db',
                  'in/.thumbnails/c.png', 'in/__MACOSX/d.jpg',
                  'in/deep/$RECYCLE.BIN/e.jpg', 'in/@Recycle/g.jpg',
                  'in/#snapshot/1/h.jpg', '.mine/f.png')
        for place in ('in', 'in/**'):
            self.assertEqual(set(self.planned(place)), {'in/a.png'})
        # Who names it, means it.
        self.assertEqual(set(self.planned('in/.hidden', 'in/._a.png')),
                         {'in/.hidden/b.png', 'in/._a.png'})
        self.assertEqual(set(self.planned('.mine/*')), {'.mine/f.png'})

    def test_pictures_that_are_not_read_are_counted(self):
        self.make('in/a.png', 'in/b.DNG', 'in/deep/c.psd', 'in/d.heic',
                  'in/e.txt', 'in/f.tga', 'in/g.pcx', 'in/h.ico',
                  'in/i.MPG', 'raw/x.cr2', 'rare/x.ico', 'films/x.mts')
        for place in ('in', 'in/**'):
            found = plan.make_plan([place])
            self.assertEqual([os.path.basename(path)
                              for path in found.foreign],
                             ['b.DNG', 'c.psd', 'f.tga', 'g.pcx', 'h.ico',
                              'i.MPG'])
        os.symlink('in', 'link')
        os.symlink('b.DNG', 'in/again.DNG')
        self.assertEqual(len(plan.make_plan(['in', 'link', 'in/**']).foreign),
                         6)
        self.assertEqual(self.planned('in')['in/d.heic'],
                         'in/d-color.jpg')
        self.refuse('raw/x.cr2: a CR2 .raw photo.; convert it', 'raw')
        self.refuse('rare/x.ico: an ICO .rare format.; convert it', 'rare')
        self.refuse('films/x.mts: an MTS .film.; convert it to MP4', 'films')


class TestFormats(Tree):
    def test_the_photos_own_where_it_holds_colour(self):
        for name, expected in (
                ('a.jpeg', '.jpg'), ('a.JPG', '.jpg'), ('a.tiff', '.tif'),
                ('a.webp', '.webp'), ('a.png', '.png'), ('a.gif', '.png'),
                ('a.pgm', '.png'), ('a.bmp', '.png'), ('a', '.png')):
            self.assertEqual(self.planned(name), {name: f'a-color{expected}'})

    def test_of_films(self):
        for name, expected in (
                ('a.mp4', '.mp4'), ('a.M4V', '.mp4'), ('a.mov', '.mov'),
                ('a.mkv', '.mkv'), ('a.webm', '.webm'), ('a.avi', '.mkv')):
            self.assertEqual(self.planned(name), {name: f'a-color{expected}'})
        self.make('in/a.mp4', 'in/b.png', 'in/c/d.mkv')
        for place in ('in', 'in/**'):
            self.assertEqual(set(self.planned(place)),
                             {'in/a.mp4', 'in/b.png', 'in/c/d.mkv'})

    def test_that_was_asked_for(self):
        for form, kind in formats.asked().items():
            # A film's leaves photos alone, and a photo's films.
            photo = '.png' if kind in formats.FILMS else kind.result
            film = kind.result if kind in formats.FILMS else '.mkv'
            self.assertEqual(self.planned('a.gif', 'b.avi', form=form),
                             {'a.gif': f'a-color{photo}',
                              'b.avi': f'b-color{film}'})
        self.refuse('no name of a png', 'a.gif', output='b.jpg', form='png')
        self.assertEqual(self.planned('a.gif', output='b.JPEG', form='jpeg'),
                         {'a.gif': 'b.JPEG'})


class TestSafety(Tree):
    def test_no_photo_is_overwritten(self):
        self.make('a.png', 'b.png', 'in/a-color.png')
        self.refuse('a.png would overwrite the photo a.png', 'a.png',
                    output='a.png')
        os.symlink('a.png', 'link.png')
        self.refuse('would overwrite the photo a.png', 'a.png',
                    output='link.png')
        self.refuse('several photos need a folder', 'a.png', 'c.png',
                    output='b.png')
        self.refuse('several photos need a folder', 'in', output='b.png')

    def test_one_name_with_two_endings(self):
        self.make('in/a.png', 'in/a.gif', 'in/a.bmp', 'in/b.gif')
        expected = {'in/a.png': 'in/a.png-color.png',
                    'in/a.gif': 'in/a.gif-color.png',
                    'in/a.bmp': 'in/a.bmp-color.png',
                    'in/b.gif': 'in/b-color.png'}
        self.assertEqual(self.planned('in'), expected)
        # Their results are passed over as any.
        self.make(*expected.values())
        self.assertEqual(self.planned('in'), expected)

    def test_a_folder_that_cannot_be_read_is_named(self):
        self.make('in/a.png')

        def locked(folder):
            if os.path.basename(folder) == locked.name:
                raise PermissionError(13, 'Permission denied', folder)
            return scandir(folder)
        self.make('in/secret/b.png', 'in/z/c.png')
        locked.name, scandir = 'in', os.scandir
        with mock.patch('os.scandir', locked):
            self.refuse('in: Permission denied', 'in')
            locked.name = 'secret'
            found = plan.make_plan(['in'])
        self.assertEqual([task.photo for task in found.tasks],
                         ['in/a.png', 'in/z/c.png'])
        self.assertEqual([error.filename for error in found.unread],
                         ['in/secret'])

    def test_results_are_not_coloured_again(self):
        self.make('in/a.jpg', 'in/a-color.jpg', 'in/a-color.png',
                  'in/a-side-by-side.jpg', 'in/sunset-color.jpg',
                  'in/a-color-2.jpg')
        for places in (['in'], ['in/*'], ['in/a.jpg', 'in/a-color.jpg',
                                          'in/a-color.png', 'in']):
            found = plan.make_plan(places, output='in')
            self.assertEqual(dict(found.tasks), {
                'in/a.jpg': 'in/a-color.jpg',
                'in/sunset-color.jpg': 'in/sunset-color-color.jpg'})
            self.assertIn(found.own, (3, 4))

    def test_a_photo_that_was_named_is_not_even_overwritten_on_demand(self):
        self.make('a.jpg', 'a-color.jpg')
        self.assertEqual(len(self.planned('a.jpg', 'a-color.jpg')), 1)
        self.refuse('would overwrite', 'a.jpg', 'a-color.jpg',
                    overwrite=True)
        self.assertEqual(len(self.planned('*.jpg', overwrite=True)), 1)

    def test_an_output_folder_inside_is_not_searched(self):
        self.make('in/a.jpg', 'in/out/a-color.jpg', 'in/out/x.jpg',
                  'in/output.jpg')
        for place in ('in', 'in/**'):
            self.assertEqual(self.planned(place, output='in/out'), {
                'in/a.jpg': 'in/out/a-color.jpg',
                'in/output.jpg': 'in/out/output-color.jpg'})

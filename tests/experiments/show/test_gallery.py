"""The page of a gallery, and what it refers to."""

import contextlib
import io
import json
import os
from html.parser import HTMLParser

from PIL import Image

from colorize.color import evaluation
from colorize.photos import images
from experiments.show import gallery
from tests.shared.experiments import Experiment
from tests.shared.photos import photo, write_photos


class Page(HTMLParser):
    """What a page refers to."""

    def __init__(self, path):
        super().__init__()
        self.sources, self.others, self.tags = [], [], []
        with open(path, encoding='utf-8') as file:
            self.text = file.read()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name == 'src':
                self.sources.append(value)
            elif name in ('href', 'action', 'data'):
                self.others.append(value)


class TestGallery(Experiment):
    def test_page_of_a_folder(self):
        os.mkdir(self.path('in'))
        write_photos(self.path('in'), 2)
        Image.fromarray(photo()[..., 1]).save(
            self.path('in', 'a<b>&.png'))
        self.run_main(gallery.main, self.path('in'), '--out',
                      self.path('out'))
        page = Page(self.path('out', 'index.html'))
        # Nothing from the network, and no picture missing.
        self.assertEqual(page.others, [])
        self.assertNotIn('//', page.text)
        self.assertEqual(len(set(page.sources)), 3 + 3 + 2)
        self.assertEqual(
            set(page.sources) | {'index.html', 'gallery.json'},
            set(os.listdir(self.path('out'))))
        self.assertEqual(page.tags.count('section'), 3)
        self.assertIn('a&lt;b&gt;&amp;.png', page.text)
        self.assertIn('Average of 2: Acc(U) ', page.text)
        with open(self.path('out', 'gallery.json')) as file:
            found = json.load(file)
        self.assertEqual((found['photos'], found['scored']), (3, 2))
        self.assertIn(f"PSNR dB {found['average']['psnr']:.2f}",
                      page.text)
        gray = images.load(self.path('out', '0001-grey.jpg'))
        self.assertFalse(evaluation.has_color(gray))
        self.assertTrue(evaluation.has_color(
            images.load(self.path('out', '0001-original.jpg'))))

    def test_a_damaged_photo_does_not_end_it(self):
        write_photos(self.folder, 2)
        with open(self.path('photo0.png'), 'wb') as file:
            file.write(b'text')
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            self.run_main(gallery.main, self.folder, '--out',
                          self.path('out'), status=1)
        self.assertIn('photo0.png: not a readable photo', said.getvalue())
        page = Page(self.path('out', 'index.html'))
        self.assertEqual(page.tags.count('section'), 1)

    def test_only_what_a_run_held_out(self):
        paths = write_photos(self.folder, 6)
        with open(self.path('run.json'), 'w') as file:
            json.dump({'network': {}, 'training': {}, 'learn': [],
                       'hold': paths[1:4] + ['/elsewhere.png']}, file)
        self.assertEqual(gallery.choose([self.folder], self.folder, 48),
                         paths[1:4])
        self.assertEqual(gallery.choose([], self.folder, 48),
                         paths[1:4] + ['/elsewhere.png'])
        drawn = gallery.choose([], self.folder, 2)
        self.assertEqual(len(drawn), 2)
        self.assertEqual(drawn, gallery.choose([], self.folder, 2))
        with self.assertRaisesRegex(ValueError, 'held out none'):
            gallery.choose([paths[0]], self.folder, 48)
        with open(self.path('run.json'), 'w') as file:
            file.write('[]')
        with self.assertRaisesRegex(ValueError, 'torn or altered'):
            gallery.choose([], self.folder, 48)

    def test_without_a_word_scikit_images_photos(self):
        self.assertEqual(len(gallery.choose([''], None, 48)), 7)

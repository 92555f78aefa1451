"""Each experiment's main at its smallest size."""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import unittest
from argparse import Namespace
from html.parser import HTMLParser
from unittest import mock

from PIL import Image

from colorize.color import evaluation
from colorize.photos import images
from colorize.systems import params
from colorize.colorizer import default_weights
from experiments import train_default
from experiments.measure import bleeding, throughput
from experiments.paper import overfit
from experiments.shared import bundled
from experiments.show import demo, gallery
from tests.shared.photos import photo, write_photos


class Experiment(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='colorize-test-')
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def run_main(self, main, *arguments, status=0):
        # Theano prints C code into files: print itself has to stay.
        with mock.patch.object(sys, 'argv', ['main'] + list(arguments)), \
                contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(main(), status)


class TestOverfit(Experiment):
    def test_writes_numbers_and_picture(self):
        self.run_main(overfit.main, '--count', '3', '--width', '0.05',
                      '--epochs', '2', '--side', '32', '--out', self.folder,
                      '--runs', self.path('runs'))
        with open(self.path('overfit.json')) as file:
            found = json.load(file)
        for name in ('acc_u', 'acc_v'):
            self.assertTrue(0 <= found[name] <= 1)
        self.assertEqual(found['settings']['count'], 3)
        self.assertEqual(found['settings']['seed'], 0)
        self.assertGreater(found['seconds'], 0)
        self.assertIn('theano', found['machine'])
        self.assertIn('--width 0.05', found['command'])
        self.assertEqual(images.load(self.path('overfit.png')).ndim, 3)

    def test_a_random_subset_of_a_folder(self):
        paths = write_photos(self.folder, 7)
        size = dict(count=4, side=32)
        drawn = [overfit.choose(Namespace(photos=self.folder, seed=seed),
                                size) for seed in (0, 0, 1)]
        self.assertEqual(drawn[0], drawn[1])
        self.assertNotEqual(drawn[0], drawn[2])
        self.assertTrue(set(drawn[0]) < set(paths))
        self.assertEqual(len(drawn[0]), 4)


class TestDemo(Experiment):
    def test_every_photo_and_an_overview(self):
        self.run_main(demo.main, '--out', self.folder)
        names = [f"{os.path.splitext(name)[0]}-color.png" for name
                 in bundled.COLOR_PHOTOS + bundled.GRAY_PHOTOS]
        self.assertEqual(sorted(os.listdir(self.folder)),
                         sorted(names + ['overview.png']))
        found = images.load(self.path('astronaut-color.png'))
        self.assertEqual(found.shape, (512, 512, 3))


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
            json.dump({'learn': [], 'hold': paths[1:4] + [
                '/elsewhere.png']}, file)
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
        with self.assertRaisesRegex(ValueError, 'no description of a run'):
            gallery.choose([], self.folder, 48)

    def test_without_a_word_scikit_images_photos(self):
        self.assertEqual(len(gallery.choose([''], None, 48)), 7)


class TestThroughput(Experiment):
    def test_seconds_of_both(self):
        with mock.patch.object(throughput, '_SIZES', ((60, 80), (80, 60))), \
                mock.patch.object(throughput, '_LARGE', 3000):
            self.run_main(throughput.main, '--photos', '3', '--out',
                          self.folder)
        with open(self.path('throughput.json')) as file:
            found = json.load(file)
        self.assertEqual(found['photos'], 3)
        for name in ('start', 'whole', 'network'):
            self.assertGreater(found[name], 0, name)
        self.assertGreater(found['whole'], found['network'])
        # The photo, its result and its lightness at least.
        self.assertGreater(found['large']['peak_memory_mib'], 50)
        self.assertGreater(found['large']['whole'], found['photo'])


class TestBleeding(Experiment):
    def test_writes_every_way(self):
        self.run_main(bleeding.main, '--side', '64', '--out', self.folder)
        with open(self.path('bleeding.json')) as file:
            found = json.load(file)
        self.assertEqual(len(found['real']), 1 + len(bleeding.TRIED))
        self.assertEqual(set(found['photos']), set(bundled.COLOR_PHOTOS))


class TestTrainDefault(Experiment):
    def test_recipe_ends_in_a_small_file(self):
        write_photos(self.folder, 4)
        small = dict(train_default.TRAINING, side=32, crop=16)
        with mock.patch.object(train_default, 'TRAINING', small), \
                mock.patch.object(train_default, 'NETWORK',
                                  {'width': 0.05}), \
                mock.patch.object(train_default, 'EPOCHS', 1):
            self.run_main(train_default.main, self.folder, '--run',
                          self.path('run'), '--out', self.path('w.npz'))
        arrays, settings = params.read(self.path('w.npz'))
        self.assertEqual(settings['network']['width'], 0.05)
        self.assertLess(os.path.getsize(self.path('w.npz')), os.path.getsize(
            self.path('run', 'weights.npz')))
        with open(self.path('w.jsonl')) as file:
            self.assertEqual(json.loads(file.read())['epoch'], 1)

    def test_the_shipped_weights_are_of_this_recipe(self):
        _, settings = params.read(default_weights())
        for group, recipe in (('network', train_default.NETWORK),
                              ('training', train_default.TRAINING)):
            for name, value in recipe.items():
                self.assertEqual(settings[group][name], value, name)

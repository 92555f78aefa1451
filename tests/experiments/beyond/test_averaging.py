"""make averaging, at its smallest size."""

import os
from unittest import mock

import numpy as np
from PIL import Image

from colorize import color
from colorize.colorizer import Colorizer
from colorize.photos import images
from experiments.beyond import averaging
from tests.predict.test_command import write_weights
from tests.shared.experiments import Experiment
from tests.shared.photos import write_photos


class TestAveraging(Experiment):
    def test_mirrored_a_photo_and_its_image_are_one(self):
        """Not so where it is looked at once, or at two sizes."""
        write_weights(self.path('w.npz'))
        path, = write_photos(self.folder, 1)
        found = []
        for turned in (False, True):
            folder = self.path(f'photos-{turned}')
            os.mkdir(folder)
            with Image.open(path) as photo:
                photo = photo.resize((32, 32))
                if turned:
                    photo = photo.transpose(Image.FLIP_LEFT_RIGHT)
                photo.save(os.path.join(folder, 'photo.png'))
            self.run_main(averaging.main, '--photos', folder, '--weights',
                          self.path('w.npz'), '--out', folder)
            found.append(self.read(folder, 'averaging.json')['scores'])
        for name in ('mean', 'annealed'):
            one, other = ({way: round(values['psnr'], 4) for way, values
                           in each[name].items()} for each in found)
            self.assertEqual(one['mirrored'], other['mirrored'])
            self.assertNotEqual(one['once'], other['once'])
            self.assertNotEqual(one['once'], one['two sizes'])

    def test_the_larger_size_is_the_photo_s_own(self):
        """Not the smaller one blown up."""
        write_weights(self.path('w.npz'))
        write_photos(self.folder, 1)
        with mock.patch.object(Colorizer, 'answer',
                               side_effect=KeyboardInterrupt) as asked:
            with self.assertRaises(KeyboardInterrupt):
                averaging.measure([self.path('photo0.png')],
                                  Colorizer(self.path('w.npz')))
        *_, larger = asked.call_args[0][0]
        np.testing.assert_array_equal(larger, color.split(images.load_square(
            self.path('photo0.png'), 40))[0])

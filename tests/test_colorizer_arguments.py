"""What the calls of a colorizer take and what they refuse."""

import numpy as np

from colorize.colorizer import Colorizer
from colorize.settings import SettingError
from tests.predict.test_command import Weights
from tests.shared.photos import photo


class TestArguments(Weights):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = Colorizer(cls.weights)

    def test_photos_that_can_be_gone_through_once(self):
        photos = [photo(), photo()[::-1]]
        for wanted, found in zip(self.made.many(photos),
                                 self.made.many(iter(photos))):
            np.testing.assert_array_equal(wanted, found)
        self.assertEqual(len(self.made.many(iter(photos))), 2)

    def test_numbers_of_numpy(self):
        self.assertEqual(self.made.like(saturation=np.float32(1.5)).saturation,
                         1.5)
        self.assertEqual(len(self.made.many([photo()], np.int64(2))), 1)
        for wrong in np.float32(11), np.float64('nan'), np.zeros(2):
            with self.assertRaisesRegex(SettingError, 'must be 0 to 10'):
                self.made.like(saturation=wrong)

    def test_names_that_are_none(self):
        for name in (['vivid'], {}, 3):
            with self.assertRaisesRegex(SettingError, 'decode must be'):
                self.made.like(decode=name)
            with self.assertRaisesRegex(SettingError, 'coherence must be'):
                self.made.like(coherence=name)

    def test_suggestions_for_no_photo(self):
        with self.assertRaisesRegex(ValueError, 'a photo is an array'):
            self.made.suggest([[1, 2]], 0, 0)

    def test_where_it_paints_into(self):
        """Anything else would be written beyond its end."""
        given = photo()
        small = self.made.shrink(given)
        chroma, = self.made.predict([small])
        wanted = self.made.paint(given, small, chroma)
        out = np.empty(given.shape, 'uint8')
        self.assertIs(self.made.paint(given, small, chroma, out=out), out)
        np.testing.assert_array_equal(out, wanted)
        fixed = np.empty(given.shape, 'uint8')
        fixed.flags.writeable = False
        for wrong in (out[:-1], out[..., :2], out.astype('float32'), fixed):
            with self.assertRaisesRegex(ValueError, 'out must be a writable'):
                self.made.paint(given, small, chroma, out=wrong)
        with self.assertRaisesRegex(ValueError, 'a photo is of uint8'):
            self.made.paint(given.astype('int64'), small, chroma)

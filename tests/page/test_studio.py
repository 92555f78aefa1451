"""What the page keeps of a photo in memory, and what that spares."""

from unittest import mock

import numpy as np
from PIL import Image

from colorize.page.kept import Kept
from colorize.page.looks import look_of
from colorize.page.studio import Studio
from tests.page.serving import gray_file
from tests.page.with_photos import WithPhotos
from tests.shared import icc
from tests.shared.photos import photo


class _Watched(Kept):
    """Has what was put into it, and as how much it counted."""

    def __init__(self, room):
        super().__init__(room)
        self.seen = []

    def get(self, key, make, size):
        thing = super().get(key, make, size)
        self.seen.append((thing, size(thing)))
        return thing


def _nbytes(thing):
    return sum(each.nbytes for each in thing if isinstance(each, np.ndarray))


class TestStudio(WithPhotos):
    def studio_with(self, kept):
        with mock.patch('colorize.page.studio.Kept', kept):
            return Studio(self.weights)

    def item(self, path):
        with open(path, 'rb') as file:
            return self.shelf.add('a.png', file)

    def test_all_that_is_kept_counts(self):
        made = []
        studio = self.studio_with(
            lambda room: made.append(_Watched(room)) or made[-1])
        wide = self.path('wide.png')
        Image.fromarray(photo()).save(wide,
                                      icc_profile=icc.rgb(icc.ADOBE, 2))
        item = self.item(wide)
        studio.open(item)
        studio.color(item, look_of({}), 'shown')
        photos, answers = (kept.seen for kept in made)
        self.assertEqual({found.space for found, _ in photos},
                         {'uint8', None})
        for thing, size in photos + answers:
            self.assertEqual(_nbytes(thing), size)
        for found, _ in photos:
            self.assertIsNone(found.colors)

    def test_one_too_large_to_keep_is_read_once_for_many_looks(self):
        studio = self.studio_with(lambda room: Kept(2_000_000))
        item = self.item(gray_file(self.path('l.png'), rows=600,
                                   columns=2000))
        studio.color(item, look_of({}), 'shown')
        with mock.patch('colorize.photos.photo_file.opened',
                        side_effect=AssertionError('read again')):
            studio.color(item, look_of({'saturation': 2}), 'shown')

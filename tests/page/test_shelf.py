"""Files that the page has brought: how they are read, kept and let go of."""

from unittest import mock

from PIL import Image

from tests.page.serving import gray_file
from tests.page.with_photos import WithPhotos


class TestEndings(WithPhotos):
    def test_names_decide_as_they_do_for_predict(self):
        source = gray_file(self.path('preview.tif'))
        for name, words in (
                ('x.nef', 'x.nef: an NEF (raw photo); convert it'),
                ('roll/X.ARW', 'roll/X.ARW: an ARW (raw photo)'),
                ('x.tga', 'x.tga: a TGA (rare format)')):
            self.refused(422, words, self.bring(source, place=name))

    def test_jpegs_and_pngs_are_taken_under_any_name(self):
        source = gray_file(self.path('jpeg.jpg'))
        for name in ('x.nef', 'x.tga', 'x.h5', 'x.mp3', 'nef'):
            self.brought(source, place=name)

    def test_an_extra_that_is_needed_is_named(self):
        path = self.path('no.jxl')
        with open(path, 'w') as file:
            file.write('no photo')
        Image.init()
        with mock.patch.dict(Image.OPEN), mock.patch(
                'colorize.photos.opening.add_extras'):
            Image.OPEN.pop('JXL', None)
            self.refused(422, "pip install '.[formats]'", self.bring(path))

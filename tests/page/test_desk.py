"""The desk holds the photo that is chosen, whatever goes wrong beside it."""

from tests.page.browsing import Browsing
from tests.page.serving import gray_file


class TestDesk(Browsing):
    def have(self, *sources):
        """Have these photos in the strip, the first good one on the desk."""
        self.drop(*sources)
        self.wait(lambda: not self.the('cancel').is_displayed())
        self.wait(lambda: self.source_of() and self.source_of('pair-gray'))

    def test_one_that_could_not_be_read_does_not_come_onto_it(self):
        self.have(gray_file(self.path('good.png')), self.broken())
        self.choose(1)
        self.assertIn('broken.jpg: not a readable photo',
                      self.text('notices'))
        self.the('download').click()
        self.downloaded('good-color.png')
        self.the('remove').click()
        self.until_counted('0 of 1 photo coloured, 1 could not be read')
        self.assertFalse(self.the('desk').is_displayed())

    def test_after_a_removal_the_one_beside_it_is_there(self):
        self.have(self.broken(), *[gray_file(self.path(f'{name}.png'))
                                    for name in 'abc'])
        for removed, beside in ('a', 'b'), ('b', 'c'):
            self.assertEqual(self.text('photo-name'), f'{removed}.png')
            self.the('remove').click()
            self.assertEqual(self.text('photo-name'), f'{beside}.png')

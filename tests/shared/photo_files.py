"""Photo files made, read and written in a test's folder."""

from colorize.photos import photo_file
from tests.shared.folder import Folder
from tests.shared.photos import photo

__all__ = ['PhotoFiles']


class PhotoFiles(Folder):
    def read(self, image, name='a.png', **options):
        image.save(self.path(name), **options)
        return photo_file.read(self.path(name))

    def written(self, name, rgb=photo(), **change):
        made = photo_file.Photo(rgb, None, None, None, None, [])._replace(
            **change)
        return photo_file.write(self.path(name), made)

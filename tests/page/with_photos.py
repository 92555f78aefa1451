"""A server with photos, and what the predict command makes of them."""

import os

from colorize.page import studio
from colorize.predict import __main__ as predict
from tests.page.serving import Serving


class WithPhotos(Serving):
    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def predicted(self, source, *options):
        """The bytes that the predict command writes."""
        ending = os.path.splitext(studio.result_name(source))[1]
        output = self.path('predicted' + ending)
        self.assertEqual(predict.main([
            source, '-o', output, '--overwrite', '--weights', self.weights,
            *options]), 0)
        with open(output, 'rb') as file:
            return file.read()

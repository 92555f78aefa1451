"""The demo, whole."""

import os

from colorize.photos import images
from experiments.shared import bundled
from experiments.show import demo
from tests.shared.experiments import Experiment


class TestDemo(Experiment):
    def test_every_photo_and_an_overview(self):
        self.run_main(demo.main, '--out', self.folder)
        names = [f'{os.path.splitext(name)[0]}-color.png' for name
                 in bundled.COLOR_PHOTOS + bundled.GRAY_PHOTOS]
        self.assertEqual(sorted(os.listdir(self.folder)),
                         sorted(names + ['overview.png']))
        found = images.load(self.path('astronaut-color.png'))
        self.assertEqual(found.shape, (512, 512, 3))

"""What the page says that weights can do, they can."""

from colorize.page.looks import Look
from colorize.page.network import Network
from tests.shared.folder import Folder
from tests.shared.photos import photo
from tests.predict.test_command import write_weights


class TestNetwork(Folder):
    def test_what_it_names_it_can_do(self):
        for system in ('classification', 'regression'):
            path, gray = self.path(f'{system}.npz'), photo()
            write_weights(path, system=system)
            network = Network(path)
            small = network.shrink(gray)
            answer = network.answer(small)
            for decode in {network.about['decode'],
                           *network.about['decodings']}:
                for coherence in (None, *network.about['coherences']):
                    found = network.paint(gray, small, answer,
                                          Look(1, decode, coherence, ()),
                                          gray.shape[:2])
                    self.assertEqual(found.shape, gray.shape)

"""``make train-default``: the recipe of ``weights/light.npz``.

A classification network half as wide as the paper's, from Xavier
initialisation, on any photos: cheap enough for two cores, small enough to
ship.
"""

import argparse
import os
import shutil

from colorize import command
from colorize.photos.find import find_photos

__all__ = ['EPOCHS', 'NETWORK', 'TRAINING', 'main']

NETWORK = {'width': 0.5, 'vgg_batch_norm': True}

#: Photos are seen through windows of 96² in 128²: most of the scene for a
#: fifth of the arithmetic of 224².
TRAINING = {'side': 128, 'crop': 96, 'flip': True, 'batch_size': 8,
            'learning_rate': 0.001, 'learning_rate_decay': 0.8, 'seed': 0}

EPOCHS = 16


def main():
    """Train, or go on; write the best weights, halved, and the log."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.beyond.train_default', description=__doc__)
    parser.add_argument('photos', nargs='*', metavar='PHOTOS')
    parser.add_argument('--run', default=os.path.join('runs', 'default'))
    parser.add_argument('--out', default=os.path.join('weights',
                                                      'light.npz'))
    command.add_device(parser)
    command.debug_option(parser)
    given = parser.parse_args()
    paths = find_photos(command.photo_places(
        [place for place in given.photos if place]))
    from colorize.systems import weights_file
    from colorize.training import loop
    loop.train(paths, given.run, EPOCHS, NETWORK, **TRAINING)
    weights_file.write(given.out, *weights_file.read(
        os.path.join(given.run, 'weights.npz')), dtype='float16')
    log = os.path.splitext(given.out)[0] + '.jsonl'
    shutil.copyfile(os.path.join(given.run, 'log.jsonl'), log)
    print(given.out, log, sep='\n')
    return 0


if __name__ == '__main__':
    command.run(main)

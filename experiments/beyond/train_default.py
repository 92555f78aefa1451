"""``make train-default``: the recipe of ``weights/light.npz``.

The paper's classification network from VGG16 (``--vgg16``), on any photos.
"""

import argparse
import os
from collections import namedtuple

from colorize import command
from colorize.disk.whole import written_whole
from colorize.photos.find import find_photos
from experiments.shared import options, runs
from experiments.shared.report import RESULTS, ready_folder

__all__ = ['LEGS', 'Leg', 'main']

#: A training of so many epochs, with settings of network and training. All
#: but the first begin from the weights of the one before, whose network they
#: keep; of its settings they may name 'freeze_until'.
Leg = namedtuple('Leg', 'epochs network training')

# Photos are seen through windows of 96² in 128²: most of the scene for a
# fifth of the arithmetic of 224².
_ALL = {'side': 128, 'crop': 96, 'flip': True, 'batch_size': 16,
        'schedule': 'cosine', 'average': 0.999, 'seed': 0}

#: The recipe of weights/light.npz.
LEGS = (
    Leg(3, {'width': 1, 'vgg_batch_norm': False, 'freeze_until': 'conv2_2'},
        dict(_ALL, learning_rate=0.001, vgg_rate=0.1)),
    Leg(3, {'freeze_until': 'conv1_2'},
        dict(_ALL, learning_rate=0.0006, vgg_rate=0.2)),
)


def main():
    """Train, or go on; write the best weights, halved, and the logs."""
    parser = argparse.ArgumentParser(
        prog='python -m experiments.beyond.train_default', description=__doc__)
    add = parser.add_argument
    add('photos', nargs='*', metavar='PHOTOS')
    add('--vgg16', metavar='FILE', help='pre-trained weights that the first '
        'leg begins with')
    add('--run', default=os.path.join('runs', 'default'),
        help='of the first leg; later ones go into leg-2, … in it (default: '
             '%(default)s)')
    add('--out', metavar='DIR', type=ready_folder, default=RESULTS,
        help='where light.npz and light.jsonl go (default: %(default)s)')
    command.add_device(parser)
    command.debug_option(parser)
    given = parser.parse_args()
    paths = find_photos(options.places_of_photos(
        [place for place in given.photos if place], quick=False))
    from colorize.systems import weights_file
    best, logs = _train(paths, given.run, given.vgg16)
    out, log = (os.path.join(given.out, f'light.{ending}')
                for ending in ('npz', 'jsonl'))
    weights_file.write(out, *weights_file.read(best), dtype='float16')
    with written_whole(log) as file:
        file.write(b''.join(logs))
    print(out, log, sep='\n')
    return 0


def _train(paths, run, vgg16):
    """All legs: path of the last one's weights, and the logs of all."""
    logs, begin = [], {'vgg16': vgg16} if vgg16 else {}
    for number, leg in enumerate(LEGS, 1):
        folder = run if number == 1 else os.path.join(run, f'leg-{number}')
        runs.train(paths, folder, leg.epochs, leg.network,
                   hint='--run DIR', **leg.training, **begin)
        begin = {'start': os.path.join(folder, 'weights.npz')}
        with open(os.path.join(folder, 'log.jsonl'), 'rb') as file:
            logs.append(file.read())
    return begin['start'], logs


if __name__ == '__main__':
    command.run(main)

"""What tests of experiments share: their mains, and runs that are made up."""

import contextlib
import io
import json
import os
import sys
from unittest import mock

import h5py
import numpy as np
from skimage.color import rgb2luv

from colorize import datasets
from colorize.photos import images
from experiments.shared import saved
from tests.shared.folder import Folder
from tests.shared.photos import write_photos

__all__ = ['SIDE', 'Experiment', 'FakeRuns', 'stand_in', 'to_bins', 'to_luv',
           'write_cache', 'write_run']

#: Of the photos of the runs that are made up.
SIDE = 32


class Experiment(Folder):
    """Runs the main of an experiment, reads what it wrote."""

    def run_main(self, main, *arguments, status=0):
        """What it prints."""
        # Theano prints C code into files: print itself has to stay.
        printed = io.StringIO()
        with mock.patch.object(sys, 'argv', ['main', *arguments]), \
                contextlib.redirect_stdout(printed):
            self.assertEqual(main(), status)
        return printed.getvalue()

    def read(self, *parts):
        """A JSON file in the folder."""
        with open(self.path(*parts)) as file:
            return json.load(file)


def write_run(runs, name, epochs=3, **network):
    """The text files of a saved run; the second of its epochs is best."""
    folder = os.path.join(runs, name)
    os.makedirs(folder, exist_ok=True)
    settings = {
        'network': dict({'system': name, 'color_space': 'luv',
                         'width': 0.02}, **network),
        'training': {'learning_rate': 0.0003, 'batch_size': 6, 'side': SIDE,
                     'patience': 15, 'loss': 'huber',
                     'vgg16': '/far/away/vgg16.npz'},
        'learn': [], 'hold': []}
    with open(os.path.join(folder, 'run.json'), 'w') as file:
        json.dump(settings, file)
    with open(os.path.join(folder, 'log.jsonl'), 'w') as file:
        for epoch in range(1, epochs + 1):
            record = {'epoch': epoch, 'loss': 1 / epoch,
                      'val_loss': 3 + abs(epoch - 2)}
            file.write(json.dumps(record) + '\n')
    return settings


def write_cache(runs, count=20):
    """photos.h5 of distinct photos; its training and its test photos."""
    folder = os.path.join(runs, 'originals')
    os.makedirs(folder)
    for number, path in enumerate(write_photos(folder, count)):
        photo = images.load(path) * (1 - number / count / 2)
        images.save(path, np.roll(photo, number, axis=2).astype('uint8'))
    cache = saved.photo_cache(runs)
    datasets.build('folder', folder, cache, SIDE, test=4)
    with h5py.File(cache) as file:
        return file['train/photos'][:], file['test/photos'][:]


def stand_in(path):
    """A predictor that any reader can compute, instead of a network."""
    classification = 'classification' in path

    def predict(lightness):
        u = lightness * 0.9 - 40 if classification else lightness * 0.1
        return np.stack([u, 20 - lightness / 2], axis=-1).astype('float32')
    return predict, SIDE


class FakeRuns(Experiment):
    """Runs whose networks are functions of the lightness."""

    def setUp(self):
        super().setUp()
        for system in ('classification', 'regression'):
            write_run(self.folder, system)
        self.train, self.test = write_cache(self.folder)
        patch = mock.patch.object(saved, 'predictor', stand_in)
        patch.start()
        self.addCleanup(patch.stop)


def to_luv(photo):
    """CIELUV by scikit-image, in float32: grey lies on an edge of bins."""
    return rgb2luv(photo.astype('float32') / np.float32(255))


def to_bins(values):
    """The bins of U or V, as Section 3.3 defines them."""
    return np.minimum((np.clip(values, -100, 100) + 100) // 4, 49)

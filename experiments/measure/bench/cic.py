"""What a user would pick instead: Zhang, Isola & Efros (2016), "CIC".

Their network is built from the table in their paper's appendix, with random
weights, which take as long. Both do a photo of one megapixel, the network
alone at its own size and the whole way from file to file.
"""

import functools
import os
import tempfile

import numpy as np

__all__ = ['Ours', 'Theirs', 'cic']

#: Rows of the table between lightness and scores: channels, and the stride
#: of the last, for each convolution of a block; then the block's dilation.
_BLOCKS = (((64, 64), 2, 1), ((128, 128), 2, 1), ((256,) * 3, 2, 1),
           ((512,) * 3, 1, 1), ((512,) * 3, 1, 2), ((512,) * 3, 1, 2),
           ((512,) * 3, 1, 1))
_COLOURS = 313
#: What their network sees is so wide and high.
_SIDE = 256


@functools.cache
def _photo():
    """Path of a photo of one megapixel, gone at the end."""
    from PIL import Image
    from skimage import data
    folder = tempfile.TemporaryDirectory(prefix='bench-')
    path = os.path.join(folder.name, 'photo.jpg')
    Image.fromarray(data.coffee()).convert('L').resize((1224, 816)).save(path)
    # Whoever holds the path holds the folder.
    _photo.folder = folder
    return path


def _out():
    return _photo() + '.out.jpg'


class Ours:
    """The weights that ship, at the size that is the default for a photo."""

    def __init__(self):
        from colorize.colorizer import Colorizer
        from colorize.photos import images
        self._images, self._colorizer = images, Colorizer()
        self._small = self._colorizer.shrink(images.load(_photo()))

    def predict(self):
        """Lightness to chroma at the network's size."""
        return self._colorizer.predict([self._small])

    def file(self):
        """Photo to coloured photo."""
        self._images.save(_out(),
                          self._colorizer(self._images.load(_photo())))


def cic():
    """Their network, as a torch module.

    (batch, 1, 256, 256), lightness, to (batch, 2, 64, 64), chroma: the
    annealed mean (temperature 0.38) is part of it.
    """
    from torch import nn
    layers, depth = [], 1
    for channels, stride, dilation in _BLOCKS:
        for number, out in enumerate(channels):
            last = number == len(channels) - 1
            layers += [nn.Conv2d(depth, out, 3, stride if last else 1,
                                 dilation, dilation), nn.ReLU()]
            depth = out
        layers.append(nn.BatchNorm2d(depth))
    layers += [nn.ConvTranspose2d(depth, 256, 4, 2, 1), nn.ReLU()]
    for _ in range(2):
        layers += [nn.Conv2d(256, 256, 3, 1, 1), nn.ReLU()]
    layers.append(nn.Conv2d(256, _COLOURS, 1))

    class Annealed(nn.Module):
        def forward(self, scores):
            return (scores / 0.38).softmax(dim=1)

    layers += [Annealed(), nn.Conv2d(_COLOURS, 2, 1, bias=False)]
    return nn.Sequential(*layers).eval()


class Theirs:
    """Their network and their way around it.

    Parameters
    ----------
    bf16 : bool
        Under bfloat16 autocast.
    last : bool
        With channels last in memory.
    """

    def __init__(self, bf16, last):
        import torch
        self._torch, self._bf16 = torch, bf16
        self._layout = (torch.channels_last if last
                        else torch.contiguous_format)
        self._network = cic().to(memory_format=self._layout)
        self._small = np.random.RandomState(0).uniform(
            -50, 50, (_SIDE, _SIDE)).astype('float32')

    def predict(self):
        """Lightness to chroma at the network's size."""
        return self._chroma(self._small)

    def _chroma(self, small):
        torch = self._torch
        given = torch.as_tensor(small)[None, None].contiguous(
            memory_format=self._layout)
        with torch.inference_mode(), torch.autocast(
                'cpu', dtype=torch.bfloat16, enabled=self._bf16):
            return self._network(given).float()

    def file(self):
        """Photo to coloured photo, as their demonstration does it."""
        from PIL import Image
        from skimage import color
        photo = Image.open(_photo()).convert('RGB')
        small = photo.resize((_SIDE, _SIDE), Image.BICUBIC)
        lightness = [color.rgb2lab(np.asarray(each))[:, :, :1]
                     for each in (photo, small)]
        chroma = self._torch.nn.functional.interpolate(
            self._chroma(lightness[1][:, :, 0].astype('float32') - 50),
            size=lightness[0].shape[:2], mode='bilinear')
        lab = np.concatenate([lightness[0], chroma[0].permute(1, 2, 0)],
                             axis=2)
        rgb = (255 * color.lab2rgb(lab)).round().astype('uint8')
        Image.fromarray(rgb).save(_out())

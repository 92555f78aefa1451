"""The paper's two networks in PyTorch, with our names and weights."""

import torch
from torch import nn
from torch.nn import functional

from colorize.systems import weights_file

__all__ = ['Twin', 'arrays_of', 'fill', 'load']

_TRUNK = (('conv1_1', 3, 64), ('conv1_2', 64, 64), ('conv2_1', 64, 128),
          ('conv2_2', 128, 128), ('conv3_1', 128, 256), ('conv3_2', 256, 256),
          ('conv3_3', 256, 256), ('conv4_1', 256, 512), ('conv4_2', 512, 512),
          ('conv4_3', 512, 512))
#: Level, depth in, depth out and side of the kernel.
_ENCODER = ((4, 512, 256, 1), (3, 256, 128, 3), (2, 128, 64, 3),
            (1, 64, 64, 3))
_EPSILON = 1e-4


class Twin(nn.Module):
    """The default classification or regression network.

    Parameters
    ----------
    system : {'classification', 'regression'}
    width : float
        Scales every depth.
    num_bins : int
        Classes for each of the two channels.
    """

    def __init__(self, system, width=1.0, num_bins=50):
        super().__init__()
        self.system = system
        self._width = width
        for name, depth_in, depth in _TRUNK:
            self._add(name, depth_in, self._scaled(depth))
        for level, depth_in, depth, kernel in _ENCODER:
            self._add_norm(f'tap{level}', depth_in)
            self._add(f'encoder{level}', depth_in,
                      self._scaled(depth), kernel, norm=True)
        if system == 'classification':
            joined = sum(self._scaled(depth) for _, _, depth, _ in _ENCODER)
            self._add('head1', joined, self._scaled(128), norm=True)
            self._add('head2', 128, self._scaled(64), norm=True)
            self._add('head3', 64, self._scaled(64))
            for name in ('scores_u', 'scores_v'):
                self._add(name, 64, num_bins, 1)
        else:
            self._add('head1', 64, self._scaled(64))
            self._add('output', 64, 2)

    def _scaled(self, depth):
        return max(1, int(round(depth * self._width)))

    def _add(self, name, depth_in, depth, kernel=3, norm=False):
        if name not in ('conv1_1',) and not (
                name == 'head1' and self.system == 'classification'):
            depth_in = self._scaled(depth_in)
        self.add_module(name, nn.Conv2d(depth_in, depth, kernel,
                                        padding=kernel // 2, bias=not norm))
        if norm:
            self.add_module(name + '_bn', nn.BatchNorm2d(depth, _EPSILON))

    def _add_norm(self, name, depth):
        self.add_module(name, nn.BatchNorm2d(self._scaled(depth), _EPSILON))

    def _relu(self, name, maps):
        maps = getattr(self, name)(maps)
        norm = getattr(self, name + '_bn', None)
        return functional.relu(maps if norm is None else norm(maps))

    def forward(self, photo):
        """Score maps (u, v), or the chroma in a tuple.

        Parameters
        ----------
        photo : tensor, (batch, 3, row, column)
        """
        tapped, maps = {}, photo
        for name, _, _ in _TRUNK:
            maps = self._relu(name, maps)
            if name in ('conv1_2', 'conv2_2', 'conv3_3', 'conv4_3'):
                tapped[int(name[4])] = maps
                if name != 'conv4_3':
                    maps = functional.max_pool2d(maps, 2)
        encoded = self._encode(tapped)
        if self.system == 'regression':
            return self.output(self._relu('head1', encoded[-1])),
        full = [_up(maps, factor)
                for maps, factor in zip(encoded, (8, 4, 2, 1))]
        maps = torch.cat(full, dim=1)
        for name in ('head1', 'head2', 'head3'):
            maps = self._relu(name, maps)
        return self.scores_u(maps), self.scores_v(maps)

    def _encode(self, tapped):
        encoded = [self._relu('encoder4', self.tap4(tapped[4]))]
        for level in (3, 2, 1):
            tap = getattr(self, f'tap{level}')(tapped[level])
            encoded.append(self._relu(f'encoder{level}',
                                      _up(encoded[-1], 2) + tap))
        return encoded


def _up(maps, factor):
    if factor == 1:
        return maps
    return functional.interpolate(maps, scale_factor=factor, mode='nearest')


def load(twin, path):
    """Give a twin the parameters of our weights file.

    Parameters
    ----------
    twin : Twin
    path : str
        See :func:`colorize.systems.weights_file.write`.
    """
    fill(twin, weights_file.read(path)[0])


def fill(twin, arrays):
    """Give a twin our parameters.

    Parameters
    ----------
    twin : Twin
    arrays : dict
        By our names, float32.
    """
    state = {}
    for name, module in twin.named_modules():
        if isinstance(module, nn.Conv2d):
            state[name + '.weight'] = arrays[name + '.W']
            if module.bias is not None:
                state[name + '.bias'] = arrays[name + '.b']
        elif isinstance(module, nn.BatchNorm2d):
            state.update(_norm_state(name, arrays))
    state = {name: torch.as_tensor(value) for name, value in state.items()}
    twin.load_state_dict(state)


def _norm_state(name, arrays):
    # We average the inverse deviation, PyTorch the variance.
    variance = arrays[name + '.inv_std'] ** -2 - _EPSILON
    return {name + '.weight': arrays[name + '.gamma'],
            name + '.bias': arrays[name + '.beta'],
            name + '.running_mean': arrays[name + '.mean'],
            name + '.running_var': variance,
            name + '.num_batches_tracked': 0}


def arrays_of(twin):
    """The reverse of :func:`fill`.

    Returns
    -------
    dict
        float32 arrays by our names.
    """
    found = {}
    for name, module in twin.named_modules():
        if isinstance(module, nn.Conv2d):
            found[name + '.W'] = module.weight
            if module.bias is not None:
                found[name + '.b'] = module.bias
        elif isinstance(module, nn.BatchNorm2d):
            found.update({name + '.gamma': module.weight,
                          name + '.beta': module.bias,
                          name + '.mean': module.running_mean,
                          name + '.inv_std': (module.running_var
                                              + _EPSILON) ** -0.5})
    return {name: value.detach().float().cpu().numpy().copy()
            for name, value in found.items()}

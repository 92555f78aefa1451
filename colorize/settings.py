"""One table of all settings: those of a training, those of the networks.

Imports nothing heavy, so that a command's ``--help`` answers at once.
"""

import json
import numbers
from collections import namedtuple

from models.published import VGG16_LAYERS

__all__ = ['LOSSES', 'NETWORKS', 'Setting', 'SettingError', 'TABLE',
           'TRAINING', 'check', 'check_network', 'check_run',
           'check_training', 'flag_of']

#: The losses of each system; the first is taken unless told.
LOSSES = {'classification': ('cross_entropy',),
          'regression': ('l2', 'huber'),
          'dahl': ('blurred',)}

_ALL = tuple(LOSSES)
_PAPERS = ('classification', 'regression')
_FLAG, _NUMBER, _TEXT = (bool,), (int, float), (str,)


class SettingError(ValueError):
    """A setting that cannot be; names it and the rule."""

    #: Exit status of a command: as for any wrong use.
    status = 2


#: part: 'training', or the systems whose network has it. kinds: the types
#: of its value. rule: which values are allowed, in words; a tuple of str
#: lists them all. holds: whether a value of such a type is allowed.
Setting = namedtuple('Setting', 'name default help part kinds rule holds')


def _one_of(name, default, text, part, values):
    return Setting(name, default, text, part, _TEXT, tuple(values),
                   values.__contains__)


def _flag(name, default, text, part):
    return Setting(name, default, text, part, _FLAG, 'true or false',
                   lambda x: True)


def _whole(name, default, text, part, most=None):
    rule = 'a whole number, 1 ' + (f'to {most}' if most else 'or more')
    return _maybe(name, default, text, part, (int,), rule,
                  lambda x: 1 <= x and (most is None or x <= most))


def _maybe(name, default, text, part, kinds, rule, holds):
    """A setting that may be None if that is its default."""
    if default is not None:
        return Setting(name, default, text, part, kinds, rule, holds)
    return Setting(name, default, text, part, kinds + (type(None),), rule,
                   lambda x: x is None or holds(x))


#: Every setting once. Defaults are the paper's values (Section 5.2) where it
#: gives them; those of the networks are the arguments of the builders in
#: :mod:`models`.
TABLE = (
    _one_of('system', 'classification', 'which network', _ALL, _ALL),
    _one_of('color_space', 'luv', 'what is predicted (of dahl, yuv)',
            _PAPERS, ('hsv', 'luv')),
    _one_of('color_space', 'yuv', 'what is predicted', ('dahl',), ('yuv',)),
    Setting('width', 1.0, 'scales the number of maps of every layer', _ALL,
            _NUMBER, 'above 0, at most 4', lambda x: 0 < x <= 4),
    _maybe('freeze_until', None, 'keep the layers of VGG16 as they are, up '
           'to this one (conv4_3 for all)', _ALL, _TEXT,
           tuple(VGG16_LAYERS), VGG16_LAYERS.__contains__),
    _flag('vgg_batch_norm', False, 'batch norm inside VGG16, which a trunk '
          'needs that starts from random values (default: without vgg16)',
          _ALL),
    _whole('conv4_depth', 512, 'maps of conv4_1 to conv4_3', _ALL, 512),
    _one_of('aggregation', 'concat', 'how the maps of four sizes are joined '
            '(classification)', ('classification',), ('concat', 'sum')),
    _flag('residual_encoder', True, "residual units; without, VGG16's pooled "
          'maps are joined (classification)', ('classification',)),
    Setting('head_depths', (128, 64, 64), 'maps of the one to three '
            'convolutions before the scores (classification)',
            ('classification',), (list, tuple),
            'one to three whole numbers, 1 to 1024',
            lambda x: 1 <= len(x) <= 3 and all(
                type(n) is int and 1 <= n <= 1024 for n in x)),

    Setting('average', 0.0, 'validate and keep the average of the weights '
            'over the updates: so much of it stays at each update, as 0.999; '
            '0 for the weights themselves', 'training', _NUMBER,
            'from 0 to below 1', lambda x: 0 <= x < 1),
    _whole('batch_size', 6, 'photos in a minibatch', 'training'),
    Setting('beta2', 0.999, "Adam's beta2; its beta1 is 0.9", 'training',
            _NUMBER, 'from 0 to below 1', lambda x: 0 <= x < 1),
    _maybe('crop', None, 'side of a random crop, none for the whole photo',
           'training', (int,), 'a multiple of 8, 8 or more',
           lambda x: x >= 8 and x % 8 == 0),
    _flag('flip', False, 'mirror every other photo', 'training'),
    Setting('holdout', 0.1, 'share of the photos that only validate',
            'training', _NUMBER, 'from 0 to below 1', lambda x: 0 <= x < 1),
    Setting('huber_threshold', 0.1, 'M of the Huber loss, in units of 100 '
            'U, V', 'training', _NUMBER, 'above 0',
            lambda x: 0 < x < float('inf')),
    _flag('keep_gray', False, 'train on photos without colours, or in one '
          'tone as sepia, too', 'training'),
    Setting('learning_rate', 0.0003, 'step size', 'training', _NUMBER,
            'above 0', lambda x: 0 < x < float('inf')),
    Setting('learning_rate_decay', 1.0, 'its factor after each epoch, where '
            'the schedule is decay',
            'training', _NUMBER, 'above 0, at most 1', lambda x: 0 < x <= 1),
    _maybe('loss', None, 'none for the first that suits the system',
           'training', _TEXT, sum(LOSSES.values(), ()),
           sum(LOSSES.values(), ()).__contains__),
    _whole('patience', None, 'stop after so many epochs without a lower '
           'validation loss', 'training'),
    Setting('rebalancing', 0.0, 'weigh rare colours up: 0 not at all, near '
            '1 all bins alike', 'training', _NUMBER, 'from 0 to below 1',
            lambda x: 0 <= x < 1),
    Setting('scale', 1.0, 'a random crop shows from this share of the '
            "photo's side to all of it, scaled to the side of the crop; 1 "
            'for no scaling', 'training', _NUMBER, 'above 0, at most 1',
            lambda x: 0 < x <= 1),
    _one_of('schedule', 'decay', 'of the step size: decay, by epochs, or '
            'cosine, up in the first fiftieth of all updates and then down '
            'to 0', 'training', ('decay', 'cosine')),
    Setting('seed', 0, 'the number that decides a whole run', 'training',
            (int,), 'from 0 to 4294967295', lambda x: 0 <= x < 2 ** 32),
    Setting('side', 224, 'photos are scaled to this many pixels squared',
            'training', (int,), 'a multiple of 8, 8 to 1024',
            lambda x: 8 <= x <= 1024 and x % 8 == 0),
    Setting('soft_bins', 0.0, 'spread a pixel over the bins beside its own, '
            'by a Gaussian so many bins wide', 'training', _NUMBER,
            'from 0 to 50', lambda x: 0 <= x <= 50),
    _maybe('start', None, 'begin from the weights of this file; it says what '
           'network it is, too', 'training', _TEXT, 'the name of a file',
           lambda x: True),
    _flag('sync_batch_norm', False, "batch norm's statistics are those of "
          'the whole minibatch where several ranks (mpiexec) share it, and '
          'not of the part of each; slower', 'training'),
    _one_of('update_rule', 'adam', 'how gradients become steps', 'training',
            ('adam', 'nesterov', 'sgd')),
    _maybe('vgg16', None, 'file of pre-trained VGG16 weights', 'training',
           _TEXT, 'the name of a file', lambda x: True),
    Setting('vgg_rate', 1.0, "factor of the step size for VGG16's layers",
            'training', _NUMBER, 'above 0', lambda x: 0 < x < float('inf')),
)

#: By name: the settings of a training, and those of each system's network.
TRAINING = {each.name: each for each in TABLE if each.part == 'training'}
NETWORKS = {system: {each.name: each for each in TABLE
                     if system in each.part} for system in _ALL}


def flag_of(name):
    """The option of a setting on a command line."""
    return f"--{name.replace('_', '-')}"


def check_training(settings):
    """Fill in the defaults of a training and refuse what cannot be.

    Parameters
    ----------
    settings : dict
        Any of :data:`TRAINING`.

    Returns
    -------
    dict
        All of :data:`TRAINING`.

    Raises
    ------
    SettingError
        When a setting is unknown, of another type or out of range.
    """
    full = _complete(settings, TRAINING, 'setting {!r}')
    if full['crop'] and full['crop'] > full['side']:
        raise SettingError(f"crop must be at most side ({full['side']}), got "
                           f"{full['crop']}")
    return full


def check_network(settings):
    """Fill in the defaults of a network and refuse what cannot be.

    Parameters
    ----------
    settings : dict
        Any of :data:`NETWORKS` of its 'system', which is 'classification'
        unless it is named.

    Returns
    -------
    dict
        All of them.

    Raises
    ------
    SettingError
        When a setting is unknown or has an impossible value.
    """
    system = settings.get('system', 'classification')
    if not isinstance(system, str) or system not in NETWORKS:
        raise SettingError('system must be one of '
                           f"{', '.join(map(repr, NETWORKS))}, got "
                           f'{system!r}')
    return _complete(dict(_renamed(settings), system=system),
                     NETWORKS[system],
                     f'setting {{!r}} of the {system} network')


def _renamed(settings):
    """Settings of an older file by the names of today."""
    settings = dict(settings)
    if 'freeze_vgg' in settings:
        frozen = settings.pop('freeze_vgg')
        check('freeze_vgg', frozen, _FLAG, 'true or false', lambda x: True)
        settings.setdefault('freeze_until',
                            list(VGG16_LAYERS)[-1] if frozen else None)
    return settings


def check_run(network_settings, settings):
    """Fill in both sets of settings; refuse what does not go together.

    Parameters
    ----------
    network_settings, settings : dict
        As for :func:`check_network` and :func:`check_training`.

    Returns
    -------
    network_settings, settings : dict
        All of them, of JSON's types.

    Raises
    ------
    SettingError
    """
    # A trunk that starts from random values needs batch norm, the
    # published one has none (README.rst, "Where the paper is silent").
    network = check_network(dict(
        {'vgg_batch_norm': not settings.get('vgg16')}, **network_settings))
    settings = check_training(settings)
    if settings['vgg16'] and settings['start']:
        raise SettingError('start and vgg16 exclude each other: a file to '
                           'start from holds all layers')
    if settings['patience'] and not settings['holdout']:
        raise SettingError(f"patience {settings['patience']}: only photos "
                           'that are held out can tell, and holdout is 0')
    losses = LOSSES[network['system']]
    settings['loss'] = settings['loss'] or losses[0]
    if settings['loss'] not in losses:
        raise SettingError(f"loss of the {network['system']} network must be "
                           f"one of {', '.join(map(repr, losses))}, got "
                           f"{settings['loss']!r}")
    _refuse_bins(network, settings)
    return json.loads(json.dumps(network)), settings


def _refuse_bins(network, settings):
    """Refuse what asks for bins that a network has not."""
    if network['system'] != 'classification':
        for name in ('soft_bins', 'rebalancing'):
            if settings[name]:
                raise SettingError(f'{name} {settings[name]}: the '
                                   f"{network['system']} network has no bins")
    if settings['soft_bins'] and network['color_space'] == 'hsv':
        raise SettingError(f"soft_bins {settings['soft_bins']}: the bins of "
                           "hsv's hue are a circle")


def _complete(settings, table, words):
    for name in settings:
        if name not in table:
            raise SettingError(f'unknown {words.format(name)}; known are '
                               f"{', '.join(table)}")
    full = {name: each.default for name, each in table.items()}
    full.update(settings)
    return {name: check(name, full[name], each.kinds, each.rule, each.holds)
            for name, each in table.items()}


def check(name, value, kinds, rule, holds):
    """Refuse the value of a setting unless type and rule are right.

    Parameters
    ----------
    name : str
    value
    kinds : tuple of type
        What it may be; a bool is no int here.
    rule : str or tuple of str
        In words or all values, for the error.
    holds : callable
        Whether a value of such a type is in range.

    Returns
    -------
    object
        The value; of one of numpy's numbers, Python's.

    Raises
    ------
    SettingError
    """
    if isinstance(rule, tuple):
        rule = f"one of {', '.join(map(repr, rule))}"
    if isinstance(value, numbers.Number) and hasattr(value, 'item'):
        value = value.item()
    right = bool in kinds if isinstance(value, bool) else isinstance(
        value, kinds)
    if not right or not holds(value):
        raise SettingError(f'{name} must be {rule}, got {value!r}')
    return value

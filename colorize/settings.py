"""Settings of a training run: names, defaults and what is allowed.

Imports nothing heavy, so that a command's ``--help`` answers at once.
"""

from collections import namedtuple

__all__ = ['DECODING', 'DECODINGS', 'HELP', 'LOSSES', 'TRAINING',
           'UPDATE_RULES', 'WHOLE_OR_NONE', 'SettingError', 'check',
           'check_training']

LOSSES = ('cross_entropy', 'l2', 'huber')
UPDATE_RULES = ('adam', 'nesterov', 'sgd')

#: From the probabilities of bins to a colour: the mean over the bins at a
#: temperature, after rare bins have been weighed up as `rebalancing` does.
#: The paper's takes the most probable bin (Section 3.6); annealed is Zhang,
#: Isola & Efros' (2016, Section 2.3) without their rebalancing, vivid with
#: some of it: weights/README.rst compares them.
Decoding = namedtuple('Decoding', 'temperature rebalancing')
DECODINGS = {'argmax': Decoding(0, 0), 'mean': Decoding(1, 0),
             'annealed': Decoding(0.38, 0), 'vivid': Decoding(0.38, 0.3)}

#: What predicting takes unless it is told.
DECODING = 'vivid'

_TABLE = (
    ('batch_size', 6, 'photos in a minibatch'),
    ('beta2', 0.999, "Adam's beta2; its beta1 is 0.9"),
    ('crop', None, 'side of a random crop, none for the whole photo'),
    ('flip', False, 'mirror every other photo'),
    ('holdout', 0.1, 'share of the photos that only validate'),
    ('huber_threshold', 0.1, 'M of the Huber loss, in units of 100 U, V'),
    ('learning_rate', 0.0003, 'step size'),
    ('learning_rate_decay', 1.0, 'its factor after each epoch'),
    ('loss', None, 'none for the first that suits the system'),
    ('patience', None, 'stop after so many epochs without a lower '
                       'validation loss'),
    ('rebalancing', 0.0, 'weigh rare colours up: 0 not at all, near 1 all '
                         'bins alike'),
    ('seed', 0, 'the number that decides a whole run'),
    ('side', 224, 'photos are scaled to this many pixels squared'),
    ('soft_bins', 0.0, 'spread a pixel over the bins beside its own, by a '
                       'Gaussian so many bins wide'),
    ('update_rule', 'adam', 'how gradients become steps'),
    ('vgg16', None, 'file of pre-trained VGG16 weights'),
)

#: Settings of a run beside those of the network, with the paper's values
#: (Section 5.2) where it gives them.
TRAINING = dict((name, default) for name, default, _ in _TABLE)

#: A line of help for each of them.
HELP = dict((name, text) for name, _, text in _TABLE)

#: Settings without a default that are numbers.
WHOLE_OR_NONE = ('crop', 'patience')

_WHOLE = 'a whole number, 1 or more'

_RULES = dict([
    ('batch_size', (_WHOLE, lambda x: x >= 1)),
    ('beta2', ('from 0 to below 1', lambda x: 0 <= x < 1)),
    ('crop', ('a multiple of 8, 8 or more',
              lambda x: x is None or x >= 8 and x % 8 == 0)),
    ('flip', ('true or false', lambda x: True)),
    ('holdout', ('from 0 to below 1', lambda x: 0 <= x < 1)),
    ('huber_threshold', ('above 0', lambda x: 0 < x < float('inf'))),
    ('learning_rate', ('above 0', lambda x: 0 < x < float('inf'))),
    ('learning_rate_decay', ('above 0, at most 1', lambda x: 0 < x <= 1)),
    ('loss', ('the name of a loss', lambda x: True)),
    ('patience', (_WHOLE, lambda x: x is None or x >= 1)),
    ('rebalancing', ('from 0 to below 1', lambda x: 0 <= x < 1)),
    ('seed', ('from 0 to 4294967295', lambda x: 0 <= x < 2 ** 32)),
    ('side', ('a multiple of 8, 8 or more',
              lambda x: x >= 8 and x % 8 == 0)),
    ('soft_bins', ('from 0 to 50', lambda x: 0 <= x <= 50)),
    ('update_rule', (f"one of {', '.join(UPDATE_RULES)}",
                     lambda x: x in UPDATE_RULES)),
    ('vgg16', ('the name of a file', lambda x: True)),
])


class SettingError(ValueError):
    """A setting that cannot be; names it and the rule."""

    #: Exit status of a command: as for any wrong use.
    status = 2


def check_training(settings):
    """Fill in defaults and refuse what cannot be.

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
    for name in settings:
        if name not in TRAINING:
            raise SettingError(f'unknown setting {name!r}; known are '
                               f"{', '.join(TRAINING)}")
    full = dict(TRAINING, **settings)
    for name, (rule, holds) in _RULES.items():
        check(name, full[name], _kinds(name), rule, holds)
    if full['crop'] and full['crop'] > full['side']:
        raise SettingError(f"crop must be at most side ({full['side']}), got "
                           f"{full['crop']}")
    return full


def _kinds(name):
    """The types that a setting may have, None among them by default."""
    default = TRAINING[name]
    if default is None:
        return (type(None), int if name in WHOLE_OR_NONE else str)
    return (int, float) if isinstance(default, float) else (type(default),)


def check(name, value, kinds, rule, holds):
    """Refuse the value of a setting unless type and rule are right.

    Parameters
    ----------
    name : str
    value
    kinds : tuple of type
        What it may be; a bool is no int here.
    rule : str
        In words, for the error.
    holds : callable
        Whether a value of such a type is in range.

    Raises
    ------
    SettingError
    """
    right = bool in kinds if isinstance(value, bool) else isinstance(
        value, kinds)
    if not right or not holds(value):
        raise SettingError(f'{name} must be {rule}, got {value!r}')

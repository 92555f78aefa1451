"""Settings of a training run: names, defaults and what is allowed.

Imports nothing heavy, so that a command's ``--help`` answers at once.
"""

from collections import OrderedDict

__all__ = ['HELP', 'LOSSES', 'TRAINING', 'UPDATE_RULES', 'check_training']

LOSSES = ('cross_entropy', 'l2', 'huber')
UPDATE_RULES = OrderedDict([
    ('batch_size', ('a whole number, 1 or more', lambda x: x >= 1)),
    ('beta2', ('from 0 to below 1', lambda x: 0 <= x < 1)),
    ('crop', ('a multiple of 8, 8 or more',
              lambda x: x is None or x >= 8 and x % 8 == 0)),
    ('holdout', ('from 0 to below 1', lambda x: 0 <= x < 1)),
    ('huber_threshold', ('above 0', lambda x: x > 0)),
    ('learning_rate', ('above 0', lambda x: 0 < x < float('inf'))),
    ('learning_rate_decay', ('above 0, at most 1', lambda x: 0 < x <= 1)),
    ('seed', ('from 0 to 4294967295', lambda x: 0 <= x < 2 ** 32)),
    ('side', ('a multiple of 8, 8 or more',
              lambda x: x >= 8 and x % 8 == 0)),
    ('update_rule', ('one of ' + ', '.join(UPDATE_RULES),
                     lambda x: x in UPDATE_RULES)),
])


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
    ValueError
        When a setting is unknown or out of range; names it and the rule.
    """
    for name in settings:
        if name not in TRAINING:
            raise ValueError('unknown setting {!r}; known are {}'.format(
                name, ', '.join(TRAINING)))
    full = dict(TRAINING, **settings)
    for name, (rule, holds) in _RULES.items():
        _check(name, full[name], rule, holds)
    if full['crop'] and full['crop'] > full['side']:
        raise ValueError('crop must be at most side ({}), got {}'.format(
            full['side'], full['crop']))
    return full


def _check(name, value, rule, holds):
    default = TRAINING[name]
    fits = value is None or isinstance(
        value, (int, float) if isinstance(default, float)
        else int if default is None else type(default))
    try:
        fits = fits and holds(value)
    except TypeError:
        fits = False
    if not fits:
        raise ValueError('{} must be {}, got {!r}'.format(name, rule, value))

"""Several seeds of each variant: means, spread, and what they tell apart."""

import numpy as np

__all__ = ['RULE', 'means', 'spread', 'verdict']

#: How a claim is decided, as it stands in the results.
RULE = ('seen (not so): better (worse) with every seed, and the mean '
        'difference is more than two of its standard errors; else not told '
        'apart')


def means(summaries):
    """Mean of each number over seeds.

    Parameters
    ----------
    summaries : sequence of dict
        Of one variant, one for each seed, as
        :func:`experiments.shared.curves.summary` gives them.

    Returns
    -------
    dict
        With one seed, its numbers.
    """
    if len(summaries) == 1:
        return dict(summaries[0])
    return {name: float(np.mean([each[name] for each in summaries]))
            for name in summaries[0]}


def spread(summaries):
    """Standard deviation of each number over seeds; `summaries` as above.

    Returns
    -------
    dict
        Empty with one seed.
    """
    if len(summaries) < 2:
        return {}
    return {name: float(np.std([each[name] for each in summaries], ddof=1))
            for name in summaries[0]}


def verdict(claimed, others, metric, larger=False):
    """Whether the variant that the paper calls best is.

    Seeds are compared in pairs: both variants of a pair began with the same
    photos held out.

    Parameters
    ----------
    claimed : sequence of dict
        Summaries of the variant that is claimed to be best, by seed.
    others : dict
        Those of the other variants, by label.
    metric : str
        The key that decides.
    larger : bool
        Whether more of it is better.

    Returns
    -------
    dict
        By label, 'difference' (mean over seeds, above 0 where the claim
        holds), its 'standard_error' and 'verdict', by :data:`RULE`; with one
        seed the last two are None.
    """
    found = {}
    for label, summaries in others.items():
        ahead = np.array([other[metric] - best[metric] for best, other
                          in zip(claimed, summaries)]) * (-1 if larger else 1)
        found[label] = {'difference': float(ahead.mean()),
                        'standard_error': None, 'verdict': None}
        if len(ahead) > 1:
            error = float(ahead.std(ddof=1) / len(ahead) ** 0.5)
            found[label].update(standard_error=error,
                                verdict=_words(ahead, error))
    return found


def _words(ahead, error):
    if abs(ahead.mean()) > 2 * error:
        if (ahead > 0).all():
            return 'seen'
        if (ahead < 0).all():
            return 'not so'
    return 'not told apart'

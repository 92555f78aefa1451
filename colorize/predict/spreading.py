"""Photos coloured by the workers of a cluster, on storage that all share."""

import functools
import hashlib
import os
import platform
from contextlib import closing

import numpy as np

import colorize
from colorize import command
from colorize.cluster.connection import ClusterError, connected
from colorize.cluster.window import Lost, spread
from colorize.photos import images
from colorize.predict.claims import Claims, claimed
from colorize.predict.pipeline import Outcome, colored
from colorize.predict.plan import Task

__all__ = ['color_parcel', 'colored_by_workers', 'facts', 'made',
           'outcome_of', 'parcels']

#: Photos in a parcel at most, and in the last ones if there are many: one
#: each would keep a scheduler busier than its workers.
_BATCH = 100
_LEAST = 4


def colored_by_workers(tasks, count, address, weights, settings, options,
                       overwrite, left):
    """Colour photos on a cluster.

    Parameters
    ----------
    tasks : iterable of colorize.predict.plan.Task
    count : int
        How many, about.
    address : str
        See :func:`colorize.cluster.connection.check_address`.
    weights : str
        Path of the weights file, for workers too.
    settings : tuple
        Decoding, saturation and coherence.
    options : dict
        Further arguments of :func:`colorize.predict.pipeline.colored`.
    overwrite : bool
        Whether results that exist are replaced.
    left : list
        Gets the tasks that another run has claimed.

    Yields
    ------
    colorize.predict.pipeline.Outcome
        As they are ready.

    Raises
    ------
    ClusterError
        When the cluster cannot be used, or a worker differs from us.
    """
    weights, sent = os.path.abspath(weights), {}
    options = dict(options, hints=_absolute(options['hints']))
    apply = functools.partial(color_parcel, options, overwrite)
    with connected(address) as client:  # says when Dask is missing
        make = functools.partial(made, weights, settings, facts(weights))
        workers = max(1, len(client.nthreads()))
        batches = parcels(_whole(tasks, sent), count, 4 * workers)
        for whole, found in spread(client, make, apply, batches):
            task = sent.pop(whole)
            if found is None:
                left.append(task)
            else:
                yield outcome_of(task, found)


def _absolute(path):
    """Workers run in folders of their own."""
    return path and os.path.abspath(path)


def _whole(tasks, sent):
    """Tasks as workers understand them; `sent` gets whose each is."""
    for task in tasks:
        whole = Task(*map(_absolute, task))
        sent[whole] = task
        yield whole


def parcels(tasks, count, parts):
    """Lists of tasks, each a part of those that are left.

    So the last ones are small, and workers end at about the same time.

    Parameters
    ----------
    tasks : iterable
    count : int
        How many, about.
    parts : int

    Yields
    ------
    list
    """
    least, batch = min(_LEAST, count // parts), []
    for number, task in enumerate(tasks):
        if not batch:
            size = max(1, least, min(_BATCH, (count - number) // parts))
        batch.append(task)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def outcome_of(task, found):
    """What a worker said of a photo, with the names that we have for it."""
    if isinstance(found, Lost):
        found = Outcome(task, 'failed', None, None, None, None,
                        f'{task.photo}: {found.reason}; it is left')
    if found.error:
        error = found.error
        for theirs, ours in zip(found.task, task):
            error = error.replace(theirs, ours, 1)
        found = found._replace(error=images.ImageError(error))
    return found._replace(task=task)


def made(weights, settings, expected):
    """On a worker: a colorizer, unless it would not be the client's."""
    for name, found in facts(weights).items():
        if found != expected[name]:
            raise ClusterError(f'{platform.node()} has {name} {found}, the '
                               f'client {expected[name]}')
    from colorize.colorizer import Colorizer
    return Colorizer(weights, *settings)


def facts(weights):
    """What has to be the same everywhere."""
    import distributed
    from colorize.backend import lasagne, theano
    with open(weights, 'rb') as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:16]
    return {'Python': platform.python_version(), 'numpy': np.__version__,
            'Theano': theano.__version__, 'Lasagne': lasagne.__version__,
            'distributed': distributed.__version__,
            'colorize': colorize.__version__, 'weights of checksum': digest}


def color_parcel(options, overwrite, colorizer, tasks, again, waits):
    """On a worker: colour a batch, for as long as somebody waits for it.

    Parameters
    ----------
    options, overwrite
        As for :func:`colored_by_workers`.
    colorizer : colorize.colorizer.Colorizer
    tasks : list of colorize.predict.plan.Task
        Of absolute paths.
    again : bool
        What is there already is of a worker that died, and done anew.
    waits : callable

    Returns
    -------
    list of colorize.predict.pipeline.Outcome
        With words in place of an error; None where another run is at it.
    """
    found = {}
    with closing(Claims()) as claims:
        mine = claimed(tasks, claims, overwrite or again, [])
        outcomes = colored(_while(waits, mine), colorizer, **options)
        with closing(outcomes):
            for outcome in _while(waits, outcomes):
                claims.drop(outcome.task.output)
                found[outcome.task] = outcome._replace(
                    error=outcome.error and command.words(outcome.error))
    return [found.get(task) for task in tasks]


def _while(waits, items):
    for item in items:
        if not waits():
            return
        yield item

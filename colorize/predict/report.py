"""What a run of predict has done: a line, and a JSON file."""

import json
import os
import time
from collections import Counter

from colorize.disk.whole import written_whole

__all__ = ['Summary', 'earlier']

#: Of a record, what stays true of a photo that is skipped.
_LASTING = ('size', 'seconds', 'notes', 'scores')


def earlier(path):
    """What a run before has reported of each photo.

    Parameters
    ----------
    path : str
        See :meth:`Summary.write`.

    Returns
    -------
    dict
        Records by the names of photo and result; empty without a file.

    Raises
    ------
    ValueError
        When the file is there and no report.
    """
    if not os.path.exists(path):
        return {}
    try:
        with open(path) as file:
            return {(record['input'], record['output']): record
                    for record in json.load(file)['photos']}
    except (KeyError, RecursionError, TypeError, ValueError):
        raise ValueError(f'{path}: exists and is no report of an '
                         'earlier run') from None


class Summary:
    """Counts and keeps a record for each photo.

    Parameters
    ----------
    settings : dict
        JSON types; what the photos are coloured with.
    before : dict
        See :func:`earlier`.

    Attributes
    ----------
    settings : dict
    """

    def __init__(self, settings, before=()):
        self.settings, self._records = settings, []
        self._before = dict(before)
        self._counts, self._began = Counter(), time.time()

    def add(self, task, status, **more):
        """Note what became of a photo.

        Parameters
        ----------
        task : colorize.predict.plan.Task
        status : {'done', 'skipped', 'failed'}
        more
            JSON types; None is left out.
        """
        self._counts[status] += 1
        record = {'input': task.photo, 'output': task.output,
                  'status': status}
        if status == 'skipped':
            known = self._before.get((task.photo, task.output), {})
            more = {name: known.get(name) for name in _LASTING}
        record.update((name, value) for name, value in more.items()
                      if value not in (None, []))
        self._records.append(record)

    @property
    def failed(self):
        """How many photos could not be coloured."""
        return self._counts['failed']

    def line(self, total, own):
        """The run in one line.

        Parameters
        ----------
        total : int
            Photos that there were.
        own : int
            Results of an earlier run that were passed over.

        Returns
        -------
        str
        """
        counts, parts = self._counts, []
        if counts['skipped']:
            parts.append(f"{counts['skipped']} were done before")
        parts.append(f"{counts['failed']} failed")
        left = total - sum(counts.values())
        if left:
            parts.append(f'{left} left')
        if own:
            parts.append(f'{own} results among them passed over')
        return ', '.join(
            [f"{counts['done']} of {total} photos coloured"] + parts)

    @property
    def skipped(self):
        """How many photos had been done before."""
        return self._counts['skipped']

    def scores(self):
        """All scores so far, dicts."""
        return [record['scores'] for record in self._records
                if 'scores' in record]

    def write(self, path, average=None):
        """Write everything as JSON.

        Parameters
        ----------
        path : str
        average : dict, optional
            Of the scores.
        """
        content = {'photos': self._records, 'settings': self.settings,
                   'totals': {name: self._counts[name] for name
                              in ('done', 'skipped', 'failed')},
                   'seconds': round(time.time() - self._began, 3)}
        if average:
            content['average'] = average
        with written_whole(path) as file:
            file.write(f"{json.dumps(content, indent=1)}\n".encode())

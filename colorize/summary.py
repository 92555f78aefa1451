"""What a run of predict has done: a line, and a JSON file."""

import json
import time
from collections import Counter

from colorize.files import written_whole

__all__ = ['Summary']


class Summary:
    """Counts and keeps a record for each photo.

    Parameters
    ----------
    settings : dict
        JSON types; what the photos are coloured with.

    Attributes
    ----------
    settings : dict
    """

    def __init__(self, settings):
        self.settings, self._records = settings, []
        self._counts, self._began = Counter(), time.time()

    def add(self, task, status, **more):
        """Note what became of a photo.

        Parameters
        ----------
        task : colorize.outputs.Task
        status : {'done', 'skipped', 'failed'}
        more
            JSON types; None is left out.
        """
        self._counts[status] += 1
        record = {'input': task.photo, 'output': task.output,
                  'status': status}
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
            parts.append('{} were done before'.format(counts['skipped']))
        parts.append('{} failed'.format(counts['failed']))
        left = total - sum(counts.values())
        if left:
            parts.append('{} not begun'.format(left))
        if own:
            parts.append('{} results among them passed over'.format(own))
        return '{} of {} photos coloured, {}'.format(
            counts['done'], total, ', '.join(parts))

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
            file.write((json.dumps(content, indent=1) + '\n').encode())

"""What a run of predict has done: a line, and a JSON file."""

import errno
import json
import math
import os
import re
import time
from collections import Counter

from colorize.disk.whole import written_whole
from colorize.photos import formats

__all__ = ['Summary', 'prepare', 'unscored']

#: Of a record, what stays true of a photo that is skipped.
_LASTING = ('size', 'seconds', 'notes', 'scores')


def prepare(path):
    """Make sure that a report can be written, and read that of a run before.

    Parameters
    ----------
    path : str
        See :meth:`Summary.write`. What is no file, such as a pipe, is
        written only.

    Returns
    -------
    dict
        Records by the names of photo and result; empty without a file.

    Raises
    ------
    ValueError
        When the file is there and no report, or cannot be written.
    """
    if path in ('', '-'):
        raise ValueError(f"{path or repr('')}: reports are files; name a file")
    if _is_stream(path):
        if os.path.isdir(path) or not os.access(path, os.W_OK):
            raise ValueError(f'{path}: cannot be written')
        return {}
    folder = os.path.dirname(os.path.abspath(path))
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise ValueError(f'{path}: {error.strerror}') from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ValueError(f'{path}: {os.strerror(errno.EACCES)}')
    return _earlier(path) if os.path.exists(path) else {}


def _is_stream(path):
    """Whether a report is added to what is there, such as /dev/stdout.

    Behind that a file may lie, which the shell has opened.
    """
    return os.path.exists(path) and not os.path.isfile(path) or \
        os.path.abspath(path).startswith(('/dev/', '/proc/'))


def _earlier(path):
    try:
        with open(path) as file:
            return {(record['input'], record['output']): record
                    for record in json.load(file)['photos']}
    except (KeyError, OSError, RecursionError, TypeError, ValueError):
        raise ValueError(f'{path}: exists and is no report of an '
                         'earlier run') from None


class Summary:
    """Counts and keeps a record for each photo.

    Parameters
    ----------
    settings : dict
        JSON types; what the photos are coloured with.
    before : dict
        See :func:`prepare`.
    plan : colorize.predict.plan.Plan

    Attributes
    ----------
    settings : dict
    left : int
        Photos that another run is colouring.
    others : int
        Photos that had been done with other settings.
    stopped : bool
        Whether the run has ended before its photos.
    """

    def __init__(self, settings, before, plan):
        self.settings, self._plan, self.left = settings, plan, 0
        self._records, self._before = {}, dict(before)
        self._counts, self._began = Counter(), time.time()
        self.stopped, self.others = False, 0

    def __contains__(self, task):
        return task.photo in self._records

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
        self._records[task.photo] = record

    @property
    def failed(self):
        """How many photos or folders there was something wrong with."""
        return self._counts['failed'] + len(self._plan.unread)

    @property
    def worth_a_line(self):
        """Whether the run cannot be told from one photo's result."""
        plan = self._plan
        return bool(len(plan.tasks) > 1 or self._counts['skipped']
                    or self._numbered or self.left or self.stopped
                    or plan.own or plan.foreign or plan.unread)

    def line(self):
        """The run in one line.

        Returns
        -------
        str
        """
        counts, plan, parts = self._counts, self._plan, []
        if counts['skipped']:
            parts.append(_done_before(counts['skipped'], self.others))
        parts.append(f"{counts['failed']} failed")
        if self._numbered:
            parts.append(_taken(self._numbered))
        if self.left:
            parts.append(f'{self.left} left to another run')
        if self._not_reached:
            parts.append(f'{self._not_reached} left')
        if plan.own:
            parts.append(f"{_counted(plan.own, 'result')} among them passed "
                         'over')
        if plan.unread:
            parts.append(f"{_counted(len(plan.unread), 'folder')} cannot be "
                         'read')
        if plan.foreign:
            kinds = sorted({formats.ending_of(path)[1:].upper()
                            for path in plan.foreign})
            parts.append(f"{len(plan.foreign)} not read ({', '.join(kinds)})")
        return ', '.join([f"{counts['done']} of {_kinds(plan.tasks)} "
                          'coloured'] + parts) + self._how_it_goes_on()

    def _how_it_goes_on(self):
        """Nothing where the same command would begin again."""
        if self._not_reached and self.stopped and not self.settings.get(
                'overwrite'):
            return '; the same command goes on from there'
        return ''

    @property
    def _numbered(self):
        """Names of results, of which other files have those without number.

        Known at the end: photos that share a name are done in any order.
        """
        planned = dict(self._plan.tasks)
        return [os.path.basename(record['output'])
                for photo, record in self._records.items()
                if record['status'] == 'done'
                and _is_numbered(record['output'], planned[photo])]

    @property
    def _not_reached(self):
        """How many photos nothing is known of."""
        return len(self._plan.tasks) - sum(self._counts.values()) - self.left

    @property
    def unscored(self):
        """How many photos had been done before, without known scores."""
        return sum(record['status'] == 'skipped' and 'scores' not in record
                   and not formats.is_film(record['input'])
                   for record in self._records.values())

    def scores(self):
        """All scores so far, dicts."""
        return [record['scores'] for record in self._records.values()
                if 'scores' in record]

    def write(self, path, average=None):
        """Write everything as JSON.

        Of a run that was stopped, records of before that it did not reach
        stay.

        Parameters
        ----------
        path : str
        average : dict, optional
            Of the scores.
        """
        photos = {(record['input'], record['output']): record
                  for record in self._records.values()}
        if self._not_reached:
            photos = {**self._before, **photos}
        content = {'photos': list(photos.values()),
                   'settings': self.settings,
                   'totals': {name: self._counts[name] for name
                              in ('done', 'skipped', 'failed')},
                   'seconds': round(time.time() - self._began, 3)}
        if average:
            content['average'] = average
        text = json.dumps(_finite(content), indent=1, allow_nan=False)
        if not _is_stream(path):
            with written_whole(path) as file:
                file.write(f'{text}\n'.encode())
            return
        try:
            with open(path, 'a') as file:
                file.write(f'{text}\n')
        except OSError as error:
            raise OSError(error.errno, error.strerror, path) from error


def _is_numbered(output, planned):
    """Whether a result has a number, as a file has its planned name."""
    stem, ending = map(re.escape, os.path.splitext(os.path.basename(planned)))
    return bool(re.fullmatch(f'{stem}-[0-9]+{ending}',
                             os.path.basename(output))
                and os.path.lexists(planned))


def _done_before(count, others):
    """In words, so that nobody takes those of other settings for new."""
    one = count == 1
    how = ' with other settings' if others == count else \
        f', {others} with other settings' if others else ''
    return (f"{count} {'was' if one else 'were'} done before{how} "
            f"(--overwrite colours {'it' if one else 'them'} again)")


def _taken(names):
    """In words, that results are not called as their photos are."""
    has = 'another file has its name' if len(names) == 1 else \
        'other files have their names'
    return f"{_counted(len(names), 'result')} numbered, as {has} ({names[0]})"


def unscored(count):
    """In words, what the average is not of.

    Parameters
    ----------
    count : int
        See :attr:`Summary.unscored`.

    Returns
    -------
    str
    """
    one = count == 1
    return (f"{_counted(count, 'photo')} that {'was' if one else 'were'} done "
            f"before {'is' if one else 'are'} not scored (--overwrite colours "
            f"{'it' if one else 'them'}, and scores what has colours)")


def _kinds(tasks):
    """How many photos, films or both there are, in words."""
    films = sum(formats.is_film(task.photo) for task in tasks)
    if 0 < films < len(tasks):
        return f'{len(tasks)} photos and films'
    return _counted(len(tasks), 'film' if films else 'photo')


def _counted(count, name):
    return f"{count} {name}{'' if count == 1 else 's'}"


def _finite(content):
    """JSON knows no infinity: what has no number is null."""
    if isinstance(content, dict):
        return {name: _finite(each) for name, each in content.items()}
    if isinstance(content, list):
        return [_finite(each) for each in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content

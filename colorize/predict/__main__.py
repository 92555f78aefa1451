"""``python -m colorize.predict``: colour black-and-white photos."""

import errno
import os
from contextlib import closing

from colorize import started  # noqa: F401  first of all
from colorize import command
from colorize.disk.whole import require_file, sweep
from colorize.photos import formats
from colorize.predict.arguments import make_parser, parse
from colorize.predict.claims import Claims, claimed, is_of_another
from colorize.predict.neighbours import agreed
from colorize.predict.plan import make_plan
from colorize.predict.report import Summary, prepare, unscored
from colorize.predict.settings import settings_of, told_by

__all__ = ['main']


def main(arguments=None):
    """Parse the command line and colour every photo.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    int
        0, or 1 when a photo could not be coloured.
    """
    parser = make_parser()
    given = parse(parser, arguments)
    plan, before = _prepared(parser, given)
    _check_files(given)
    summary = Summary({name: value for name, value in vars(given).items()
                       if name not in ('photos', 'json', 'debug')}, before,
                      plan)
    given.settings = _settings(given)
    try:
        left = _run(plan, given, summary)
        # What another run has had may be left by it since.
        if left and not summary.stopped:
            left = _run(plan._replace(tasks=left, unread=[]), given, summary)
            _refuse(left, summary)
        if given.evaluate:
            _conclude(summary)
    except KeyboardInterrupt:
        summary.stopped = True
        raise
    finally:
        with command.put_off():
            try:  # the report first, as the line may find no reader
                if given.json:
                    summary.write(given.json, _average(summary))
            finally:
                if summary.worth_a_line:
                    command.say(summary.line())
    return 1 if summary.failed else 0


def _refuse(left, summary):
    """Of what is left to other runs say what none of them colours."""
    for task in left:
        if is_of_another(task):
            error = ValueError(
                f'{task.photo}: another run is writing {task.output}, of '
                'another photo; start again when it has ended')
            command.complain(error)
            summary.add(task, 'failed', error=command.words(error))
            summary.left -= 1


def _prepared(parser, given):
    """Photos and their results, and an earlier run's report.

    Exits when that cannot be.
    """
    suffix = '-side-by-side' if given.side_by_side else '-color'
    try:
        plan = make_plan(given.photos, given.output, given.format, suffix,
                         given.overwrite)
    except ValueError as error:
        parser.error(command.printable(str(error)))
    if given.hints and len(plan.tasks) != 1:
        parser.error(f'--hints {command.printable(given.hints)}: is for one '
                     f'photo, these are {len(plan.tasks)}')
    taken = {os.path.realpath(path) for task in plan.tasks for path in task}
    if given.json and os.path.realpath(given.json) in taken:
        parser.error(f'--json {command.printable(given.json)}: is a photo or '
                     'its result')
    try:
        return plan, {} if given.json is None else prepare(given.json)
    except ValueError as error:
        parser.error(f'--json {command.printable(str(error))}')


def _check_files(given):
    """Refuse files that cannot be, though all may be done already."""
    if given.weights:
        from colorize.systems import weights_file
        weights_file.headers(given.weights)
    if given.hints:
        require_file(given.hints)
        open(given.hints, 'rb').close()


def _settings(given):
    from colorize.photos.marks import mark_of
    from colorize.systems.weights_file import default_weights
    return settings_of(mark_of(given.weights or default_weights()),
                       given.decode, given.saturation, given.coherence,
                       given.hints and mark_of(given.hints), given.steady)


def _run(plan, given, summary):
    """Colour what is not done; the tasks that another run has claimed."""
    for error in plan.unread:
        command.complain(error)
    _sweep(plan)
    left, summary.left = [], 0
    with agreed(plan, given.overwrite) as found:
        for task in found.done:
            _pass_over(task, given, summary)
        for task, error in found.refused:
            command.complain(error)
            summary.add(task, 'failed', error=command.words(error))
        try:
            with closing(Claims()) as claims:
                if found.todo:
                    _color(found.todo, given, summary, claims, left)
        finally:
            if given.scheduler:
                _sweep(plan)  # workers may have died
    summary.left = len(left)
    return left


def _pass_over(task, given, summary):
    """Note what an earlier run has done: of a damaged film, no success."""
    others, damaged = told_by(task.output, given.settings)
    if not damaged:
        summary.add(task, 'skipped')
        summary.others += others
        return
    how = ' with other settings' if others else ''
    error = ValueError(
        f'{task.photo}: is damaged; what is good of it was coloured before'
        f'{how}, in {task.output} (--overwrite colours it again)')
    command.complain(error)
    summary.add(task, 'failed', error=command.words(error))


def _sweep(plan):
    folders = {os.path.dirname(task.output) for task in plan.tasks}
    if plan.folder and not plan.named:
        folders.add(plan.folder)
    for folder in folders:
        sweep(folder or os.curdir)


def _taken(tasks, claims, given, left):
    """Photos, and films, that no other run works on.

    Each is claimed when it is begun; of photos a cluster's workers ask.
    """
    films = [task for task in tasks if formats.is_film(task.photo)]
    photos = [task for task in tasks if not formats.is_film(task.photo)]
    return (photos if given.scheduler else claimed(
        photos, claims, given.overwrite, left)), claimed(
        films, claims, given.overwrite, left)


def _color(tasks, given, summary, claims, left):
    """Colour photos, say what is wrong with one, note what was done."""
    from colorize import paint
    paint.prepare()  # while the rest is imported
    from colorize import colorizer
    from colorize.progress import above, progress
    made = colorizer.Colorizer(given.weights, given.decode, given.saturation,
                               given.coherence)
    summary.settings.update(decode=made.decoding,
                            coherence=made.coherence or 'none')
    late, count = [], len(tasks)
    photos, films = _taken(tasks, claims, given, left)
    outcomes = _outcomes(photos, films, count, made, given, late, left)
    try:
        with closing(outcomes), progress(count, 'color',
                                         shown=count > 1) as advance:
            for outcome in outcomes:
                with above():
                    _say(outcome, summary)
                _note(outcome, summary)
                claims.drop(outcome.task.output)
                advance()
                if _is_of_full_disk(outcome):
                    summary.stopped = True
                    break
    finally:
        # Stopped: what was being written is done, and said.
        for outcome in late:
            if outcome.task not in summary and not (
                    summary.stopped and _is_of_full_disk(outcome)):
                _say(outcome, summary)
                _note(outcome, summary)


def _is_of_full_disk(outcome):
    """By the words: an error of another machine has nothing else."""
    return outcome.error is not None and any(
        os.strerror(number) in command.words(outcome.error)
        for number in (errno.ENOSPC, errno.EDQUOT))


def _outcomes(photos, films, count, made, given, late, left):
    """Of photos, then of the films among them."""
    from colorize.predict.films import colored
    outcomes = _photos(photos, count, made, given, late, left)
    with closing(outcomes):
        yield from outcomes
    yield from colored(films, made, given)


def _photos(tasks, count, made, given, late, left):
    """Outcomes of photos, coloured here or on a cluster."""
    from colorize.predict import pipeline
    from colorize.systems.weights_file import default_weights
    options = {'batch_size': given.batch_size, 'quality': given.quality,
               'side_by_side': given.side_by_side,
               'evaluate': given.evaluate, 'hints': given.hints,
               'settings': given.settings.photos}
    if not given.scheduler:
        return pipeline.colored(tasks, made, late=late, **options)
    from colorize.predict import spreading
    return spreading.colored_by_workers(
        tasks, count, given.scheduler, given.weights or default_weights(),
        (given.decode, given.saturation, given.coherence), options,
        given.overwrite, left)


def _conclude(summary):
    """The average of all scores, and what has none."""
    if summary.scores():
        _row(_average(summary), f'average of {len(summary.scores())}')
    if summary.unscored:
        command.say(unscored(summary.unscored))


def _say(outcome, summary):
    """What is wrong with a photo, and how good it is."""
    if outcome.error:
        command.complain(outcome.error)
    elif outcome.notes:
        command.say(f"{outcome.task.photo}: {'; '.join(outcome.notes)}")
    if outcome.scores:
        if not summary.scores():
            _row(None, 'photo')
        _row(outcome.scores, command.printable(outcome.task.photo))


def _row(scores, name):
    from colorize.color import evaluation
    command.show(evaluation.line(scores, name))


def _note(outcome, summary):
    summary.add(outcome.task, outcome.status, size=outcome.size,
                seconds=outcome.seconds, notes=outcome.notes,
                scores=outcome.scores,
                error=outcome.error and command.words(outcome.error))


def _average(summary):
    if not summary.scores():
        return None
    from colorize.color import evaluation
    return evaluation.average(summary.scores())


def script():
    """The ``colorize`` command."""
    command.run(main)


if __name__ == '__main__':
    script()

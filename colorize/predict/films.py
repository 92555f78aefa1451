"""Films among the photos: each is coloured for itself, after them."""

import os
import time
from contextlib import ExitStack

from colorize.predict.pipeline import Outcome
from colorize.progress import progress
from colorize.video import STEADY, extra

__all__ = ['colored']


def colored(films, colorizer, given):
    """Colour films; what is wrong with one does not stop the others.

    Parameters
    ----------
    films : iterable of colorize.predict.plan.Task
        Taken one at a time.
    colorizer : colorize.colorizer.Colorizer
    given : argparse.Namespace
        Of the command line.

    Yields
    ------
    colorize.predict.pipeline.Outcome
    """
    for task in films:
        began = time.time()
        try:
            size, notes = _colored(task, colorizer, given)
        except MemoryError:
            yield _failed(task, extra.FilmError(
                f'{task.photo}: not enough memory'))
        except (OSError, extra.FilmError) as error:
            yield _failed(task, error)
        else:
            yield Outcome(task, 'done', size, round(time.time() - began, 3),
                          notes, None, None)


def _failed(task, error):
    return Outcome(task, 'failed', None, None, None, None, error)


def _colored(task, colorizer, given):
    extra.require(task.photo)
    from colorize.video.film import color_film
    if given.side_by_side:
        raise extra.FilmError(f'{task.photo}: --side-by-side is for photos')
    with ExitStack() as shown:
        size, notes = color_film(
            task.photo, task.output, colorizer, given.weights, given.quality,
            STEADY if given.steady is None else given.steady,
            _Bar(os.path.basename(task.photo), shown), given.hints,
            given.settings.films)
    if given.evaluate:
        notes = notes + ['films are not scored']
    return size, notes


class _Bar:
    """Shows how far a film is, from the first frame on."""

    def __init__(self, name, shown):
        self._name, self._shown, self._advance = name, shown, None

    def __call__(self, done, total):
        if self._advance is None:
            self._advance = self._shown.enter_context(progress(
                total, self._name, 'frame', done - 1, leave=False))
        self._advance()

"""Training as experiments do it: a run's photos are those it began with."""

__all__ = ['train']


def train(*given, hint="make's RUNS=DIR, or --runs DIR", **settings):
    """Train, or go on with all the photos of before and no others.

    What an experiment says of its photos has to be true of the run, and
    those that it is judged by may not be among them.

    Parameters
    ----------
    given, settings
        See :func:`colorize.training.loop.train`.
    hint : str
        How the user names another folder.

    Returns
    -------
    dict
        The last line of ``log.jsonl``.

    Raises
    ------
    colorize.training.run_folder.OtherPhotosError
        When the run was begun with other photos; gives the hint.
    """
    from colorize.training import loop
    from colorize.training.run_folder import OtherPhotosError
    try:
        return loop.train(*given, exactly=True, **settings)
    except OtherPhotosError as error:
        raise OtherPhotosError(f'{error}: {hint}') from error

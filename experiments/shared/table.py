"""Tables of text: printed, and kept as ``.txt`` beside the JSON."""

__all__ = ['lines', 'written']


def lines(columns, rows):
    """Lay rows out in columns.

    Parameters
    ----------
    columns : str
        Alignment and least width of each column, a blank between them:
        ``'<18 >8 >8'``.
    rows : iterable of sequence of str
        A cell for each column.

    Returns
    -------
    list of str
        A line for each row, a blank between columns, none at the end.
    """
    return [' '.join(f'{cell:{column}}' for cell, column
                     in zip(row, columns.split())).rstrip() for row in rows]


def written(form, value):
    """A number as its `form` (``'{:.1%}'``) says; None as a dash."""
    return '-' if value is None else form.format(value)

"""Pictures side by side, with a title over each column."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = ['grid']

_MARGIN = 6
_TITLE = 22


def grid(rows, titles, side=224):
    """A table of pictures.

    Parameters
    ----------
    rows : sequence of sequence of array
        Pictures, uint8 (row, column, 3) or (row, column) in 0 to 255, each
        scaled to fit into `side` x `side` pixels.
    titles : sequence of str
        One for each column.
    side : int

    Returns
    -------
    uint8 array, (row, column, 3)
    """
    cell = side + _MARGIN
    sheet = Image.new('RGB', (len(titles) * cell + _MARGIN,
                              len(rows) * cell + _TITLE + _MARGIN), 'white')
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, title in enumerate(titles):
        draw.text((_MARGIN + column * cell, 3), title, 'black', font)
    for number, row in enumerate(rows):
        for column, picture in enumerate(row):
            image = _fit(picture, side)
            sheet.paste(image, (
                _MARGIN + column * cell + (side - image.width) // 2,
                _TITLE + number * cell + (side - image.height) // 2))
    return np.asarray(sheet)


def _fit(picture, side):
    image = Image.fromarray(picture).convert('RGB')
    scale = side / max(image.size)
    return image.resize([max(1, round(length * scale))
                         for length in image.size], Image.LANCZOS)

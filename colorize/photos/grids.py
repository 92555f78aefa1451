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
    rows = [[_fit(picture, side) for picture in row] for row in rows]
    heights = [max(image.height for image in row) + _MARGIN for row in rows]
    lefts = [_MARGIN + column * (side + _MARGIN)
             for column in range(len(titles) + 1)]
    sheet = Image.new('RGB', (lefts[-1], _TITLE + sum(heights)), 'white')
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for left, title in zip(lefts, titles):
        draw.text((left, 3), title, 'black', font)
    for number, row in enumerate(rows):
        for left, image in zip(lefts, row):
            sheet.paste(image, (left + (side - image.width) // 2,
                                _TITLE + sum(heights[:number])))
    return np.asarray(sheet)


def _fit(picture, side):
    image = Image.fromarray(picture).convert('RGB')
    scale = side / max(image.size)
    return image.resize([max(1, round(length * scale))
                         for length in image.size], Image.LANCZOS)

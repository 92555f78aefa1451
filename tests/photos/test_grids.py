"""Pictures side by side."""

import numpy as np

from colorize.photos.grids import grid


def test_every_picture_is_on_the_sheet():
    rows = [[np.full((20, 40, 3), color, 'uint8') for color in row]
            for row in (((255, 0, 0), (0, 255, 0)),
                        ((0, 0, 255), (9, 99, 199)))]
    rows[1][1] = np.full((30, 10), 128, 'uint8')  # grey and upright
    sheet = grid(rows, ['one', 'two'], side=60)
    colors, counts = np.unique(sheet.reshape(-1, 3), axis=0,
                               return_counts=True)
    found = {tuple(color): count for color, count in zip(colors, counts)}
    # 20 x 40 becomes 30 x 60, 30 x 10 becomes 60 x 20.
    for color in ((255, 0, 0), (0, 255, 0), (0, 0, 255)):
        assert found[color] == 30 * 60, (color, found[color])
    assert found[(128, 128, 128)] >= 60 * 20
    assert sheet.shape == (22 + 30 + 60 + 2 * 6, 2 * (60 + 6) + 6, 3)

"""``make table1``: Table 1, the datasets that lie below a folder."""

import argparse
import os

from colorize import command, datasets
from experiments.shared import options, report, table

__all__ = ['found_photos', 'main']


def main(arguments=None):
    """Parse the command line; print Table 1, paper | found, and write it."""
    parser = argparse.ArgumentParser(prog='python -m experiments.paper.table1',
                                     description=__doc__)
    add = parser.add_argument
    add('--photos', metavar='DIR', help='folder with one of the datasets or '
        'several, as their publishers ship them (without: $COLORIZE_DATA)')
    add('--out', metavar='DIR', type=report.ready_folder,
        default=report.RESULTS,
        help='where table1.json goes (default: %(default)s)')
    command.debug_option(parser)
    given = parser.parse_args(arguments)
    folder, = options.places_of_photos(
        [given.photos] if given.photos else [], quick=False)
    rows = {name: found_photos(name, folder)
            for name, table in datasets.DATASETS.items() if table.train}
    print('\n'.join(_table(rows)))
    report.write_json(os.path.join(given.out, 'table1.json'), rows)
    return 0


def found_photos(name, folder):
    """Training and test photos of a dataset, in the paper and found.

    Parameters
    ----------
    name : str
        Key of :data:`colorize.datasets.DATASETS`.
    folder : str
        Where it lies, or any folder above.

    Returns
    -------
    dict
        'paper' and 'found', each with 'train' and 'test'; 'found' is None
        where there are none. Photos are counted, not opened.

    Raises
    ------
    ValueError
        When the folder does not exist or holds no photos at all.
    """
    table = datasets.DATASETS[name]
    try:
        split = datasets.split(datasets.find(name, folder), table.train,
                               table.test, table.names)
        found = dict(zip(('train', 'test'), map(len, split)))
    except datasets.DatasetError:
        found = None
    return {'paper': {'train': table.train, 'test': table.test},
            'found': found}


def _table(found):
    """Lines: a dataset each, the paper's photos beside those found."""
    rows = [['', 'training', 'test', ''],
            ['dataset', 'paper | found', 'paper | found', '']]
    for name, row in found.items():
        dataset, here = datasets.DATASETS[name], row['found']
        note = f'  not found (looked for {dataset.layout})'
        if here:
            note = '' if here == row['paper'] else '  not complete'
        rows.append([dataset.title] + [
            f"{row['paper'][part]} | {here[part] if here else '-'}"
            for part in ('train', 'test')] + [note])
    return table.lines('<20 >14 >14 <', rows)


if __name__ == '__main__':
    command.run(main)

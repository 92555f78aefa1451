"""Where each photo's result goes. Imports nothing heavy."""

import glob
import itertools
import os
import re
from collections import namedtuple

from colorize.photos import find, formats

__all__ = ['Plan', 'Task', 'make_plan']

#: A photo, and the file that its result goes to.
Task = namedtuple('Task', 'photo output')

#: tasks: list of Task. own: how many results of an earlier run lay among
#: the photos and were passed over. foreign: paths of pictures and films that
#: are not read. unread: OSErrors of folders that cannot be. named: whether the
#: user named the one result. folder: that of all results; None where they go
#: beside the photos.
Plan = namedtuple('Plan', 'tasks own foreign unread named folder',
                  defaults=(None,))

#: A photo, its place below the folder that was asked for, and whether it was
#: found in a folder or by a pattern.
_Found = namedtuple('_Found', 'photo place searched', defaults=(False,))


def make_plan(places, output=None, form=None, suffix='-color',
              overwrite=False):
    """Find photos, and decide where their results go.

    Parameters
    ----------
    places : sequence of str
        Files, folders (searched with all below them) and patterns with
        ``*``, ``?``, ``[]`` and ``**``.
    output : str, optional
        A folder, in which the tree below a folder or pattern is found
        again; for one file, a file. Without, results go beside the photos.
    form : str, optional
        A key of :func:`colorize.photos.formats.asked`; without, that of the
        photo, and PNG where that cannot hold a colour photo.
    suffix : str
        What the name of a result has more than that of its photo.
    overwrite : bool
        Whether results may replace files; a photo that was named they may
        not even then.

    Returns
    -------
    Plan
        In the order of `places`, sorted within each.

    Raises
    ------
    ValueError
        When a result would overwrite a photo, or when a folder or pattern
        holds no photo.
    """
    if output in ('', '-'):
        raise ValueError(f"-o {output or repr('')}: results are files; name "
                         'a file or a folder')
    found, foreign, unread = {}, {}, []
    for place in places:
        each = _photos(place, output)
        for photo in each.photos:
            _add(found, photo)
        foreign.update((os.path.realpath(path), path)
                       for path in each.foreign)
        unread += each.unread
    mine = _own([os.path.abspath(each.photo) for each in found.values()],
                suffix)
    mine |= _marked(found.values(), mine)
    kept = [each for each in found.values()
            if os.path.abspath(each.photo) not in mine]
    named = bool(output) and _is_file(output, places)
    if output:
        _require_folder(output, named)
    if named:
        tasks = [Task(kept[0].photo, _checked(output, form))]
    else:
        tasks = _tasks(kept, output, form, suffix)
    _refuse_clashes(tasks, places if overwrite else ())
    return Plan(tasks, len(mine), sorted(foreign.values()), unread, named,
                output)


def _add(found, photo):
    """Add a photo unless it is there; rather itself than a link to it."""
    path = os.path.realpath(photo.photo)
    if path not in found or (_is_linked(found[path], path)
                             and not _is_linked(photo, path)):
        found[path] = photo


def _is_linked(found, path):
    """Whether a photo, or a folder of its place, is a link to a path."""
    return os.path.islink(found.photo) or not path.endswith(
        os.sep + found.place)


def _photos(place, output):
    """The photos of one place; never those inside the output folder."""
    if os.path.isdir(place):
        found, root = find.search(place, films=True), place
    elif _is_pattern(place):
        found, root = _matches(place), _root(place)
    else:
        return find.Found([_Found(place, os.path.basename(place))], [], [])
    photos = [each for each in found.photos
              if not _inside(each, output, root)]
    if not photos:
        raise ValueError(_nothing(place, found))
    return found._replace(photos=[
        _Found(each, os.path.relpath(each, root), True) for each in photos])


def _nothing(place, found):
    """Why a place has no photos, in words."""
    if found.unread:
        error = found.unread[0]
        return f'{error.filename}: {error.strerror}'
    if found.foreign:
        return f'{found.foreign[0]}: {formats.foreign(found.foreign[0])}'
    return (f'{place}: no photos found (looked for '
            f"{' '.join(formats.ENDINGS)})")


def _is_pattern(place):
    return glob.has_magic(place) and not os.path.lexists(place)


def _inside(photo, output, root):
    """Whether a photo's folder is in an output folder that `root` is not in.

    It is found there below `root`, or behind a link.
    """
    if output is None:
        return False
    place, root = (os.path.realpath(each)
                   for each in (os.path.dirname(photo), root))
    return _is_in(place, output) and not _is_in(root, output)


def _is_in(path, folder):
    return os.path.join(path, '').startswith(
        os.path.join(os.path.realpath(folder), ''))


def _matches(pattern):
    """Files; by ending, unless the pattern says which."""
    ending = os.path.splitext(pattern)[1]
    said = ending and not glob.has_magic(ending)
    root = _root(pattern)
    paths = [each for each in sorted(glob.glob(pattern, recursive=True))
             if os.path.isfile(each) and not _is_strayed(each, root)]
    return find.Found(
        [each for each in paths if said or formats.by_ending(each)
         or formats.is_film(each)],
        [each for each in paths if not said and formats.foreign(each)], [])


def _is_strayed(path, root):
    """Whether a name below `root` is passed over, or a link leads up."""
    names = os.path.relpath(path, root).split(os.sep)
    return any(map(find.is_passed_over, names)) or any(
        find.leads_up(os.path.join(root, each), root)
        for each in itertools.accumulate(names, os.path.join))


def _root(pattern):
    """The folder in which a pattern begins to be one."""
    parts = pattern.split(os.sep)
    first = next(number for number, part in enumerate(parts)
                 if glob.has_magic(part))
    return os.sep.join(parts[:first]) or (
        os.sep if os.path.isabs(pattern) else os.curdir)


def _own(photos, suffix):
    """Photos that are the result of another, by their names.

    Those of the other kind (side by side or not) count, too, and those
    that had to be numbered.
    """
    stems = {os.path.splitext(photo)[0] for photo in photos} | set(photos)
    endings = '|'.join(sorted({suffix, '-color', '-side-by-side'}))
    mine = re.compile(rf'(.*)(?:{endings})(?:-[0-9]+)?', re.DOTALL)
    matches = {photo: mine.fullmatch(os.path.splitext(photo)[0])
               for photo in photos}
    return {photo for photo, match in matches.items()
            if match and match.group(1) in stems}


def _marked(found, mine):
    """Further photos that say of themselves that they are results.

    One that was named is coloured whatever it says.
    """
    paths = {os.path.abspath(each.photo) for each in found if each.searched}
    return {path for path in paths - mine
            if os.path.isfile(path) and _is_result(path)}


def _is_result(path):
    # Pillow and PyAV are imported where folders are searched only.
    if not formats.is_film(path):
        from colorize.photos import marks
        return marks.mark_in(path) is not None
    from colorize.video import extra, marks
    try:
        return marks.mark_in(path) is not None
    except extra.FilmError:  # where films cannot be read
        return False


def _is_file(output, places):
    """Whether `output` names a file and not a folder."""
    if len(places) > 1 or os.path.isdir(places[0]) or _is_pattern(places[0]):
        return False
    return os.path.isfile(output) or not (
        os.path.isdir(output) or output.endswith(os.sep)
        or not os.path.splitext(output)[1])


def _require_folder(output, named):
    """Refuse files where there have to be folders."""
    if not named and (os.path.isfile(output) or _is_of_photo(output)):
        raise ValueError(f'-o {output}: is the name of a file, but several '
                         'photos need a folder')
    folder = os.path.dirname(output) if named else output
    while folder and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if folder and not os.path.isdir(folder):
        raise ValueError(f'-o {output}: {folder} is a file, not a folder')


def _is_of_photo(output):
    """Whether what is not there yet is named as photos and films are."""
    return not os.path.lexists(output) and bool(
        formats.by_ending(output) or formats.is_film(output))


def _checked(output, form):
    """Refuse a file whose ending is of another format than was asked."""
    if form and formats.ending_of(output) not in \
            formats.asked()[form].endings:
        raise ValueError(f'-o {output}: is no name of a {form} file, which '
                         '--format asks for')
    return output


def _tasks(found, output, form, suffix):
    """Each photo with its result; a.gif and a.png are told apart.

    Photos of one name that come from two folders still share the name of
    their results; see :mod:`colorize.predict.standing`.
    """
    names = [_output(each, output, form, suffix) for each in found]
    places = {}
    for name, each in zip(names, found):
        places.setdefault(name, set()).add(each.place)
    return [Task(each.photo, name if len(places[name]) == 1 else
                 _output(each, output, form, os.path.splitext(
                     each.place)[1] + suffix))
            for each, name in zip(found, names)]


def _output(found, output, form, suffix):
    """The name of the result of a photo."""
    ending = formats.of_result(found.place, form).result
    name = os.path.splitext(found.place)[0] + suffix + ending
    if output is None:
        return os.path.join(os.path.dirname(found.photo),
                            os.path.basename(name))
    return os.path.join(output, name)


def _refuse_clashes(tasks, named):
    """No result may be a photo."""
    photos = {os.path.realpath(each): each for each in named}
    photos.update((os.path.realpath(photo), photo) for photo, _ in tasks)
    for _, output in tasks:
        path = os.path.realpath(output)
        if path in photos:
            raise ValueError(f'{output} would overwrite the photo '
                             f'{photos[path]}')

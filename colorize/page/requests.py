"""What stands in a request, read with care; and how answers are headed."""

import contextlib
import json as parser
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from colorize.page.limits import (LARGEST_FILE, LARGEST_REQUEST, Refused,
                                  SIZES, mib)
from colorize.photos import formats

__all__ = ['attachment', 'capped', 'format', 'json', 'noted', 'photo',
           'refusal', 'size']

#: Bytes of a request without a photo.
_SMALL = 1 << 20


def capped(receive):
    """ASGI's `receive` that gives no more than the largest request."""
    taken = 0

    async def limited():
        nonlocal taken
        message = await receive()
        taken += len(message.get('body', b''))
        if taken > LARGEST_REQUEST:
            raise _too_large()
        return message
    return limited


def _too_large():
    return Refused(413, 'this photo is too large: files of at most '
                        f'{mib(LARGEST_FILE)} are taken')


@contextlib.asynccontextmanager
async def photo(request):
    """The form field ``photo``.

    Yields
    ------
    name : str
        The form field ``place`` (a path below a folder), or the file's name.
    file : binary file

    Raises
    ------
    Refused
    """
    length = request.headers.get('content-length', '')
    if length.isdigit() and int(length) > LARGEST_REQUEST:
        raise _too_large()
    try:
        async with request.form(max_files=1, max_fields=4) as form:
            found = form.get('photo')
            if not hasattr(found, 'file'):
                raise Refused(400, "the form has no file named 'photo'")
            if found.size > LARGEST_FILE:
                raise _too_large()
            name = form.get('place')
            yield (name if isinstance(name, str) else found.filename,
                   found.file)
    except (HTTPException, ValueError) as error:  # of Starlette, the parser
        reason = getattr(error, 'detail', error)
        raise Refused(400, f'no form with a photo ({reason})') from error


async def json(request):
    """The body of a request as JSON.

    Raises
    ------
    Refused
    """
    content = b''
    async for chunk in request.stream():
        content += chunk
        if len(content) > _SMALL:
            raise Refused(413, f'more than {mib(_SMALL)} of settings')
    try:
        return parser.loads(content)
    except (RecursionError, ValueError):
        raise Refused(400, 'the request is no JSON') from None


def size(request):
    """How large a picture is asked for: 'small', 'shown' or 'whole'.

    Raises
    ------
    Refused
    """
    found = request.query_params.get('size', 'shown')
    if found not in SIZES:
        raise Refused(400, f"size must be one of {', '.join(SIZES)}, got "
                           f'{found!r}')
    return found


def format(request):
    """Quality and format of a result, of an address' query.

    Returns
    -------
    quality : int or None
    form : str or None
        A photo's, of :func:`colorize.photos.formats.asked`.

    Raises
    ------
    Refused
    """
    quality = request.query_params.get('quality')
    if quality is not None and not (quality.isdecimal() and
                                    1 <= int(quality) <= 100):
        raise Refused(400, f'quality must be 1 to 100, got {quality!r}')
    form = request.query_params.get('format')
    try:
        if form is not None:
            form = formats.named(form, formats.FORMATS)
    except ValueError as error:
        raise Refused(400, f'format {error}') from None
    return quality and int(quality), form


def refusal(error):
    """A :class:`Refused` as an answer."""
    headers = {'Retry-After': '2'} if error.status == 503 else None
    return JSONResponse({'error': error.message}, error.status, headers)


def attachment(name):
    """Headers of a file that shall be saved under a name."""
    last = quote(name.rpartition('/')[2])
    return {'Content-Disposition': f"attachment; filename*=UTF-8''{last}"}


def noted(notes):
    """A header of what is to be said of a result, if anything is.

    Parameters
    ----------
    notes : list of str

    Returns
    -------
    dict
    """
    return {'X-Notes': quote('; '.join(notes))} if notes else {}

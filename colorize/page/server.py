"""The page's server: what is asked for, and who answers it."""

import asyncio
import contextlib
import functools
import os
import secrets
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

import colorize
from colorize import command
from colorize.page import limits, requests
from colorize.page.archive import zipped
from colorize.page.guard import Guard
from colorize.page.limits import Refused
from colorize.page.looks import look_of, look_of_query
from colorize.page.studio import result_name
from colorize.photos import formats

__all__ = ['application']

_STATIC = os.path.join(os.path.dirname(__file__), 'static')

#: The page's own files: nothing else is ever read by a name from outside.
_FILES = {'/': ('index.html', 'text/html'),
          '/page.css': ('page.css', 'text/css'),
          '/icon.svg': ('icon.svg', 'image/svg+xml')}
_FILES.update((f'/{name}.js', (f'{name}.js', 'text/javascript')) for name in (
    'page', 'api', 'shelf', 'view', 'hints', 'settings'))


def application(studio, shelf, token, port):
    """The server as an ASGI application.

    Parameters
    ----------
    studio : colorize.page.studio.Studio
    shelf : colorize.page.shelf.Shelf
    token : str
        Who has it may use the server.
    port : int
        Where it listens, on 127.0.0.1.

    Returns
    -------
    ASGI application
    """
    server = _Server(studio, shelf)
    routes = [Route(path, _static(*file)) for path, file in _FILES.items()]
    routes += [Route(path, server.guarded(call), methods=[method])
               for method, path, call in server.table()]
    app = Starlette(routes=routes, exception_handlers={
        HTTPException: _not_found})
    return Guard(app, token, port, open_paths=set(_FILES) - {'/'})


def _static(name, kind):
    with open(os.path.join(_STATIC, name), 'rb') as file:
        content = file.read()

    async def answer(request):
        return Response(content, media_type=kind)
    return answer


async def _not_found(request, error):
    return JSONResponse({'error': error.detail}, error.status_code)


class _Server:
    """Answers requests; work is done on threads, so many at a time."""

    def __init__(self, studio, shelf):
        self._studio, self._shelf = studio, shelf
        self._gate = limits.Gate()
        # New photos come one by one and do not hold up who looks at one.
        self._adding, self._painting = (ThreadPoolExecutor(number)
                                        for number in (1, 2))
        self._tickets = {}

    def table(self):
        """Method, path and what answers."""
        return (('GET', '/api/about', self.about),
                ('POST', '/api/photos', self.add),
                ('POST', '/api/forget', self.forget),
                ('GET', '/api/photos/{number}/gray', self.gray),
                ('POST', '/api/photos/{number}/color', self.color),
                ('POST', '/api/photos/{number}/suggest', self.suggest),
                ('POST', '/api/photos/{number}/file', self.file),
                ('POST', '/api/zip', self.ticket),
                ('GET', '/api/zip/{ticket}', self.zip),
                ('POST', '/api/color', self.color_once))

    def guarded(self, call):
        """`call` with every refusal said in JSON."""
        @functools.wraps(call)
        async def answer(request):
            try:
                return await call(request)
            except Refused as error:
                return requests.refusal(error)
            except ClientDisconnect:
                return Response(status_code=499)
            except Exception as error:  # said here, and on the terminal
                command.complain(error)
                return requests.refusal(Refused(500, command.words(error)))
        return answer

    async def about(self, request):
        """What can be done here, and how much of it."""
        return JSONResponse(dict(
            self._studio.about, version=colorize.__version__,
            endings=formats.ENDINGS, films=formats.FILM_ENDINGS, limits={
                'bytes': limits.LARGEST_FILE, 'pixels': limits.MOST_PIXELS,
                'photos': limits.MOST_PHOTOS, 'hints': limits.MOST_HINTS}))

    async def add(self, request):
        """Take a photo in and look at it."""
        async with self._received(request) as item:
            try:
                found = await self._run(self._adding, self._studio.open, item)
                if await request.is_disconnected():  # it was cancelled
                    raise ClientDisconnect
            except BaseException:
                self._forget(item)
                raise
        return JSONResponse(found, 201)

    async def forget(self, request):
        """Forget photos; what is not here is forgotten already."""
        given = await requests.json(request)
        for number in given if isinstance(given, list) else []:
            with contextlib.suppress(Refused):
                self._forget(self._shelf.get(str(number)))
        return Response(status_code=204)

    async def gray(self, request):
        """The photo in grey."""
        return Response(await self._run(
            self._painting, self._studio.gray, self._item(request),
            requests.size(request)), media_type='image/jpeg')

    async def color(self, request):
        """The photo in colour, as it is asked for."""
        item, look = await self._asked(request)
        return Response(await self._run(
            self._painting, self._studio.color, item, look,
            requests.size(request)), media_type='image/jpeg')

    async def suggest(self, request):
        """The likeliest colours of a place."""
        item, given = self._item(request), await requests.json(request)
        place = [given.get(name) if isinstance(given, dict) else None
                 for name in ('row', 'column')]
        if not all(type(each) is int for each in place):
            raise Refused(400, 'row and column must be whole numbers')
        return JSONResponse({'colors': await self._run(
            self._painting, self._studio.suggest, item, *place)})

    async def file(self, request):
        """The result, as a file to take away."""
        item, look = await self._asked(request)
        return await self._file(item, look, *requests.format(request))

    async def color_once(self, request):
        """A photo in, a photo out, nothing kept: for other programs."""
        look = self._possible(look_of_query(request.query_params))
        options = requests.format(request)
        async with self._received(request) as item:
            try:
                return await self._file(item, look, *options)
            finally:
                self._forget(item)

    async def ticket(self, request):
        """Note what shall be in an archive, which is fetched by a link."""
        given = await requests.json(request)
        if not isinstance(given, list) or not given or not all(
                isinstance(each, dict) for each in given):
            raise Refused(400, 'a list of photos is needed')
        wanted = [(self._shelf.get(str(each.get('id'))),
                   self._possible(look_of(each.get('look', {}))))
                  for each in given]
        ticket = secrets.token_urlsafe(16)
        self._tickets = {ticket: wanted}  # one archive at a time
        return JSONResponse({'ticket': ticket})

    async def zip(self, request):
        """The archive of a ticket, which is good once."""
        wanted = self._tickets.pop(request.path_params['ticket'], None)
        if wanted is None:
            raise Refused(404, 'this archive has been fetched already')

        def make(item, look):
            if not os.path.exists(item.path):
                raise Refused(404, f'{item.name}: was removed')
            return self._painting.submit(self._studio.file, item,
                                         look).result()
        files = ((result_name(item.name), functools.partial(make, item, look))
                 for item, look in wanted)
        return StreamingResponse(
            self._whole(zipped(files), [item for item, _ in wanted]),
            media_type='application/zip',
            headers=requests.attachment('colorized.zip'))

    async def _whole(self, pieces, items):
        """An archive that gets all it was promised: its tab may be gone."""
        try:
            with self._shelf.held(items), contextlib.closing(pieces):
                async for piece in iterate_in_threadpool(pieces):
                    yield piece
        finally:
            for item in items:
                if item not in self._shelf:  # read once more since it left
                    self._studio.forget(item)

    @contextlib.asynccontextmanager
    async def _received(self, request):
        """The photo that a request brings; the gate is passed meanwhile."""
        with self._gate.passed():
            async with requests.photo(request) as (name, file):
                item = await self._run(self._adding, self._shelf.add, name,
                                       file)
            yield item

    async def _file(self, item, look, quality=None, form=None):
        path, notes = await self._run(
            self._painting, self._studio.file, item, look, quality, form)
        try:
            with open(path, 'rb') as file:
                content = file.read()
        finally:
            os.unlink(path)
        name = result_name(item.name, form)
        kind = formats.by_ending(name).name.lower()
        return Response(content, media_type=f'image/{kind}', headers=dict(
            requests.attachment(name), **requests.noted(notes)))

    async def _asked(self, request):
        """Photo and look of a request."""
        return self._item(request), self._possible(
            look_of(await requests.json(request)))

    def _possible(self, look):
        self._studio.check(look)
        return look

    def _item(self, request):
        return self._shelf.get(request.path_params['number'])

    def _forget(self, item):
        self._shelf.remove(item.number)
        self._studio.forget(item)

    async def _run(self, pool, call, *given):
        return await asyncio.get_running_loop().run_in_executor(
            pool, call, *given)

"""Who may talk to the server: this page, and who knows the token.

The server listens on this computer only, yet every web site that is open in
the browser could send it requests. So a request has to name this host, must
not come from another site's page, and has to carry the token that stands in
the address; without a token nothing is told but the page's own scripts.
"""

import hmac
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse

from colorize.page.requests import capped

__all__ = ['Guard']

#: Nothing is loaded from elsewhere, no other site may frame or embed us.
_HEADERS = {
    'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'",
    'Cache-Control': 'no-store',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
}

#: For people with a bookmark, a tab of yesterday, or no token at all.
_STALE = '''<!doctype html>
<html lang="en"><meta charset="utf-8"><title>colorize</title>
<h1>This address lacks today's token</h1>
<p>Open the address that the program shows now.</p>
'''

_NO_TOKEN = ('the token is missing or wrong: open the address that the '
             'program has printed')

_NAMES = ('127.0.0.1', 'localhost')


class Guard:
    """ASGI middleware that turns strangers away.

    Parameters
    ----------
    app : ASGI application
    token : str
    port : int
    open_paths : container of str
        What is given without a token: nothing of anybody's photos.
    """

    def __init__(self, app, token, port, open_paths=()):
        self._app, self._token, self._open = app, token, open_paths
        self._hosts = {f'{name}:{port}' for name in _NAMES}
        if port == 80:
            self._hosts.update(_NAMES)

    async def __call__(self, scope, receive, send):
        if scope['type'] != 'http':
            return await self._app(scope, receive, send)

        async def sealed(message):
            if message['type'] == 'http.response.start':
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)
        reason = self._refusal(scope)
        app = self._app if reason is None else _turned_away(scope, reason)
        await app(scope, capped(receive), sealed)

    def _refusal(self, scope):
        """Why a request is turned away, or None."""
        headers = Headers(scope=scope)
        if headers.get('host') not in self._hosts:
            return 'this server answers to 127.0.0.1 only'
        origin = headers.get('origin')
        if origin is not None and origin not in {
                f'http://{host}' for host in self._hosts}:
            return 'pages of other sites may not use this server'
        if headers.get('sec-fetch-site') in ('cross-site', 'same-site') and (
                headers.get('sec-fetch-mode') != 'navigate'):
            return 'pages of other sites may not use this server'
        if scope['path'] not in self._open and not self._knows(
                scope, headers):
            return _NO_TOKEN

    def _knows(self, scope, headers):
        """Whether the token stands in the header, or in the address."""
        kind, _, given = headers.get('authorization', '').partition(' ')
        if kind.lower() != 'bearer':
            found = parse_qs(scope['query_string'].decode('latin-1'))
            given = found.get('token', [''])[0]
        return hmac.compare_digest(given.strip().encode(),
                                   self._token.encode())


def _turned_away(scope, reason):
    """An answer that says why: a page for browsers, JSON for programs."""
    accepted = Headers(scope=scope).get('accept', '')
    if reason is _NO_TOKEN and 'text/html' in accepted:
        return HTMLResponse(_STALE, 403)
    return JSONResponse({'error': reason}, 403)

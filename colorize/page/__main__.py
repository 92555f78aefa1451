"""``python -m colorize.page``: colour photos in the browser."""

import argparse
import contextlib
import logging
import secrets
import socket
import tempfile
import threading
import webbrowser

from colorize import started  # noqa: F401  first of all
from colorize import command

__all__ = ['LATE', 'MORE', 'PORT', 'listening', 'main', 'said_late']

PORT = 8765

#: Ports after it that are tried when it is taken.
MORE = 20

#: Seconds in which a network is loaded whose code has been compiled.
LATE = 5


def _parser():
    parser = argparse.ArgumentParser(
        prog='python -m colorize.page',
        description='Open a page in the browser that colours photos. They '
                    'do not leave this computer. Ctrl-C ends it.')
    add = parser.add_argument
    add('--port', type=command.number(int, 1, 65535), metavar='N',
        help=f'where to listen (without: {PORT}, or the next that is free)')
    add('--no-browser', action='store_true', help='only print the address')
    add('--weights', metavar='FILE', help='weights of a trained network '
        '(without: those that ship)')
    command.add_device(parser)
    command.debug_option(parser)
    return parser


def main(arguments=None):
    """Parse the command line and serve until Ctrl-C.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without, those of the process.

    Returns
    -------
    int
        0.
    """
    given = _parser().parse_args(arguments)
    try:
        import multipart  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as error:
        raise RuntimeError(
            f"needs the package {error.name}: pip install '.[page]', or, in "
            "the project's folder, make page") from None
    with contextlib.closing(listening(given.port)) as listener:
        _serve(listener, given)
    return 0


def listening(port):
    """A socket on this computer, at the port that was asked for, or near."""
    wanted = [port] if port else range(PORT, PORT + MORE)
    for number in wanted:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(('127.0.0.1', number))
            listener.listen()  # bound only, another of us may bind it, too
            return listener
        except OSError as error:
            listener.close()
            reason = error.strerror
    raise RuntimeError(
        f'port {port}: {reason}' if port else
        f'ports {PORT} to {number}: {reason}; name another with --port')


def _serve(listener, given):
    from colorize.page import server
    from colorize.page.shelf import Shelf
    from colorize.page.studio import Studio
    port, token = listener.getsockname()[1], secrets.token_urlsafe(24)
    address = f'http://127.0.0.1:{port}/?token={token}'
    command.say('loading the network')
    with said_late():
        studio = Studio(given.weights)
    with contextlib.closing(Shelf()) as shelf:
        # Uploads that do not fit into memory go to the same folder.
        tempfile.tempdir = shelf.folder
        app = server.application(studio, shelf, token, port)
        _run(app, listener, lambda: _say(address, given.no_browser))


@contextlib.contextmanager
def said_late():
    """Say why it takes long, if it does."""
    late = threading.Timer(LATE, command.say, [
        'still loading: the first time, code is compiled for half a minute'])
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


def _say(address, quiet):
    print(f'{address}', flush=True)
    command.say('open this address in a browser on this computer; Ctrl-C '
                'ends the program')
    if not quiet:
        # A browser of text would take the terminal, so not in our way.
        threading.Thread(target=webbrowser.open, args=[address],
                         daemon=True).start()


def _run(app, listener, begun):
    """Serve until Ctrl-C; `begun` is called once requests are taken."""
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            begun()
    logging.getLogger('uvicorn.error').setLevel(logging.CRITICAL)
    Server(uvicorn.Config(
        app, log_config=None, access_log=False, lifespan='off',
        server_header=False, date_header=False, timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=1 << 16)).run([listener])


if __name__ == '__main__':
    command.run(main)

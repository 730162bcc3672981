"""The server of the page: it listens, opens the browser, and ends everything after Ctrl-C."""

import asyncio
import contextlib
import errno
import signal
import socket
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from reglab.errors import RunError
from reglab.live.page.guard import Guard, is_loopback, make_token

DEFAULT_PORT = 8642
_NEXT_PORTS = 20
_FAVICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='3' "
    "fill='#0072B2'/><path d='M2 13C5 3 8 3 14 3' stroke='white' stroke-width='2' fill='none'/>"
    "<path d='M2 13C5 8 8 9 14 9' stroke='#E69F00' stroke-width='2' fill='none'/></svg>"
)


@dataclass(frozen=True)
class Address:
    """Where the page is.

    Attributes:
        host: address or name to which the server listens.
        port: None for the usual one, or the next that is free.
    """

    host: str
    port: int | None


def serve(
    address: Address,
    root: Callable[[], Awaitable[None] | None],
    begin: Callable[[], Awaitable[None]],
    end: Callable[[], Awaitable[None]],
    announce: Callable[[str], None],
    open_browser: bool,
) -> None:
    """Serves a page until Ctrl-C or SIGTERM.

    Args:
        address: of the page.
        root: builds the page for each browser.
        begin: called when the server listens.
        end: called at the end.
        announce: called with the page's address as a browser needs it.
        open_browser: whether a browser is opened.

    Raises:
        RunError: the address cannot be used.
    """
    listening = _listen(address)
    port = listening.getsockname()[1]
    token = None if is_loopback(address.host) else make_token()
    application = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    ui.run_with(
        application,
        root=root,
        title="reglab live",
        favicon=_FAVICON,
        dark=None,
        language="en-US",
        binding_refresh_interval=None,
        reconnect_timeout=20,
        tailwind=False,
        show_welcome_message=False,
    )
    server = _Server(
        uvicorn.Config(
            Guard(application, address.host, port, token),
            log_level="warning",
            timeout_graceful_shutdown=1,
            ws_max_size=2**22,
        )
    )
    url = _write_url(address.host, port, token)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.stop)
        await begin()
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started and not serving.done():
                await asyncio.sleep(0.02)
            announce(url)
            if open_browser:
                # Some browsers are started in the foreground.
                await asyncio.to_thread(_open, url)
            await serving
        finally:
            await end()

    with listening:
        asyncio.run(run())


class _Server(uvicorn.Server):
    """A server that does not handle the signals of the process."""

    def stop(self) -> None:
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(address: Address) -> socket.socket:
    first = DEFAULT_PORT if address.port is None else address.port
    ports = range(first, first + _NEXT_PORTS) if address.port is None else [first]
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    for port in ports:
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((address.host, port))
            listening.listen()
            return listening
        except OSError as error:
            listening.close()
            problem = error
            if error.errno != errno.EADDRINUSE:
                break
    raise RunError(
        f"cannot listen to {address.host}, port {port}: {problem.strerror or problem}; choose another one "
        "with --port or --host"
    )


def _write_url(host: str, port: int, token: str | None) -> str:
    shown: Any = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    shown = f"[{shown}]" if ":" in shown else shown
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")


def _open(url: str) -> None:
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(url)

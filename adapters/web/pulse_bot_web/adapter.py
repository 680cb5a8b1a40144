"""WebAdapter: listens with uvicorn, and knows that a page cannot write first."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Generator, Mapping

import uvicorn

from pulse_bot.adapter_kit.cleaning import clean_events
from pulse_bot.errors import AdapterError
from pulse_bot.ports import Address, Asgi, Handle, Limits, Members, Reporting, Sendable
from pulse_bot_web.links import ADAPTER, is_link_address
from pulse_bot_web.settings import WebSettings
from pulse_bot_web.site import Site

SECONDS_TO_FINISH = 2


class WebAdapter:
    """The `ChatAdapter` of personal links."""

    name = ADAPTER
    limits = Limits(
        text=20_000,
        pictures=True,
        files=True,
        writes_first=False,
        sends_a_second=100_000.0,  # nothing is sent, so there is nothing to hold back
    )

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings
        self._mounted: dict[str, Asgi] = {}
        self._watched: list[Reporting] = []
        self.listening = asyncio.Event()
        """Set once pages are served."""
        self.port = settings.port
        """The port in use once listening; the settings may leave the choice to the system."""

    async def run(self, handle: Handle) -> None:
        """Serve pages until cancelled. Raises AdapterError where it cannot listen."""
        listener = _bind_socket(self._settings)
        self.port = listener.getsockname()[1]
        site = Site(self._settings, clean_events(handle), self._watched)
        server = _WebServer(_uvicorn_config(site, self._mounted))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        self.listening.set()  # the socket takes connections from here on
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            server.should_exit = True
            await serving
            raise
        finally:
            self.listening.clear()
            listener.close()

    def mount(self, path: str, app: Asgi) -> str:
        """Serve what another adapter's platform calls, beside the pages. Raises AdapterError."""
        if not (self._settings.port or self._settings.public_url):
            raise AdapterError(
                "With port 0 nobody can be told where to call before the pages are served: "
                "set PULSE_BOT_WEB__PORT or PULSE_BOT_WEB__PUBLIC_URL.",
                permanent=True,
            )
        self._mounted[path] = app
        return f"{self._settings.links_start_with}{path}"

    def watch(self, adapter: Reporting) -> None:
        """Tell of another adapter's health, too."""
        self._watched.append(adapter)

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Do nothing: the member sees it on the next visit. Raises AdapterError."""
        _check_address(address)
        return address

    async def members(self, group: Address) -> Members:
        """Nobody: the web has no group chats."""
        return Members()


class _WebServer(uvicorn.Server):
    """A uvicorn server inside a process that handles its signals itself."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _uvicorn_config(site: Site, mounted: Mapping[str, Asgi]) -> uvicorn.Config:
    return uvicorn.Config(
        site.build_app(mounted),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        # At its most talkative uvicorn writes whole requests, tokens included.
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def _check_address(address: Address) -> None:
    if not is_link_address(address):
        raise AdapterError(
            "This is no address of a personal link. Give the member a new link.", permanent=True
        )


def _bind_socket(settings: WebSettings) -> socket.socket:
    """A bound socket. uvicorn would end the whole process where it cannot bind."""
    host, port = settings.host, settings.port
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server((host, port), family=addresses[0][0], backlog=512)
    except OSError as error:
        raise AdapterError(_explain_error(error, host, port), permanent=True) from error


def _explain_error(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is in use: stop the other program or set PULSE_BOT_WEB__PORT."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} on {host} is not allowed: set PULSE_BOT_WEB__PORT to one above 1023."
    return f"Cannot listen on {host}: set PULSE_BOT_WEB__HOST to an address of this machine."

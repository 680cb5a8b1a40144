"""A `Host` for the webhook: uvicorn on loopback behind a public address that nobody resolves."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from pulse_bot.ports import Asgi

PUBLIC = "https://pulse.example"


class LoopbackHost:
    """Takes an application before it serves it; its address begins with `public`."""

    def __init__(self, public: str = PUBLIC) -> None:
        self.public = public
        self.mounted: dict[str, Asgi] = {}

    def mount(self, path: str, app: Asgi) -> str:
        """As the port has it."""
        self.mounted[path] = app
        return f"{self.public}{path}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve what was mounted; gives the loopback address."""
        routes = [Mount(path, app=app) for path, app in self.mounted.items()]
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(Starlette(routes=routes), lifespan="off", log_config=None)
        server = _Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
            listener.close()


class _Server(uvicorn.Server):
    """Leaves signals to the test run."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

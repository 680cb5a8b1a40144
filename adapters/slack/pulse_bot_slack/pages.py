"""What Slack calls on the web server: signed events and clicks, and the pages of OAuth."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp

from pulse_bot.ports import Scope

PATH: Final = "/slack"
LONGEST_BODY: Final = 1024 * 1024
"""Far above what Slack sends; a signature can only be checked once all of a body is there."""

Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]


class Pages:
    """An ASGI application that answers once Bolt is there."""

    def __init__(self) -> None:
        """Not answering yet."""
        self._handler: AsyncSlackRequestHandler | None = None
        self._methods: tuple[str, ...] = ()

    def open(self, app: AsyncApp, *, events: bool) -> None:
        """Answer from now on. Events come here only where there is a secret that signs them."""
        self._handler = AsyncSlackRequestHandler(app, path=f"{PATH}/events")
        self._methods = ("GET", "POST") if events else ("GET",)

    def close(self) -> None:
        """Answer no more."""
        self._handler = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if self._handler is None:
            await _short(send, 503)
        elif scope["type"] != "http" or scope["method"] not in self._methods:
            await _short(send, 404)
        elif (body := await _body(receive)) is None:
            await _short(send, 413)
        else:
            await self._handler(dict(scope), _again(body), send)  # type: ignore[arg-type]  # ASGI scopes hold more than Bolt says


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        chunk = message.get("body", b"")
        if message["type"] != "http.request" or not isinstance(chunk, bytes):
            return None
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes) -> Receive:
    async def receive() -> Scope:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _short(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

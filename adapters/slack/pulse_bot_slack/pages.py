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


class SlackEndpoint:
    """An ASGI application that answers once Bolt is there."""

    def __init__(self) -> None:
        """Not answering yet."""
        self._handler: AsyncSlackRequestHandler | None = None
        self._methods: tuple[str, ...] = ()

    def start_serving(self, app: AsyncApp, *, events: bool) -> None:
        """Answer from now on. Events come here only where there is a secret that signs them."""
        self._handler = AsyncSlackRequestHandler(app, path=f"{PATH}/events")
        self._methods = ("GET", "POST") if events else ("GET",)

    def stop_serving(self) -> None:
        """Answer no more."""
        self._handler = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if self._handler is None:
            await _send_status(send, 503)
        elif scope["type"] != "http" or scope["method"] not in self._methods:
            await _send_status(send, 404)
        elif (body := await _read_body(receive)) is None:
            await _send_status(send, 413)
        else:
            await self._handler(dict(scope), _replay_body(body), send)  # type: ignore[arg-type]  # ASGI scopes hold more than Bolt says


async def _read_body(receive: Receive) -> bytes | None:
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


def _replay_body(body: bytes) -> Receive:
    async def receive() -> Scope:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _send_status(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})

"""The loopback Bot API: HTTP in front of a world that checks, plays people and can break."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from aiohttp import web

from tests.platforms.telegram import spec
from tests.platforms.telegram.methods import Methods
from tests.platforms.telegram.rates import Rates
from tests.platforms.telegram.refusals import (
    CONFLICT,
    NOT_FOUND,
    UNAUTHORISED,
    ApiError,
    Avoidable,
    bad_request,
    too_many,
)
from tests.platforms.telegram.trouble import Fault, Kind, Trouble
from tests.platforms.telegram.updates import Updates
from tests.platforms.telegram.world import Json, World

TOKEN = "7100000001:AAFakeFakeFakeFakeFakeFakeFake_-987"
USERNAME = "pulse_loopback_bot"
BODY = 12 * 1024 * 1024
SENDS = frozenset(("sendMessage", "sendPhoto", "sendDocument"))
QUIET = 0.02
"""Seconds without any sign of work after which an act counts as answered."""
QUIET_AFTER_LATE = 1.5
"""The same where a bot confirmed before it had answered: it may be waiting for its own pace."""
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, as it came."""

    method: str
    values: Json
    at: float


class TelegramServer:
    """`async with TelegramServer() as server:` and it listens; see README.md."""

    def __init__(
        self, *, token: str = TOKEN, username: str = USERNAME, world: World | None = None
    ) -> None:
        """`world` is one that there was before, with its people and chats."""
        self.world = world or World(token, username)
        self.updates = Updates(self.world)
        self.rates = Rates()
        self.trouble = Trouble()
        self.calls: list[Call] = []
        self.revoked = False
        self.busy: Callable[[], bool] = lambda: False
        """Whether the bot works on something that cannot be seen from here."""
        self._methods = Methods(self.world).table
        self._open = 0
        self._stirred = time.monotonic()
        self._runner: web.AppRunner | None = None
        self._connections: set[asyncio.Transport] = set()
        # Bound and never listening: it keeps the port while the server is down.
        self._port_holder = socket.socket()
        self._port_holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._port_holder.bind(("127.0.0.1", 0))
        self.port: int = self._port_holder.getsockname()[1]

    @property
    def base_url(self) -> str:
        """For the setting `base_url`."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def violations(self) -> list[str]:
        """What the bot did that it must not do, and what it never did and must."""
        left = [f"A pressed button was never answered: {one}" for one in self.world.unanswered()]
        return [*self.world.violations, *left]

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.updates.delete_webhook({})
        await self.down()
        self._port_holder.close()

    async def up(self) -> None:
        """Listen, at the same port each time."""
        app = web.Application(client_max_size=BODY)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        # A client that hangs up must not hold the place of the one who listens.
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_port=True).start()

    async def down(self) -> None:
        """Take no connection, and end those that are open, answered or not."""
        self.drop_connections()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def drop_connections(self) -> None:
        """End those that are open, answered or not; new ones are taken."""
        for one in self._connections:
            one.abort()

    async def quiet(self) -> None:
        """Wait until the bot has been told everything and has answered it.

        That is: nothing waits for it or is unconfirmed, no call is open, each pressed button is
        answered, the bot itself says that it is not busy, and none of this has changed for a while.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not self._settled():
                self._stirred = time.monotonic()
            elif time.monotonic() - self._stirred > self._patience():
                return
            await asyncio.sleep(QUIET / 5)
        raise AssertionError(f"The bot did not come to rest: {self._unrest()}")

    def _patience(self) -> float:
        late = time.monotonic() - self.updates.late_at < 2 * QUIET_AFTER_LATE
        return QUIET_AFTER_LATE if late else QUIET

    def _settled(self) -> bool:
        return not any(self._unrest().values())

    def _unrest(self) -> dict[str, bool]:
        return {
            "not taken": not self.updates.all_taken(),
            "a call is open": self._open > 0,
            "a button waits": bool(self.world.unanswered()),
            "busy": self.busy(),
        }

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if request.transport is not None:
            self._connections.add(request.transport)
            self._connections = {one for one in self._connections if not one.is_closing()}
        try:
            return web.json_response(await self._answer(request))
        except ApiError as error:
            return web.json_response(error.as_json(), status=error.code)
        except _HungUp:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        except _ProxyError as error:
            return web.Response(status=error.code, text="<html>Bad Gateway</html>")

    async def _answer(self, request: web.Request) -> Json:
        method = request.match_info["method"]
        self._check_token(request.match_info["token"])
        if method not in spec.METHODS:
            self.world.violate(f"{method}: there is no such method.")
            raise ApiError(404, "Not Found: method not found")
        values = spec.decode(method, await _parameters(request))
        self.calls.append(Call(method, values, time.monotonic()))
        listening = method == "getUpdates"
        self._open += not listening
        try:
            result = await self._troubled(method, values)
        except Avoidable as error:
            self.world.violate(f"{method}: {error.description}")
            raise
        finally:
            self._open -= not listening
            if not listening:
                self._stirred = time.monotonic()
        if wrong := spec.answer_mistakes(result, spec.RETURNS[method]):
            raise AssertionError(f"This server's own mistake: {wrong}")
        return {"ok": True, "result": result}

    def _check_token(self, token: str) -> None:
        number, _, secret = token.partition(":")
        if not number.isdecimal() or not secret:
            raise NOT_FOUND
        if token != self.world.token or self.revoked:
            raise UNAUTHORISED

    async def _troubled(self, method: str, values: Json) -> Any:
        fault = self.trouble.meet(method, values)
        if fault is not None:
            await _before(fault)
        result = await self._do(method, values)
        if fault is not None and fault.kind is Kind.LOST:
            raise _HungUp
        if fault is not None and fault.kind is Kind.ANSWER_GARBLED:
            raise _ProxyError(200)
        return result

    async def _do(self, method: str, values: Json) -> Any:
        if wrong := spec.mistakes(method, values):
            for one in wrong:
                self.world.violate(one)
            raise bad_request("; ".join(wrong))
        if method in SENDS:
            return self._send(method, values)
        if method == "getUpdates":
            return await self.updates.get(values)
        if method == "setWebhook":
            return await self.updates.set_webhook(values)
        if method == "deleteWebhook":
            return await self.updates.delete_webhook(values)
        if method not in self._methods:
            self.world.violate(f"{method}: this server does not play it. Add it to methods.py.")
            raise ApiError(501, "Not Implemented")
        return self._methods[method](values)

    def _send(self, method: str, values: Json) -> Any:
        chat = self.world.chat_for(values["chat_id"]).id
        self.rates.check(chat)
        sent = self._methods[method](values)
        self.rates.record(chat)
        return sent


class _HungUp(Exception):
    """The connection ends here."""


class _ProxyError(Exception):
    """A proxy in front of Telegram answers."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def _before(fault: Fault) -> None:
    match fault.kind:
        case Kind.FLOOD:
            raise too_many(int(fault.seconds))
        case Kind.BROKEN:
            raise _ProxyError(fault.code)
        case Kind.DROPPED:
            raise _HungUp
        case Kind.REFUSED:
            raise ApiError(fault.code, fault.words)
        case Kind.SLOW:
            await asyncio.sleep(fault.seconds)
        case Kind.GARBLED:
            raise _ProxyError(200)
        case Kind.CONFLICT:
            raise CONFLICT


async def _parameters(request: web.Request) -> Json:
    """As they came: text, files, or JSON's own values."""
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        return {**found, **await request.json()}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            found[name] = spec.Upload(value.filename, value.file.read())
        else:
            found[name] = value
    return found

"""Socket Mode: websockets of the app, each envelope to one of them, acknowledged by its id."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from tests.platforms.slack.delivery import ACKNOWLEDGE_WITHIN, Ack, Envelope, until

Json = dict[str, Any]


class SocketMode:
    """The way over websockets."""

    def __init__(self, complain: Callable[[str], None]) -> None:
        self.within = ACKNOWLEDGE_WITHIN
        self.connect_within = 20.0
        """How long an envelope waits for somebody to be connected."""
        self.connections: list[web.WebSocketResponse] = []
        self.opened = 0
        """How many connections there were, ever."""
        self._complain = complain
        self._tickets: set[str] = set()
        self._waiting: dict[str, tuple[web.WebSocketResponse, asyncio.Future[Ack]]] = {}
        self._random = Random(4)

    def ticket(self) -> str:
        """Lets somebody connect, once."""
        ticket = str(uuid4())
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, for as long as it lasts."""
        if request.query.get("ticket") not in self._tickets:
            raise web.HTTPForbidden
        self._tickets.discard(request.query["ticket"])
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.opened += 1
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections) + 1,
                "debug_info": {"host": "loopback", "approximate_connection_time": 18060},
                "connection_info": {"app_id": "A0LOOPBACK"},
            }
        )
        self.connections.append(socket)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._hear(json.loads(message.data))
        finally:
            if socket in self.connections:
                self.connections.remove(socket)
            for where, answer in self._waiting.values():
                if where is socket and not answer.done():
                    answer.set_result(Ack(failed="connection_failed"))
        return socket

    def _hear(self, said: Json) -> None:
        sent = self._waiting.get(str(said.get("envelope_id")))
        if sent is None:
            self._complain(f"acknowledged what nobody sent: {sorted(said)}")
        elif not sent[1].done():
            sent[1].set_result(Ack(said.get("payload")))

    async def bring(self, envelope: Envelope, attempt: int, reason: str) -> Ack:
        """Send to one connection, and wait for its acknowledgement."""
        if not await until(lambda: bool(self.connections), self.connect_within):
            return Ack(failed="connection_failed")
        number = str(uuid4())
        said: Json = {
            "envelope_id": number,
            "type": envelope.kind,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.kind == "events_api":
            said |= {"retry_attempt": attempt, "retry_reason": reason}
        socket = self._random.choice(self.connections)
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (socket, answer)
        try:
            await socket.send_json(said)
            return await asyncio.wait_for(answer, self.within)
        except TimeoutError:
            return Ack(failed="http_timeout")
        except ConnectionError:
            return Ack(failed="connection_failed")

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to make a new one, as Slack does every few hours."""
        for socket in list(self.connections):
            self.connections.remove(socket)
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    def cut(self) -> None:
        """End every connection without a word."""
        for socket in list(self.connections):
            self.connections.remove(socket)
            transport = socket._req.transport if socket._req else None
            if transport is not None:
                transport.abort()

    async def close(self) -> None:
        """End every connection properly."""
        for socket in list(self.connections):
            await socket.close()

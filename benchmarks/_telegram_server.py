"""A Bot API that is nothing but fast: `_telegram_server.py ROUND MEMBERS UPDATES`.

Prints its port. Hands out clicks in batches, anew for each token, and takes everything else.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from itertools import count
from typing import Final
from urllib.parse import parse_qs

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot_telegram.render import ACTION

BATCH: Final = 100
"""What one getUpdates brings at most."""
BOT: Final = {"id": 12345, "is_bot": True, "first_name": "Pulse", "username": "pulse_bench_bot"}


def _chat_message(chat: int) -> dict[str, object]:
    private = {"id": chat, "type": "private", "first_name": "A"}
    return {"message_id": 7, "date": 1772640000, "chat": private, "from": BOT, "text": "A card"}


def make_batches(round_id: int, members: int, updates: int) -> list[bytes]:
    """Clicks of one member after another, as getUpdates brings them."""
    numbers = count(1)
    clicks = (
        [_make_click(next(numbers), round_id, members) for _ in range(BATCH)]
        for _ in range(updates // BATCH)
    )
    return [_ok_response(batch) for batch in clicks]


def _make_click(number: int, round_id: int, members: int) -> dict[str, object]:
    user = number % members + 1
    action = AnswerTarget(round_id, number % 3, "answer").action_for(str(number % 5 + 1))
    query = {
        "id": str(number),
        "from": {"id": user, "is_bot": False, "first_name": "A"},
        "chat_instance": "1",
        "message": _chat_message(user),
        "data": f"{ACTION}{action}",
    }
    return {"update_id": number, "callback_query": query}


def _ok_response(result: object) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


class FastTelegram:
    """Answers requests of one connection after another."""

    def __init__(self, updates: list[bytes]) -> None:
        self._updates = updates
        self._results = {"getMe": _ok_response(BOT), "sendMessage": _ok_response(_chat_message(1))}

    async def serve_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Until the client hangs up."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._serve_requests(reader, writer)
        writer.close()

    async def _serve_requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length or b"0"))
            answer = await self._answer_method(path.rpartition("/")[2], body)
            lines = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n\r\n"
            writer.write(lines.encode() + answer)

    async def _answer_method(self, method: str, body: bytes) -> bytes:
        if method != "getUpdates":
            return self._results.get(method) or _ok_response(True)
        confirmed = int(parse_qs(body.decode()).get("offset", ["1"])[0])
        batch = max(0, confirmed - 1) // BATCH
        if batch < len(self._updates):
            return self._updates[batch]
        await asyncio.sleep(0.1)
        return _ok_response([])


async def main(round_id: int, members: int, updates: int) -> None:
    """Serve until killed."""
    api = FastTelegram(make_batches(round_id, members, updates))
    server = await asyncio.start_server(api.serve_client, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4])))

"""A bot without a library: calls the loopback server as bare HTTP, so that it can be wrong."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

import httpx

from tests.platforms.telegram.people import TelegramPerson
from tests.platforms.telegram.server import TelegramServer
from tests.platforms.telegram.world import Json

AGREE = {"inline_keyboard": [[{"text": "Agree", "callback_data": "a"}]]}
HEARD = ["message", "callback_query", "my_chat_member"]


class BareBot:
    """`async with BareBot(server) as bot: await bot.call("getMe")`."""

    def __init__(self, server: TelegramServer, *, token: str = "") -> None:
        self._url = f"{server.base_url}{token or server.world.token}"
        self._client = httpx.AsyncClient()
        self._offset = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def call(self, method: str, *, photo: bytes | None = None, **values: Any) -> Json:
        """The answer's body, whatever it says. Raises httpx's errors."""
        data = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in values.items()
        }
        files = None if photo is None else {"photo": ("chart.png", photo)}
        response = await self._client.post(f"{self._url}/{method}", data=data, files=files)
        body: Json = response.json()
        assert body["ok"] == response.is_success
        return body

    async def refusal(self, method: str, *, photo: bytes | None = None, **values: Any) -> str:
        """What a call is refused with. Raises AssertionError if it is not."""
        body = await self.call(method, photo=photo, **values)
        assert not body["ok"], "It was not refused."
        return str(body["description"])

    async def result(self, method: str, *, photo: bytes | None = None, **values: Any) -> Any:
        """What a call gives. Raises AssertionError if it is refused."""
        body = await self.call(method, photo=photo, **values)
        assert body["ok"], body["description"]
        return body["result"]

    async def question(self, person: TelegramPerson) -> int:
        """Show a person a question with one button; returns the message's number."""
        sent = await self.result(
            "sendMessage", chat_id=person.user.id, text="How was it?", reply_markup=AGREE
        )
        return int(sent["message_id"])

    async def pressed(self) -> str:
        """Take the one update there is, of a pressed button; returns the number to answer."""
        (update,) = await self.updates()
        return str(update["callback_query"]["id"])

    async def updates(self, *, wait: int = 0, allowed: list[str] | None = None) -> list[Json]:
        """Those that were not confirmed yet; they are with the next call."""
        found: list[Json] = await self.result(
            "getUpdates", offset=self._offset, timeout=wait, allowed_updates=allowed or HEARD
        )
        self._offset = max([one["update_id"] + 1 for one in found], default=self._offset)
        return found

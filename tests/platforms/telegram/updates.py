"""What the bot is told of: kept in order until it has taken it, by long polling or by webhook."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from tests.platforms.telegram import spec
from tests.platforms.telegram.limits import SECRET
from tests.platforms.telegram.refusals import (
    CONFLICT,
    WEBHOOK_ACTIVE,
    avoidable,
    bad_request,
)
from tests.platforms.telegram.world import Json, Query, World

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
LATE = 0.8
"""Seconds; a bot that waits for its own answer before it confirms does so for a second."""
PAUSES = (0.02, 0.05, 0.1, 0.2)
"""Seconds between attempts at a webhook that did not take an update; the last one repeats."""


@dataclass
class Update:
    """Something that the bot is to be told."""

    body: Json
    query: Query | None = None
    handed_at: float | None = None
    """When the bot was told, in seconds of the monotonic clock."""


class Updates:
    """The queue, and both ways out of it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ids = itertools.count(870_000_001)
        self._waiting: list[Update] = []
        self._held: list[tuple[str, Json, Query | None, int]] | None = None
        self._changed = asyncio.Event()
        self._poller: object = None
        self._posting: asyncio.Task[None] | None = None
        self.allowed: frozenset[str] = frozenset(spec.TYPES["Update"]) - NOT_BY_DEFAULT
        self.url = ""
        self.hosts: dict[str, str] = {}
        """Where the bot's public address really is: "https://pulse.example" to a loopback one."""
        self.late_at = 0.0
        """When an update was last confirmed so late that it may still be worked on."""
        self.heard = False
        """Whether somebody has asked for updates, or has said where to post them."""
        self.posts: list[int] = []
        """What the webhook answered, status by status."""

    def tell(self, kind: str, body: Json, *, query: Query | None = None, times: int = 1) -> None:
        """Queue an update; `times` says how often it is delivered, under the same number."""
        if self._held is not None:
            self._held.append((kind, body, query, times))
            return
        if kind not in self.allowed:
            return
        told = {"update_id": next(self._ids), kind: body}
        if wrong := spec.answer_mistakes(told, ["Update"]):
            raise AssertionError(f"This server's own mistake: {wrong}")
        self._waiting += [Update(told, query) for _ in range(times)]
        self._changed.set()

    def hold(self) -> None:
        """Keep what happens from the bot until `release`."""
        self._held = []

    def release(self, *, reverse: bool = False) -> None:
        """Tell it now, in another order if asked."""
        held, self._held = self._held or [], None
        for kind, body, query, times in reversed(held) if reverse else held:
            self.tell(kind, body, query=query, times=times)

    def all_taken(self) -> bool:
        """Whether there is nothing that the bot has not been told, and confirmed."""
        return not self._held and not self._waiting

    async def get(self, values: Json) -> list[Json]:
        """The method getUpdates. Raises ApiError."""
        if self.url:
            raise WEBHOOK_ACTIVE
        self._allow(values)
        self.heard = True
        offset = values.get("offset", 0)
        self._confirm(offset)
        # Of two who listen, it is the earlier one who is thrown out.
        self._poller = poller = object()
        self._changed.set()
        try:
            async with asyncio.timeout(values.get("timeout", 0) or None):
                while not self._waiting and values.get("timeout", 0):
                    self._changed.clear()
                    await self._changed.wait()
                    if self._poller is not poller:
                        raise CONFLICT
        except TimeoutError:
            pass
        found = self._waiting[: values.get("limit", 100)]
        for one in found:
            self._hand(one)
        return [one.body for one in found]

    async def set_webhook(self, values: Json) -> bool:
        """The method setWebhook. Raises ApiError."""
        url, secret = values["url"], values.get("secret_token", "")
        if not url:
            return await self.delete_webhook(values)
        if not url.startswith("https://"):
            raise avoidable("bad webhook: An HTTPS URL must be provided for webhook")
        if not SECRET.fullmatch(secret):
            # Telegram allows none, and then anybody could post updates.
            raise avoidable("secret token contains unallowed characters")
        host = next((one for one in self.hosts if url.startswith(f"{one}/")), "")
        if not host:
            raise bad_request("bad webhook: Failed to resolve host: Name or service not known")
        self._allow(values)
        await self.delete_webhook(values)
        self.url = url
        self.heard = True
        place = self.hosts[host] + url.removeprefix(host)
        self._posting = asyncio.create_task(self._post(place, secret))
        return True

    async def delete_webhook(self, values: Json) -> bool:
        """The method deleteWebhook."""
        if values.get("drop_pending_updates"):
            self._waiting = []
        self.url = ""
        if self._posting is not None:
            self._posting.cancel()
            await asyncio.wait({self._posting})
            self._posting = None
        return True

    def _hand(self, update: Update) -> None:
        update.handed_at = update.handed_at or time.monotonic()
        if update.query is not None:
            update.query.handed += 1
            update.query.handed_at = update.query.handed_at or self._world.moment()

    def _confirm(self, offset: int) -> None:
        taken = [one for one in self._waiting if one.body["update_id"] < offset]
        self._waiting = [one for one in self._waiting if one.body["update_id"] >= offset]
        self._notice(taken)

    def _notice(self, taken: list[Update]) -> None:
        now = time.monotonic()
        if any(one.handed_at is None or now - one.handed_at > LATE for one in taken):
            self.late_at = now

    def _allow(self, values: Json) -> None:
        if "allowed_updates" not in values:
            self._world.violate("allowed_updates is not named, so it is what it happened to be.")
            return
        self.allowed = frozenset(values["allowed_updates"])
        if unknown := self.allowed - spec.TYPES["Update"].keys():
            raise avoidable(f"unknown update types {sorted(unknown)}")

    async def _post(self, place: str, secret: str) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with aiohttp.ClientSession(headers=headers) as session:
            while True:
                while not self._waiting:
                    self._changed.clear()
                    await self._changed.wait()
                update = self._waiting[0]
                await self._post_one(session, place, update)
                self._waiting.remove(update)
                self._notice([update])

    async def _post_one(self, session: aiohttp.ClientSession, place: str, update: Update) -> None:
        """Until it is taken."""
        for pause in itertools.chain(PAUSES, itertools.repeat(PAUSES[-1])):
            self._hand(update)
            if await self._taken(session, place, update.body):
                return
            await asyncio.sleep(pause)

    async def _taken(
        self, session: aiohttp.ClientSession, place: str, body: Mapping[str, object]
    ) -> bool:
        try:
            async with session.post(place, json=body) as response:
                self.posts.append(response.status)
                return response.ok
        except aiohttp.ClientError:
            return False

"""Who somebody in a workspace is: their name, whether they are a bot, whether they are still there.

A message to somebody who was switched off "succeeds" silently, so this is looked at before sending.
Remembered in memory for some hours; Slack tells of changes in between.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.web.async_client import AsyncWebClient

from pulse_bot.errors import AdapterError

SECONDS_REMEMBERED: Final = 6 * 60 * 60
ONE_BY_ONE: Final = 20
"""Look-ups a minute before the whole list is read: Slack allows about a hundred a minute."""
A_MINUTE: Final = 60.0
PAGE: Final = 500
MOST_PAGES: Final = 20
"""Of the list: about as many as Slack allows in a minute."""


@dataclass(frozen=True, slots=True)
class SlackUser:
    """What matters of a profile."""

    name: str
    is_bot: bool = False
    deleted: bool = False
    guest: bool = False


class UserDirectory:
    """The people of one workspace."""

    def __init__(
        self, client: AsyncWebClient, translating: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Nobody is known at first. Inside `asking`, Slack's errors become ours."""
        self._client = client
        self._translating = translating
        self._cache: dict[str, tuple[float, SlackUser]] = {}
        self._lookups: list[float] = []
        self._listed_at = float("-inf")
        self._listing = asyncio.Lock()

    async def find_user(self, user: str) -> SlackUser:
        """A person. Raises AdapterError: permanent where nobody has this id."""
        if (cached := self.cached_user(user)) is not None:
            return cached
        if self._is_hurried():
            async with self._listing:
                if time.monotonic() - self._listed_at > A_MINUTE:
                    await self._load_all()
            if (cached := self.cached_user(user)) is not None:
                return cached
        with self._translating():
            response = await self._client.users_info(user=user)
        return self._cache_profile(response["user"])

    async def check_reachable(self, user: str) -> None:
        """Raises AdapterError where nobody reads messages there any more."""
        try:
            person = await self.find_user(user)
        except AdapterError as error:
            if error.permanent:
                raise
            return  # a look-up that failed must not hold up the message itself
        if person.deleted:
            raise AdapterError(
                "This person's account in Slack is switched off.", permanent=True, gone=True
            )

    def cached_user(self, user: str) -> SlackUser | None:
        """A person, as far as known without asking."""
        at, cached = self._cache.get(user, (float("-inf"), None))
        return cached if time.monotonic() - at < SECONDS_REMEMBERED else None

    def is_guest(self, user: str) -> bool:
        """Whether the workspace has somebody as a guest, as far as known without asking."""
        cached = self.cached_user(user)
        return cached is not None and cached.guest

    def update_user(self, profile: Mapping[str, Any]) -> tuple[SlackUser | None, SlackUser]:
        """What Slack tells of a changed profile: who they were, if known, and who they are now."""
        before = self.cached_user(str(profile["id"]))
        return before, self._cache_profile(profile)

    def _cache_profile(self, profile: Mapping[str, Any]) -> SlackUser:
        more = profile.get("profile") or {}
        names = (more.get("display_name"), more.get("real_name"), profile.get("real_name"))
        name = next((candidate for candidate in names if candidate), None) or str(
            profile.get("name") or ""
        )
        person = SlackUser(
            name,
            is_bot=bool(profile.get("is_bot")),
            deleted=bool(profile.get("deleted")),
            guest=bool(profile.get("is_restricted") or profile.get("is_ultra_restricted")),
        )
        self._cache[str(profile["id"])] = (time.monotonic(), person)
        return person

    def _is_hurried(self) -> bool:
        now = time.monotonic()
        self._lookups = [at for at in self._lookups if now - at < A_MINUTE]
        self._lookups.append(now)
        return len(self._lookups) > ONE_BY_ONE

    async def _load_all(self) -> None:
        self._listed_at = time.monotonic()
        cursor = ""
        for _ in range(MOST_PAGES):
            with self._translating():
                page = await self._client.users_list(limit=PAGE, cursor=cursor or None)
            for profile in page["members"]:
                self._cache_profile(profile)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

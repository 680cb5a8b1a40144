"""Updates by long polling: asked for as long as this process lives, confirmed once on disk.

Telegram keeps what was not confirmed, and gives it out again with every answer; the inbox knows it.
One person's answer that takes its time is waited for a minute, while everybody else's come and go.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from telegram import Update
from telegram.error import Conflict, InvalidToken, TelegramError

from pulse_bot.adapter_kit.health import Health
from pulse_bot_telegram.errors import REVOKED, TWO_LISTEN
from pulse_bot_telegram.inbox import Inbox, TakenUpdate
from pulse_bot_telegram.listening import ALLOWED, UNREACHABLE, keep_trying, retry_pauses
from pulse_bot_telegram.sending import Bot

log = logging.getLogger(__name__)

LONGEST_WAIT: Final = timedelta(seconds=20)
MOST_AT_ONCE: Final = 100
SECONDS_HELD: Final = 60.0
"""For which an update that is not on disk is not confirmed. Then it is: a day of one answer that
hangs would be a day in which nobody else is heard after a hundred updates."""
SECONDS_SHOWN: Final = 2.0
"""After a crash whoever was shown nothing yet is answered again, where they acted just before."""
MOST_UNSHOWN: Final = 20
"""So many of them. An answer holds a hundred updates, old ones first: where replies wait for their
pace, these would leave no room for what is new, and people would wait who were not heard yet."""
PAUSES_HELD: Final = (0.05, 0.2, 0.5, 1.0)
"""Seconds between two questions while something is not confirmed; the last one repeats."""
LONGEST_PAUSE_REVOKED: Final = 120.0
SECONDS_TO_CONFIRM: Final = 2.0


@dataclass(frozen=True, slots=True)
class HeldUpdate:
    """An update that is not confirmed yet."""

    since: float
    taken: TakenUpdate

    def is_held(self, now: float) -> bool:
        """Whether Telegram is to bring it again, should this process end now."""
        if not self.taken.is_recorded:
            return now - self.since < SECONDS_HELD
        return not self.taken.is_shown and now - self.since < SECONDS_SHOWN


class Polling:
    """One who listens, and what they have not confirmed yet."""

    def __init__(self, bot: Bot, inbox: Inbox, health: Health) -> None:
        """Nothing has come yet."""
        self._bot = bot
        self._inbox = inbox
        self._health = health
        self._next = 0
        """The number behind the newest update that has come; nought where none has."""
        self._held: dict[int, HeldUpdate] = {}

    async def listen(self) -> None:
        """Ask for updates until cancelled. Raises AdapterError where the token is wrong."""
        # A page that Telegram still calls would keep every update from us; those that wait stay.
        await keep_trying(
            lambda: self._bot.delete_webhook(drop_pending_updates=False), self._health
        )
        pauses, waits = _pauses_held(), retry_pauses()
        while True:
            try:
                updates = await self._fetch()
            except TelegramError as error:
                await asyncio.sleep(self._note_trouble(error, next(waits)))
                continue
            except Exception:  # whatever it is, people go on clicking
                log.exception("Updates could not be fetched.")
                self._health.begin_trouble(UNREACHABLE)
                await asyncio.sleep(next(waits))
                continue
            waits = retry_pauses()
            self._health.end_trouble()
            if self._take(updates):
                pauses = _pauses_held()
            await self._wait_for_disk(next(pauses, PAUSES_HELD[-1]))

    async def confirm(self) -> None:
        """Tell Telegram what need not come again, before nobody listens any more."""
        if not self._next:
            return
        with suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(SECONDS_TO_CONFIRM):
                await self._bot.get_updates(
                    offset=self._offset(), limit=1, timeout=timedelta(), allowed_updates=ALLOWED
                )

    async def _fetch(self) -> tuple[Update, ...]:
        return await self._bot.get_updates(
            offset=self._offset(),
            limit=MOST_AT_ONCE,
            timeout=LONGEST_WAIT,
            allowed_updates=ALLOWED,
        )

    def _offset(self) -> int:
        """The number of the oldest update that is not confirmed."""
        now = asyncio.get_running_loop().time()
        self._held = {number: held for number, held in self._held.items() if held.is_held(now)}
        unshown = sorted(number for number, held in self._held.items() if held.taken.is_recorded)
        for number in unshown[:-MOST_UNSHOWN]:
            del self._held[number]
        return min(self._held, default=self._next)

    def _take(self, updates: Sequence[Update]) -> bool:
        """Hand updates on; says whether any of them was new."""
        now, known = asyncio.get_running_loop().time(), self._next
        for update in updates:
            number, taken = update.update_id, self._inbox.accept(update)
            since = self._held[number].since if number in self._held else now
            self._held[number] = HeldUpdate(since, taken)
            self._next = max(self._next, number + 1)
        is_new = self._next > known
        if len(updates) == MOST_AT_ONCE and not is_new:
            # There is no room in an answer for what is behind it.
            del self._held[min(self._held)]
        return is_new

    async def _wait_for_disk(self, pause: float) -> None:
        """Wait until all is on disk and shown, though not for long: others have news, too."""
        now = asyncio.get_running_loop().time()
        held = [one.taken for one in self._held.values() if one.is_held(now)]
        if any(taken.is_settled and not taken.is_recorded for taken in held):
            await asyncio.sleep(pause)  # it comes again, and not at once
        await asyncio.gather(
            *(taken.wait_shown(pause) if taken.is_recorded else taken.wait(pause) for taken in held)
        )

    def _note_trouble(self, error: TelegramError, pause: float) -> float:
        """Seconds to wait after an error."""
        if isinstance(error, InvalidToken):
            self._health.begin_trouble(REVOKED, passes_by=0.0)
            return min(8 * pause, LONGEST_PAUSE_REVOKED)
        if isinstance(error, Conflict):
            self._health.begin_trouble(TWO_LISTEN)
            return max(1.0, pause)
        self._health.begin_trouble(UNREACHABLE)
        return pause


def _pauses_held() -> Iterator[float]:
    yield from PAUSES_HELD

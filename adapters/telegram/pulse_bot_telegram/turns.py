"""Turns: one person's updates one after another, different people's at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Final

from telegram import Update

MOST_WAITING: Final = 20
"""Updates of one person that are not answered yet; more come from nobody who waits for answers."""
ONE_MOMENT: Final = "One moment, please. You were faster than I am; then tap once more."

Acknowledge = Callable[[Update, str], Coroutine[None, None, None]]
"""Says that an update has come, with a word beside it where that is not empty."""
Take = Callable[[Update], Coroutine[None, None, None]]


class Turns:
    """What is under way. That an update has come is said at once, though its turn may be later."""

    def __init__(self, acknowledge: Acknowledge, take: Take) -> None:
        """Neither may raise."""
        self._acknowledge = acknowledge
        self._take = take
        self._last: dict[int, asyncio.Task[None]] = {}
        self._waiting = Counter[int]()
        self._all: set[asyncio.Task[None]] = set()

    def accept(self, update: Update) -> asyncio.Task[None]:
        """Answer an update after all those of the same person, unless too many of them wait."""
        who = update.effective_user or update.effective_chat
        number = who.id if who else 0
        if self._waiting[number] >= MOST_WAITING:
            return self._begin(self._acknowledge(update, ONE_MOMENT))
        acknowledged = self._begin(self._acknowledge(update, ""))
        task = self._begin(self._after(self._last.get(number), acknowledged, update))
        self._last[number] = task
        self._waiting[number] += 1
        task.add_done_callback(lambda done: self._forget(number, done))
        return task

    async def finish(self, seconds: float, stop_showing: Callable[[], None]) -> None:
        """Wait until all is answered, for so long, and again without showing any of it.

        What was acknowledged comes no second time, and may wait behind a reply that hangs. What
        hangs all the same is given up.
        """
        await self._settle(seconds)
        stop_showing()
        await self._settle(seconds)
        hanging = list(self._all)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    async def _settle(self, seconds: float) -> None:
        if self._all:
            await asyncio.wait(self._all, timeout=seconds)

    def _begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._all.add(task)
        task.add_done_callback(self._all.discard)
        return task

    async def _after(
        self, before: asyncio.Task[None] | None, acknowledged: asyncio.Task[None], update: Update
    ) -> None:
        if before is not None:
            await asyncio.wait({before})
        await acknowledged
        await self._take(update)

    def _forget(self, number: int, done: asyncio.Task[None]) -> None:
        self._waiting[number] -= 1
        if self._last.get(number) is done:
            del self._last[number], self._waiting[number]

"""Turns: what one person does is answered in order, and nobody waits for anybody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Final

from pulse_bot.ports import Address

SECONDS_TO_FINISH: Final = 2.0
MOST_WAITING: Final = 20
"""Answers to one person that are not given yet; what comes beyond them is told to be dropped."""

Answer = Callable[[], Coroutine[object, object, None]]


class Turns:
    """Answers under way, by person."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._last: dict[Address, asyncio.Task[None]] = {}
        self._waiting = Counter[Address]()
        self._all: set[asyncio.Task[None]] = set()

    def take(
        self,
        address: Address,
        answer: Answer,
        too_many: Answer,
    ) -> None:
        """Answer after whatever this person did before, unless too much of it waits.

        `too_many` then says so, once until all that waits is answered. Neither may raise.
        """
        if self._waiting[address] > MOST_WAITING:
            return
        if self._waiting[address] == MOST_WAITING:
            answer = too_many
        self._waiting[address] += 1
        task = asyncio.create_task(_after(self._last.get(address), answer))
        self._last[address] = task
        self._all.add(task)
        task.add_done_callback(lambda done: self._forget(address, done))

    async def finish(self, stop_showing: Callable[[], None]) -> None:
        """Give what is under way a moment, and another one without showing any of it; then end it.

        What was acknowledged comes no second time, and may wait behind a reply that hangs.
        """
        await self._settle()
        stop_showing()
        await self._settle()
        hanging = list(self._all)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    async def _settle(self) -> None:
        if self._all:
            await asyncio.wait(self._all, timeout=SECONDS_TO_FINISH)

    def _forget(self, address: Address, done: asyncio.Task[None]) -> None:
        self._all.discard(done)
        self._waiting[address] -= 1
        if self._last.get(address) is done:
            del self._last[address], self._waiting[address]


async def _after(before: asyncio.Task[None] | None, answer: Answer) -> None:
    if before is not None:
        await asyncio.wait([before])
    await answer()

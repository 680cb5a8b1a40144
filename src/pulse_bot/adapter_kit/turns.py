"""Turns: what one person does is answered in order, and nobody waits for anybody else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable
from typing import Final

SECONDS_TO_FINISH: Final = 2.0
"""For what is being answered when listening ends, and again for what waited behind it."""
MOST_WAITING: Final = 20
"""Answers to one person that are not given yet; more come from nobody who waits for answers."""

Answer = Callable[[], Coroutine[None, None, object]]


class Turns:
    """Answers under way, by person: an address, or whatever names people on a platform."""

    def __init__(self) -> None:
        """Nobody waits."""
        self._last: dict[Hashable, asyncio.Task[None]] = {}
        self._waiting = Counter[Hashable]()
        self._all: set[asyncio.Task[None]] = set()

    def is_too_fast(self, person: Hashable) -> bool:
        """Whether so many answers to this person wait that more should be dropped."""
        return self._waiting[person] >= MOST_WAITING

    def take(self, person: Hashable, answer: Answer, too_many: Answer) -> None:
        """Answer after whatever this person did before, unless too much of it waits.

        `too_many` then says so, once until all that waits is answered. Neither may raise.
        """
        if self._waiting[person] <= MOST_WAITING:
            self.append(person, too_many if self.is_too_fast(person) else answer)

    def append(self, person: Hashable, answer: Answer) -> asyncio.Task[None]:
        """Answer after whatever this person did before, however much waits. It may not raise."""
        self._waiting[person] += 1
        task = self.begin(_after(self._last.get(person), answer))
        self._last[person] = task
        task.add_done_callback(lambda done: self._forget(person, done))
        return task

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._all

    async def wait_for(self, person: Hashable) -> None:
        """Wait until all that waits for this person now is answered."""
        if (last := self._last.get(person)) is not None:
            await asyncio.wait([last])

    def begin(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Do something at once, beside all turns; at the end it gets the same moment."""
        task = asyncio.create_task(work)
        self._all.add(task)
        task.add_done_callback(self._all.discard)
        return task

    async def finish(self, stop_showing: Callable[[], None]) -> None:
        """Give what is under way a moment, and another one without showing any of it; then end it.

        What was acknowledged comes no second time, and may wait behind a reply that hangs.
        """
        await self.settle()
        stop_showing()
        await self.settle()
        hanging = list(self._all)
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)

    async def settle(self) -> None:
        """Give what is under way a moment."""
        now = asyncio.get_running_loop().time
        until = now() + SECONDS_TO_FINISH
        # What is handled may begin to be shown meanwhile.
        while self._all and now() < until:
            await asyncio.wait(self._all, timeout=until - now())

    def _forget(self, person: Hashable, done: asyncio.Task[None]) -> None:
        self._waiting[person] -= 1
        if self._last.get(person) is done:
            del self._last[person], self._waiting[person]


def screen_of(person: Hashable) -> Hashable:
    """Whose turn it is to be shown something: what they do next is handled meanwhile."""
    return "screen", person


async def _after(before: asyncio.Task[None] | None, answer: Answer) -> None:
    if before is not None:
        await asyncio.wait([before])
    await answer()

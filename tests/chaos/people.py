"""Simulated people who answer, and remember what each of them was told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.record import Answer, Seen
from tests.chaos.world import Person, SlackMember, TelegramMember
from tests.platforms.slack.acting import bring, touched

RECORDED = "Recorded."
PLACE = re.compile(r"(\d+) of (\d+)")
PATIENCE = 6.0
"""Seconds that somebody looks at their phone before they take it that nothing comes."""


@dataclass
class Answerer:
    """One member, and how far they are."""

    person: Person
    seen: Seen
    done: bool = False
    waiting: Answer | None = None
    """What was acknowledged without a word, and is not pressed again before it is looked for."""
    presses: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What is written in a record; the platform's own number."""
        return self.person.address.user

    def place(self) -> tuple[int, int]:
        """Which question of how many the newest card asks; (0, 0) where there is none."""
        try:
            found = PLACE.search(self.person.shown())
        except IndexError:
            return 0, 0
        return (int(found[1]), int(found[2])) if found else (0, 0)

    async def answer(self, deadline: float) -> None:
        """Go through the card until the last answer is confirmed, or time is over."""
        loop = asyncio.get_running_loop()
        while not self.done and self.waiting is None and loop.time() < deadline:
            if self.place() == (0, 0):
                await asyncio.sleep(0.2)
                continue
            await self._answer_one()

    async def _answer_one(self) -> None:
        (number, last), before = self.place(), self.person.said()
        recorded = before.count(RECORDED)
        acknowledged = await self._press()

        def is_confirmed() -> bool:
            if number < last:
                return self.place()[0] > number
            return self.person.said().count(RECORDED) > recorded

        if not acknowledged() and isinstance(self.person, SlackMember):
            # Slack says at once that it did not work, and people press again.
            await asyncio.sleep(0.5)
        if await _comes(is_confirmed, PATIENCE if acknowledged() or self._is_queued() else 0.1):
            self.seen.confirmed.add((self.name, number))
            self.done = number == last
        elif acknowledged() and self.person.said() == before:
            self.waiting = (self.name, number)
            self.seen.acknowledged.add(self.waiting)

    def _is_queued(self) -> bool:
        """Telegram keeps clicks until somebody takes them; Slack keeps none."""
        return isinstance(self.person, TelegramMember)

    async def _press(self) -> Acknowledged:
        """Choose an answer; returns what tells whether the platform was told that it is taken."""
        labels = self.person.choices()
        label = labels[min(3, labels.index("Skip") - 1)]
        if isinstance(self.person, TelegramMember):
            return _press_in_telegram(self.person, label)
        return await _press_in_slack(self.person, label)


class Acknowledged:
    """Whether a click was taken, as the platform knows it; True once it is called."""

    def __init__(self, taken: bool = False) -> None:
        self.taken = taken

    def __call__(self) -> bool:
        """As it is now."""
        return self.taken


class _InTelegram(Acknowledged):
    def __init__(self, person: TelegramMember, number: str) -> None:
        super().__init__()
        self.person, self.number = person, number

    def __call__(self) -> bool:
        waiting = self.person.person.server.updates._waiting
        return not any(one.query is not None and one.query.id == self.number for one in waiting)


def _press_in_telegram(person: TelegramMember, label: str) -> Acknowledged:
    person.press_and_go(label)
    newest = next(reversed(person.person.server.world.queries))
    return _InTelegram(person, newest)


async def _press_in_slack(person: SlackMember, label: str) -> Acknowledged:
    who, slack = person.person, person.slack
    control = who.find(label, person._drawings())
    ack = await bring(slack, "interactive", touched(slack, who.user, who.team, control))
    return Acknowledged(not ack.failed)


async def _comes(holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    deadline = asyncio.get_running_loop().time() + seconds
    while not holds():
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.05)
    return True

"""Playing the demonstration: every answer goes through `handle`, every hour through the engine."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pulse_bot.app import App, assemble
from pulse_bot.cards.actions import Target, form_key
from pulse_bot.cards.question_cards import LEAVE_SURELY
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.crypto.sealing import KEY_BYTES
from pulse_bot.demo.crowd import PARTNERSHIP, THEMES, TIME_ZONE, Habit, Person, habit, people
from pulse_bot.domain.asking.calendar import following, latest, week_time, zone
from pulse_bot.domain.asking.items import COMMENT
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.engine import Pace
from pulse_bot.ports import Address, Card, Clock, Handle, Limits, Members, Pressed, Submitted
from pulse_bot.storage import partnerships, rounds
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_group,
    add_member,
    create_partnership,
)

WEEKS: Final = 16
OPENS: Final = week_time("Wed 15:30")
CLOSES: Final = week_time("Fri 16:00")
CHAT: Final = "demo"
GROUP: Final = Address(CHAT, "", "everybody")


class Crowd:
    """A chat whose people live in this process: it remembers what the group was shown."""

    name = CHAT
    limits = Limits(text=10_000, sends_a_second=10_000)

    def __init__(self) -> None:
        self.digests: list[Card] = []

    async def run(self, handle: Handle) -> None:
        """Nobody speaks first here: the play makes its people press buttons."""
        await asyncio.Event().wait()

    async def send(self, address: Address, card: Card) -> Address:
        """Remember what the group reads."""
        if address == GROUP:
            self.digests.append(card)
        return address

    async def members(self, group: Address) -> Members:
        """A made-up chat lists nobody."""
        return Members()


class FastClock:
    """A clock that the play moves on."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Now, in UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move on."""
        self._now = now


class Play:
    """The made-up partnership, week by week, through the real parts."""

    def __init__(self, folder: Path, today: datetime, visitor: Address) -> None:
        """Everything is kept in `folder`. The last of the weeks ends before `today`.

        `visitor` is where the first of the people lives.
        """
        self.crowd = Crowd()
        self._visitor = visitor
        self._rng = random.Random(2026)  # noqa: S311 - made-up answers, not secrets
        self._people = people(self._rng)
        self._here: set[Person] = set()
        self._week = 0
        opening = latest(OPENS, today - timedelta(weeks=WEEKS), zone(TIME_ZONE))
        self.clock = FastClock(opening - timedelta(days=2))
        self.installation = _installation(folder, self.clock)
        self.app = App(
            self.installation,
            {CHAT: self.crowd},
            f"sqlite:///{folder / 'engine.db'}",
            pace=Pace(tick=None, poll=0.02),
        )

    async def week(self) -> None:
        """Play one week, from the opening to those who come too late."""
        habits = await self.open()
        await self._answer(habits, "first")
        await self._at(self.clock.now() + timedelta(hours=24))
        await self._answer(habits, "reminder")
        await self._think_again(habits)
        await self.close()
        # Those who come too late are told so, kindly, and nothing changes.
        await self._answer(habits, "late")

    async def open(self) -> Mapping[Person, Habit]:
        """Let the next round open, and say what each person does in it."""
        await self._move_people()
        await self._at(following(OPENS, self.clock.now(), zone(TIME_ZONE)))
        habits = {
            person: habit(self._rng, person, self._week, THEMES)
            for person in self._people
            if person.is_here(self._week)
        }
        self._week += 1
        return habits

    async def close(self) -> None:
        """Let the open round's time run out."""
        await self._at(following(CLOSES, self.clock.now(), zone(TIME_ZONE)))

    async def open_for_visitor(self) -> None:
        """Open a round in which all but the visitor have answered."""
        habits = dict(await self.open())
        habits.pop(self._people[0], None)
        await self._answer(habits, "first")
        await self._answer(habits, "reminder")

    def _address(self, person: Person) -> Address:
        return self._visitor if person is self._people[0] else Address(CHAT, "", person.name)

    async def _move_people(self) -> None:
        for person in self._people:
            if person.is_here(self._week) and person not in self._here:
                new = NewMember(person.name, person.organisation)
                add_member(self.installation, PARTNERSHIP, new, self._address(person))
                self._here.add(person)
            elif person.leaves == self._week:
                await self.app.handle(Pressed(self._address(person), LEAVE_SURELY))

    async def _answer(self, habits: Mapping[Person, Habit], when: str) -> None:
        asked = self._round()
        await asyncio.gather(
            *(
                self.app.handle(Submitted(self._address(person), *_filled(asked, what)))
                for person, what in habits.items()
                if what.when == when
            )
        )

    async def _think_again(self, habits: Mapping[Person, Habit]) -> None:
        asked = self._round()
        for person, what in habits.items():
            for position, value in what.second_thought.items():
                action = Target(asked, position, "answer").action(value)
                await self.app.handle(Pressed(self._address(person), action))

    def _round(self) -> int:
        with self.installation.database.read() as session:
            partnership = partnerships.by_name(session, PARTNERSHIP)
            newest = rounds.latest(session, partnership.id)
            return newest.id if newest is not None else 0

    async def _at(self, moment: datetime) -> None:
        """Let the time come, and everything that is due at it be done."""
        self.clock.set(moment)
        await asyncio.to_thread(self.app.engine.tick_now)
        # The engine works in threads of its own, and tells nobody when it is done.
        while await asyncio.to_thread(self.app.engine.live):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


def _filled(asked: int, what: Habit) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The key and the values of the form that a person sends."""
    values: dict[str, tuple[str, ...]] = {
        Target(asked, position, "answer").field: (value,)
        for position, value in what.answers.items()
    }
    if what.comment:
        values[Target(asked, 0, COMMENT).field] = (what.comment,)
    return form_key(asked), values


def _installation(folder: Path, clock: Clock) -> Installation:
    make_key_folder(folder / "keys")
    installation = assemble(
        f"sqlite:///{folder / 'pulse.db'}",
        DirectoryKeyStore(folder / "keys"),
        secrets.token_bytes(KEY_BYTES),
        clock,
    )
    create_partnership(installation, NewPartnership(PARTNERSHIP, TIME_ZONE))
    add_group(installation, PARTNERSHIP, GROUP)
    plan = Programme(THEMES, OPENS, CLOSES, reminders=(timedelta(hours=24),))
    set_programme(installation, PARTNERSHIP, plan)
    return installation

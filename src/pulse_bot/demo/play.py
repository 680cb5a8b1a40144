"""Playing the demonstration: every answer goes through `handle`, every hour through the engine."""

from __future__ import annotations

import asyncio
import random
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pulse_bot.app import App, assemble_installation
from pulse_bot.cards.actions import AnswerTarget, form_key
from pulse_bot.cards.question_cards import LEAVE_SURELY
from pulse_bot.crypto.key_stores import DirectoryKeyStore, make_key_folder
from pulse_bot.crypto.sealing import KEY_BYTES
from pulse_bot.demo.crowd import (
    PARTNERSHIP,
    THEMES,
    TIME_ZONE,
    Habit,
    MadeUpMember,
    draw_habit,
    make_people,
)
from pulse_bot.domain.asking.calendar import (
    last_occurrence,
    next_occurrence,
    parse_week_time,
    parse_zone,
)
from pulse_bot.domain.asking.items import COMMENT, Item
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.engine import Pace
from pulse_bot.ports import (
    Address,
    Card,
    Clock,
    Handle,
    Limits,
    Members,
    Pressed,
    Sendable,
    Submitted,
)
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

WEEKS: Final = 18
OPENS: Final = parse_week_time("Wed 15:30")
CLOSES: Final = parse_week_time("Fri 16:00")
CHAT_NAME: Final = "demo"
GROUP: Final = Address(CHAT_NAME, "", "everybody")


class DemoChat:
    """A chat whose people live in this process: it remembers what the group was shown."""

    name = CHAT_NAME
    limits = Limits(text=10_000, sends_a_second=10_000)

    def __init__(self) -> None:
        self.digests: list[Card] = []

    async def run(self, handle: Handle) -> None:
        """Nobody speaks first here: the play makes its people press buttons."""
        await asyncio.Event().wait()

    async def send(self, address: Address, shown: Sendable) -> Address:
        """Remember what the group reads."""
        if address == GROUP and isinstance(shown, Card):
            self.digests.append(shown)
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


class Demonstration:
    """The made-up partnership, week by week, through the real parts."""

    def __init__(self, folder: Path, today: datetime, visitor: Address) -> None:
        """Everything is kept in `folder`. The last of the weeks ends before `today`.

        `visitor` is where the first of the people lives.
        """
        self.chat = DemoChat()
        self._visitor = visitor
        self._rng = random.Random(2026)  # noqa: S311 - made-up answers, not secrets
        self._people = make_people(self._rng)
        self._present: set[MadeUpMember] = set()
        self._week = 0
        opening = last_occurrence(OPENS, today - timedelta(weeks=WEEKS), parse_zone(TIME_ZONE))
        self.clock = FastClock(opening - timedelta(days=2))
        self.installation = _make_installation(folder, self.clock)
        self.app = App(
            self.installation,
            {CHAT_NAME: self.chat},
            f"sqlite:///{folder / 'engine.db'}",
            pace=Pace(tick=None, poll=0.02),
        )

    async def play_week(self) -> None:
        """Play one week, from the opening to those who come too late."""
        habits = await self.open_round()
        await self._send_answers(habits, "first")
        await self._advance_to(self.clock.now() + timedelta(hours=24))
        await self._send_answers(habits, "reminder")
        await self._think_again(habits)
        await self.close_round()
        # Those who come too late are told so, kindly, and nothing changes.
        await self._send_answers(habits, "late")

    async def open_round(self) -> Mapping[MadeUpMember, Habit]:
        """Let the next round open, and say what each person does in it."""
        await self._move_people()
        await self._advance_to(next_occurrence(OPENS, self.clock.now(), parse_zone(TIME_ZONE)))
        items = self._list_asked()
        habits = {
            person: draw_habit(self._rng, person, self._week, items)
            for person in self._people
            if person.is_here(self._week)
        }
        self._week += 1
        return habits

    async def close_round(self) -> None:
        """Let the open round's time run out."""
        await self._advance_to(next_occurrence(CLOSES, self.clock.now(), parse_zone(TIME_ZONE)))

    async def open_for_visitor(self) -> None:
        """Open a round in which all but the visitor have answered."""
        habits = dict(await self.open_round())
        habits.pop(self._people[0], None)
        await self._send_answers(habits, "first")
        await self._send_answers(habits, "reminder")

    def _address_of(self, person: MadeUpMember) -> Address:
        return self._visitor if person is self._people[0] else Address(CHAT_NAME, "", person.name)

    async def _move_people(self) -> None:
        for person in self._people:
            if person.is_here(self._week) and person not in self._present:
                new = NewMember(person.name, person.organisation)
                add_member(self.installation, PARTNERSHIP, new, self._address_of(person))
                self._present.add(person)
            elif person.leaves == self._week:
                await self.app.handle(Pressed(self._address_of(person), LEAVE_SURELY))

    async def _send_answers(self, habits: Mapping[MadeUpMember, Habit], when: str) -> None:
        round_id = self._newest_round()
        await asyncio.gather(
            *(
                self.app.handle(Submitted(self._address_of(person), *_filled_form(round_id, habit)))
                for person, habit in habits.items()
                if habit.timing == when
            )
        )

    async def _think_again(self, habits: Mapping[MadeUpMember, Habit]) -> None:
        round_id = self._newest_round()
        for person, habit in habits.items():
            for position, value in habit.second_thought.items():
                action = AnswerTarget(round_id, position, "answer").action_for(value)
                await self.app.handle(Pressed(self._address_of(person), action))

    def _newest_round(self) -> int:
        with self.installation.database.read() as session:
            partnership = partnerships.find_partnership(session, PARTNERSHIP)
            newest = rounds.latest_round(session, partnership.id)
            return newest.id if newest is not None else 0

    def _list_asked(self) -> tuple[Item, ...]:
        """What the newest round asks."""
        with self.installation.database.read() as session:
            newest = rounds.load_round(session, self._newest_round())
            return newest.items if newest is not None else ()

    async def _advance_to(self, moment: datetime) -> None:
        """Let the time come, and everything that is due at it be done."""
        self.clock.set(moment)
        await asyncio.to_thread(self.app.engine.tick_now)
        # The engine works in threads of its own, and tells nobody when it is done.
        while await asyncio.to_thread(self.app.engine.live_keys):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.01)


def _filled_form(round_id: int, habit: Habit) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The key and the values of the form that a person sends."""
    values: dict[str, tuple[str, ...]] = {
        AnswerTarget(round_id, position, "answer").field_key: (value,)
        for position, value in habit.answers.items()
    }
    if habit.comment:
        values[AnswerTarget(round_id, 0, COMMENT).field_key] = (habit.comment,)
    return form_key(round_id), values


def _make_installation(folder: Path, clock: Clock) -> Installation:
    make_key_folder(folder / "keys")
    installation = assemble_installation(
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

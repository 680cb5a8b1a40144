"""A made-up partnership in an installation: its people, its questions, and rounds to answer.

Everything real but the clock, the banks and, where a test does not say otherwise, the key store.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import select

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.config.plugins import load_renderer
from pulse_bot.crypto.key_stores import MemoryKeyStore
from pulse_bot.domain.asking.calendar import parse_week_time
from pulse_bot.domain.asking.items import Choice, Item, ItemKind, list_slots
from pulse_bot.domain.asking.programme import Programme
from pulse_bot.domain.asking.rounds import Round
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.errors import Refused
from pulse_bot.ports import Address, KeyStore
from pulse_bot.storage import audit_log, partnerships, rounds
from pulse_bot.storage.database import Database
from pulse_bot.storage.group_commit import GroupCommit
from pulse_bot.storage.migrations import upgrade
from pulse_bot.storage.models import GroupRow
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation, Pool
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_group,
    add_members,
    create_partnership,
)
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.record_answer import (
    RecordAnswers,
    RecordedAnswers,
    Submission,
    record_answers,
)

PARTNERSHIP: Final = "Colne Valley"
GROUP: Final = Address("fake", "", "the-group")
THEMES: Final = ("trust", "honesty", "accountability")
PLAN: Final = Programme(THEMES, parse_week_time("Wed 15:30"), parse_week_time("Fri 16:00"))
KEY: Final = bytes(range(32))
"""The installation's key."""

START: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""A Monday morning, in time to open on the Wednesday."""
OPENS: Final = datetime(2026, 1, 7, 15, 30, tzinfo=UTC)
CLOSES: Final = datetime(2026, 1, 9, 16, tzinfo=UTC)
WEEK: Final = timedelta(weeks=1)


def item(theme: str, number: int, kind: ItemKind = ItemKind.AGREE, *, core: bool = True) -> Item:
    """A question nobody would ask."""
    return Item(
        id=f"{theme}-{number}",
        bank=theme,
        text=f"The {theme} of number {number} is good.",
        kind=kind,
        dimension=theme,
        talk=f"What makes the {theme} of number {number} good?",
        core=core,
        choices=tuple(Choice(key, f"Choice {key}") for key in "abcd"),
        most=2,
        ends=("nothing of it", "all of it") if kind is ItemKind.SCALE else ("", ""),
    )


POOL: Final[Pool] = {
    **{theme: [item(theme, number) for number in range(1, 7)] for theme in THEMES},
    # One question of each kind, to be asked by a programme of these themes alone.
    **{kind.value: [item(kind.value, 1, kind, core=False)] for kind in ItemKind},
}


def installation(
    url: str, clock: FixedClock | None = None, keys: KeyStore | None = None, pool: Pool = POOL
) -> Installation:
    """An installation on a database that is brought up to date."""
    database = Database(url)
    upgrade(database)
    return Installation(
        database=database,
        keys=keys or MemoryKeyStore(),
        clock=clock or FixedClock(START),
        renderer=load_renderer(),
        pool=lambda: pool,
        installation_key=KEY,
    )


def people(made: Installation, members: int = 14, organisations: int = 9) -> list[Address]:
    """The partnership with its members, its group's chat and its programme; their addresses."""
    create_partnership(made, NewPartnership(PARTNERSHIP, "Europe/London"))
    addresses = [Address("fake", "", f"person-{number:02}") for number in range(members)]
    newcomers = [
        (NewMember(f"Member {number:02}", f"School {number % organisations}"), address)
        for number, address in enumerate(addresses)
    ]
    add_members(made, PARTNERSHIP, newcomers)
    set_programme(made, PARTNERSHIP, PLAN)
    # Last, so that it is told nothing of what was set before.
    add_group(made, PARTNERSHIP, GROUP)
    return addresses


def all_told(made: Installation) -> None:
    """Every chat was told what has been changed so far: no announcement waits."""
    with made.database.write() as session:
        for group in session.scalars(select(GroupRow)):
            group.announced = audit_log.newest_id(session, group.partnership_id)


def opened_round(made: Installation, week: int = 0) -> Round:
    """The round of a week, opened on its Wednesday; the clock stands at its opening."""
    at(made, OPENS + week * WEEK)
    with made.database.read() as session:
        partnership = partnerships.find_partnership(session, PARTNERSHIP).id
    opened = open_round(made, OpenRound(partnership, OPENS + week * WEEK, CLOSES + week * WEEK))
    if opened is None:
        raise AssertionError("Another round is still open, or this week had one.")
    return found(made, opened)


def found(made: Installation, round_id: int) -> Round:
    """A round as it is now."""
    with made.database.read() as session:
        asked = rounds.load_round(session, round_id)
    if asked is None:
        raise AssertionError(f"There is no round {round_id}.")
    return asked


def at(made: Installation, now: datetime) -> None:
    """Move the clock."""
    if not isinstance(made.clock, FixedClock):
        raise TypeError("Only a FixedClock can be moved.")
    made.clock.set(now)


@asynccontextmanager
async def recording(made: Installation) -> AsyncIterator[RecordAnswers]:
    """What a conversation is given: answers recorded by group commit."""
    group = GroupCommit[Submission, RecordedAnswers](partial(record_answers, made))
    try:
        yield group.put
    finally:
        group.close()


async def answer_all(
    made: Installation,
    asked: Round,
    addresses: Sequence[Address],
    choose: Callable[[int, int], str] = lambda person, position: str(1 + (person + position) % 5),
) -> None:
    """Everybody answers every question, one after another; `choose` (person, position) says how.

    Raises Refused where an answer was not taken.
    """
    async with recording(made) as take:
        for person, address in enumerate(addresses):
            for position, asked_item in enumerate(asked.items):
                for slot in list_slots(asked_item):
                    target = AnswerTarget(asked.id, position, slot)
                    await take(Submission(address, asked.id, {target: choose(person, position)}))


async def say(
    made: Installation, asked: Round, address: Address, value: str, slot: str = "answer"
) -> str:
    """One answer to the first question; returns why it was refused, or nothing."""
    async with recording(made) as take:
        try:
            await take(Submission(address, asked.id, {AnswerTarget(asked.id, 0, slot): value}))
        except Refused as refused:
            return str(refused)
    return ""

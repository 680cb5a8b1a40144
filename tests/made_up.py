"""A made-up partnership in an installation: its people, its questions, and rounds to answer.

Everything real but the clock, the banks and, where a test does not say otherwise, the key store.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from copy import copy, deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar, cast

import psycopg
from sqlalchemy import exists, or_, select

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
from pulse_bot.storage import audit_log, key_identity, partnerships, rounds
from pulse_bot.storage.columns import TableBase
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
from tests.engine.databases import Connection, Rows, keep_rows, put_rows

T = TypeVar("T")

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


_RENDERER: Final = cache(load_renderer)
"""Looked for once: among all packages that are installed."""


def installation(
    at_database: str | Database,
    clock: FixedClock | None = None,
    keys: KeyStore | None = None,
    pool: Pool = POOL,
) -> Installation:
    """An installation on a database, or on one at an address, that is brought up to date.

    A file of SQLite's that is not there yet is a copy of one that was: the migrations take longer
    than most tests.
    """
    if isinstance(at_database, str) and at_database.startswith("sqlite:////"):
        file = Path(at_database.removeprefix("sqlite:///").partition("?")[0])
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(set_up_file())
    database = at_database if isinstance(at_database, Database) else Database(at_database)
    upgrade(database)
    return Installation(
        database=database,
        keys=keys or MemoryKeyStore(),
        clock=clock or FixedClock(START),
        renderer=_RENDERER(),
        pool=lambda: pool,
        installation_key=KEY,
    )


@cache
def set_up_file() -> bytes:
    """A file of SQLite's with every table of pulse-bot and no row."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "pulse-bot.db"
        with closing(Database(f"sqlite:///{file}")) as database:
            upgrade(database)
            database.scrub()
        return file.read_bytes()


def people(made: Installation, members: int = 14, organisations: int = 9) -> list[Address]:
    """The partnership with its members, its group's chat and its programme; their addresses.

    It is staged once and then copied, wherever nothing else is in the database.
    """
    addresses = [Address("fake", "", f"person-{number:02}") for number in range(members)]
    scene = ("people", members, organisations)
    stage_once(made, scene, lambda: _stage(made, addresses, organisations))
    return addresses


def _stage(made: Installation, addresses: Sequence[Address], organisations: int) -> None:
    create_partnership(made, NewPartnership(PARTNERSHIP, "Europe/London"))
    newcomers = [
        (NewMember(f"Member {number:02}", f"School {number % organisations}"), address)
        for number, address in enumerate(addresses)
    ]
    add_members(made, PARTNERSHIP, newcomers)
    set_programme(made, PARTNERSHIP, PLAN)
    # Last, so that it is told nothing of what was set before.
    add_group(made, PARTNERSHIP, GROUP)


def stage_once(made: Installation, scene: tuple[object, ...], stage: Callable[[], T]) -> T:
    """What `stage` does to an installation in which nothing is: done once, and then copied.

    `scene` says which it is, with all that its staging depends on but clock, banks and database.
    Copied are the rows, keys that are kept in memory, the clock, and what the process remembers.
    Returns what staging returned the first time, which nobody may change.
    """
    if _holds_anything(made.database):
        return stage()
    kind = made.database.is_sqlite, type(made.keys) is MemoryKeyStore
    name = (*scene, *kind, made.clock.now(), frozenset(made.pool()))
    if name in _STAGED:
        _STAGED[name].copy_into(made)
    else:
        result = stage()
        _STAGED[name] = _Staged.of(made, result)
    return cast(T, _STAGED[name].result)


@dataclass(frozen=True)
class _Staged:
    rows: sqlite3.Connection | Rows
    """A database in memory, or the rows of one in PostgreSQL."""
    now: datetime
    keys: Mapping[str, object]
    remembered: Mapping[str, Any]
    result: object

    @classmethod
    def of(cls, made: Installation, result: object) -> _Staged:
        with _driver_connection(made.database) as here:
            rows = _in_memory(here) if isinstance(here, sqlite3.Connection) else keep_rows(here)
        keys = vars(made.keys) if type(made.keys) is MemoryKeyStore else {}
        assert keys or not made.keys.list_rounds(), "These keys cannot be copied."
        remembered = {name: copy(getattr(made, name)) for name in _REMEMBERED}
        return cls(rows, made.clock.now(), deepcopy(keys), remembered, result)

    def copy_into(self, made: Installation) -> None:
        with _driver_connection(made.database) as here:
            if isinstance(here, sqlite3.Connection):
                assert isinstance(self.rows, sqlite3.Connection)
                self.rows.backup(here)
            else:
                assert isinstance(self.rows, Rows)
                put_rows(here, self.rows)
        if isinstance(made.clock, FixedClock):
            made.clock.set(self.now)
        vars(made.keys).update(deepcopy(dict(self.keys)))
        for name, value in self.remembered.items():
            getattr(made, name).update(value)


_REMEMBERED: Final = ("frozen_rounds", "suspects", "seen_unchanged", "seen_untried")
_STAGED: Final[dict[tuple[object, ...], _Staged]] = {}


def _in_memory(database: sqlite3.Connection) -> sqlite3.Connection:
    there = sqlite3.connect(":memory:", check_same_thread=False)
    database.backup(there)
    return there


def _holds_anything(database: Database) -> bool:
    with _driver_connection(database) as here:
        row = here.execute(_any_row()).fetchone()
        assert row
        return bool(row[0])


@cache
def _any_row() -> str:
    tables = TableBase.metadata.sorted_tables
    assert key_identity.KeyIdentityRow.__table__ in tables
    return str(select(or_(*(exists().select_from(table) for table in tables))))


@contextmanager
def _driver_connection(database: Database) -> Iterator[sqlite3.Connection | Connection]:
    with closing(database.engine.raw_connection()) as pooled:
        here = pooled.driver_connection
        assert isinstance(here, sqlite3.Connection | psycopg.Connection)
        yield here


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


def opened_elsewhere(made: Installation, name: str = "Calder Valley") -> int:
    """An open round of another partnership with one member, who lives at `elsewhere(name)`."""
    partnership = create_partnership(made, NewPartnership(name))
    add_members(made, name, [(NewMember("Somebody", "Elsewhere"), elsewhere(name))])
    set_programme(made, name, PLAN)
    opened = open_round(made, OpenRound(partnership, OPENS, CLOSES + WEEK))
    if opened is None:
        raise AssertionError("The round elsewhere did not open.")
    return opened


def elsewhere(name: str = "Calder Valley") -> Address:
    """Where the only member of another partnership lives."""
    return Address("fake", "", f"a-person-in {name}")


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

    Each sends all answers at once, as a page's form does: a transaction an answer took most of the
    time of tests that play many weeks. Raises Refused where one was not taken.
    """
    targets = [
        AnswerTarget(asked.id, position, slot)
        for position, asked_item in enumerate(asked.items)
        for slot in list_slots(asked_item)
    ]
    async with recording(made) as take:
        for person, address in enumerate(addresses):
            answers = {target: choose(person, target.position) for target in targets}
            await take(Submission(address, asked.id, answers))


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

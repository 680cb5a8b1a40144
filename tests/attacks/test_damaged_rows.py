"""Each stored column of one partnership damaged in turn: everybody else asks, answers and reads on.

And the partnership whose row it is closes at its deadline, with envelopes and key gone and one
digest: whatever it can still say, or that there is none.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import sqlalchemy as sa

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.asking.schedule import OpenRound
from pulse_bot.domain.asking.workshop import ArrangementKind, SeedingState
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.partnership.commitments import CommitmentState
from pulse_bot.ports import Address, Card
from pulse_bot.storage import history, partnerships, troubles
from pulse_bot.storage.models import HolidayRow
from pulse_bot.storage.workshop_tables import CommitmentRow, SeedingRow
from pulse_bot.usecases.chats.programme import set_programme
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import (
    NewMember,
    NewPartnership,
    add_group,
    add_members,
    create_partnership,
)
from pulse_bot.usecases.reading import operator_lists
from pulse_bot.usecases.reading.trouble_list import list_troubles
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.open_round import open_round
from pulse_bot.usecases.rounds.record_answer import RecordedAnswers, Submission, record_answers
from pulse_bot_reports.charts import trends
from tests.attacks.restart import Ground
from tests.engine.databases import PostgresCopies, Rows, connect, keep_rows
from tests.made_up import CLOSES, OPENS, PLAN, START, WEEK, at, found
from tests.outbox import send_due, tick

DAMAGED, SOUND = "Aire Valley", "Calder Valley"
LATER: Final = CLOSES + WEEK + timedelta(minutes=1)


class Damage(NamedTuple):
    """What is written over a column of the damaged partnership."""

    table: str
    column: str
    value: str
    """As SQL."""
    sqlite_only: bool = False
    """PostgreSQL's types refuse it."""


DAMAGES: Final = (
    Damage("partnership", "time_zone", "'Mars/Olympus'"),
    Damage("partnership", "language", "'zz-odd'"),
    Damage("partnership", "quiet_from", "'banana'", sqlite_only=True),
    Damage("partnership", "weekly_limit", "-3"),
    Damage("organisation", "name", "''"),
    Damage("programme", "themes", "'[]'"),
    Damage("programme", "themes", "'{\"odd\": 1}'"),
    Damage("programme", "themes", "'no json'", sqlite_only=True),
    Damage("programme", "items_a_round", "99"),
    Damage("programme", "opens_weekday", "9"),
    Damage("programme", "opens_at", "'banana'", sqlite_only=True),
    Damage("programme", "reminder_minutes", "'[999999999999]'"),
    Damage("programme", "since", "'banana'", sqlite_only=True),
    Damage("holiday", "first", "'banana'", sqlite_only=True),
    Damage("member", "role", "'emperor'"),
    Damage("member", "standing", "'odd'"),
    Damage("member", "time_zone", "'Mars/Olympus'"),
    Damage("member", "asked_weekday", "9"),
    Damage("group_chat", "state", "'odd'"),
    Damage("round", "state", "'odd'"),
    Damage("round", "items", "'[]'"),
    Damage("round", "items", "'{\"odd\": 1}'"),
    Damage("round", "items", '\'[{"kind": "riddle"}, 7]\''),
    Damage("round", "items", "'no json'", sqlite_only=True),
    Damage("round", "thresholds", "'{}'"),
    Damage("round", "thresholds", "'[]'"),
    Damage("round", "thresholds", '\'{"answers": 1, "roster": "x"}\''),
    Damage("round", "roster_size", "-1"),
    Damage("round", "newcomers", "-5"),
    Damage("round", "policy_version", "404"),
    Damage("round", "public_key", "''"),
    Damage("round", "closes_at", "'banana'", sqlite_only=True),
    Damage("round", "opens_at", "'banana'", sqlite_only=True),
    Damage("round", "held", "7", sqlite_only=True),
    Damage("envelope", "ciphertext", "'odd'"),
    Damage("outbox", "state", "'odd'"),
    Damage("outbox", "kind", "'odd'"),
    Damage("outbox", "part", "'odd'"),
    Damage("outbox", "due_at", "'banana'", sqlite_only=True),
    Damage("outbox", "tried_at", "'banana'", sqlite_only=True),
    Damage("tally", "sealed", "'odd'"),
    Damage("tally", "series", "'odd'"),
    Damage("waiting_comment", "sealed", "'odd'"),
    Damage("waiting_comment", "waited", "-5"),
    Damage("waiting_comment", "waited", "'banana'", sqlite_only=True),
    Damage("waiting_comment", "round_id", "2"),
    Damage("release", "kind", "'odd'"),
    Damage("release", "fields", "'{\"odd\": 1}'"),
    Damage("release", "fields", "'[]'"),
    Damage("log_entry", "actor", "'odd'"),
    Damage("log_entry", "kind", "'odd'"),
    Damage("log_entry", "fields", "'[7]'"),
    Damage("log_entry", "at", "'banana'", sqlite_only=True),
    Damage("seeding", "state", "'odd'"),
    Damage("seeding", "items", "'[{\"odd\": 1}]'"),
    Damage("seeding", "workshop_on", "'banana'", sqlite_only=True),
    Damage("commitment", "state", "'odd'"),
    Damage("commitment", "due", "'banana'", sqlite_only=True),
    # Values to PostgreSQL, and none to Python.
    Damage("partnership", "quiet_until", "'24:00'"),
    Damage("programme", "closes_at", "'24:00'"),
    Damage("programme", "since", "'infinity'"),
    Damage("holiday", "last", "'infinity'"),
    Damage("member", "asked_at", "'24:00'"),
    Damage("round", "opens_at", "'-infinity'"),
    Damage("round", "closes_at", "'infinity'"),
    Damage("outbox", "due_at", "'-infinity'"),
    Damage("outbox", "tried_at", "'infinity'"),
    Damage("log_entry", "at", "'-infinity'"),
    Damage("seeding", "workshop_on", "'infinity'"),
    Damage("commitment", "due", "'infinity'"),
)
OF_A_ROUND: Final = ("envelope", "outbox", "tally", "release")


def members_of(name: str) -> list[Address]:
    return [Address("fake", "", f"{name}-{number:02}") for number in range(10)]


def settle_down(made: Installation, name: str) -> int:
    """A partnership with people, a chat, a programme, a holiday, a workshop and a commitment."""
    partnership = create_partnership(made, NewPartnership(name, "Europe/London"))
    people = [
        (NewMember(f"{name} {number}", f"{name} School {number % 5}"), address)
        for number, address in enumerate(members_of(name))
    ]
    add_members(made, name, people)
    set_programme(made, name, PLAN)
    add_group(made, name, Address("fake", "", f"chat of {name}"))
    with made.database.write() as session:
        day = LATER.date() + 4 * WEEK
        session.add(HolidayRow(partnership_id=partnership, first=day, last=day))
        session.add(
            SeedingRow(
                partnership_id=partnership,
                title="A workshop",
                workshop_on=day,
                items=[],
                state=SeedingState.DRAFT,
                arranged=ArrangementKind.INSTEAD,
            )
        )
        session.add(
            CommitmentRow(
                partnership_id=partnership,
                number=1,
                text="Tea on Fridays.",
                due=day,
                state=CommitmentState.OPEN,
                ask_from=day,
            )
        )
    return partnership


def answer(made: Installation, name: str, asked: Round, words: str = "") -> None:
    """Everybody answers, and three write."""
    for number, address in enumerate(members_of(name)):
        answers = {
            AnswerTarget(asked.id, place, "answer"): str(2 + number % 3)
            for place in range(len(asked.items))
        }
        if words and number < 3:
            answers[AnswerTarget(asked.id, 0, "comment")] = f"{words} {number}"
        [recorded] = record_answers(made, [Submission(address, asked.id, answers)])
        assert isinstance(recorded, RecordedAnswers), str(recorded)


def open_week(made: Installation, partnership: int, week: int) -> Round:
    at(made, OPENS + week * WEEK)
    opened = open_round(made, OpenRound(partnership, OPENS + week * WEEK, CLOSES + week * WEEK))
    assert opened is not None
    return found(made, opened)


def build(ground: Ground) -> None:
    """Two partnerships with a week behind them; the second week is open in both."""
    made = ground.started(START)
    for name in (DAMAGED, SOUND):
        partnership = settle_down(made, name)
        first = open_week(made, partnership, 0)
        answer(made, name, first, "Waiting words")
        at(made, CLOSES)
        close_round(made, first.id)
        answer(made, name, open_week(made, partnership, 1), "More words")
    made.database.close()


@pytest.fixture(scope="module")
def sqlite_built(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder = tmp_path_factory.mktemp("built")
    ground = Ground(f"sqlite:///{folder / 'pulse-bot.db'}", folder / "keys")
    build(ground)
    return ground


@pytest.fixture(scope="module")
def postgres_built(
    postgres_copies: PostgresCopies, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Rows, Path]:
    """What is in the database, and the folder of its keys."""
    keys = tmp_path_factory.mktemp("built") / "keys"
    with postgres_copies.copy() as url:
        build(Ground(url, keys))
        with connect(url) as connection:
            return keep_rows(connection), keys


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    if request.param == "sqlite":
        whole: Ground = request.getfixturevalue("sqlite_built")
        shutil.copytree(whole.keys, tmp_path / "keys")
        shutil.copy(str(sa.make_url(whole.url).database), tmp_path / "pulse-bot.db")
        yield Ground(f"sqlite:///{tmp_path / 'pulse-bot.db'}", tmp_path / "keys")
    else:
        rows, keys = request.getfixturevalue("postgres_built")
        shutil.copytree(keys, tmp_path / "keys")
        copies: PostgresCopies = request.getfixturevalue("postgres_copies")
        with copies.copy(rows) as url:
            yield Ground(url, tmp_path / "keys")


def do_damage(made: Installation, damage: Damage, partnership: int) -> None:
    """Write over the column in every row of the partnership."""
    whose = {
        "partnership": "id = :p",
        "round": "partnership_id = :p AND number = 2",
        "organisation": "id = (SELECT min(id) FROM organisation WHERE partnership_id = :p)",
        **dict.fromkeys(OF_A_ROUND, "round_id IN (SELECT id FROM round WHERE partnership_id = :p)"),
    }.get(damage.table, "partnership_id = :p")
    with made.database.connect() as connection:
        done = connection.execute(
            sa.text(f'UPDATE "{damage.table}" SET {damage.column} = {damage.value} WHERE {whose}'),  # noqa: S608 - no value from outside
            {"p": partnership},
        )
        assert done.rowcount, "nothing was damaged"


def round_ids(made: Installation, partnership: int) -> list[int]:
    query = sa.text("SELECT id FROM round WHERE partnership_id = :p ORDER BY id")
    with made.database.connect() as connection:
        return list(connection.scalars(query, {"p": partnership}))


def list_unclosed(made: Installation) -> set[int]:
    with made.database.connect() as connection:
        unclosed = sa.text("SELECT id FROM round WHERE state NOT IN ('closed', 'lost')")
        return set(connection.scalars(unclosed))


IN_DATABASES: Final = [
    pytest.param(
        database,
        damage,
        id=f"{'-'.join(damage[:3])}-{database}",
        marks=[pytest.mark.postgres] if database == "postgres" else [],
    )
    for damage in DAMAGES
    for database in ("sqlite", *(() if damage.sqlite_only else ("postgres",)))
]


@pytest.mark.parametrize(("ground", "damage"), IN_DATABASES, indirect=["ground"])
def test_one_damaged_column_is_nobody_elses(
    ground: Ground, damage: Damage, monkeypatch: pytest.MonkeyPatch
) -> None:
    if damage.table not in ("release", "round"):
        # Charts are made of what was released, and to draw a sound one takes the longest of all.
        monkeypatch.setattr(trends, "chart_png", lambda _: b"a picture")
    made = ground.started(OPENS + WEEK + timedelta(hours=1))
    damaged, sound = 1, 2
    do_damage(made, damage, damaged)
    _, doomed = round_ids(made, damaged)
    _, other = round_ids(made, sound)

    # The sound one answers, and gets its cards.
    answer(made, SOUND, found(made, other))
    sent = [one.address for one in send_due(made, OutgoingKind.CARD)]
    assert set(members_of(SOUND)) <= set(sent)
    assert {doomed, other} <= list_unclosed(made)

    # Both close when their time is over.
    at(made, LATER)
    with made.database.read() as session:
        due = [one.round for one in troubles.list_due_closings(session, made.clock.now())]
    assert sorted(due) == [doomed, other]
    assert tick(made)
    with made.database.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM envelope")) == 0
        states = set(connection.scalars(sa.text("SELECT state FROM round")))
    assert states == {RoundStatus.CLOSED.value}
    assert made.keys.list_rounds() == frozenset()
    with made.database.read() as session:
        assert [one.number for one in history.list_digests(session, damaged)] == [2, 1]
        assert troubles.list_due_closings(session, made.clock.now()) == []
        assert troubles.list_troubles(session) == []

    # The sound one posts, lists and opens as ever, and all is listed.
    titles = [one.card.title for one in send_due(made) if isinstance(one.shown, Card)]
    digests = operator_lists.read_digests(made, SOUND)
    assert digests[0].statements[0].text in titles
    assert [one.number for one in digests] == [2, 1]
    assert not any("went wrong" in said.text for one in digests for said in one.statements)
    assert [row["state"] for row in operator_lists.list_rounds(made, SOUND)] == ["closed"] * 2
    assert len(operator_lists.list_members(made, SOUND)) == 10
    assert [row["name"] for row in operator_lists.list_partnerships(made)] == [DAMAGED, SOUND]
    assert operator_lists.list_log_lines(made, SOUND)
    list_troubles(made)
    with made.database.read() as session:
        assert partnerships.load_programme(session, sound) is not None
    answer(made, SOUND, open_week(made, sound, 2))
    made.database.close()


def test_what_cannot_be_read_is_listed_with_its_partnership(ground: Ground) -> None:
    made = ground.started(OPENS + WEEK + timedelta(hours=1))
    send_due(made)
    assert list_troubles(made) == []
    for damage in (
        Damage("partnership", "time_zone", "'Mars/Olympus'"),
        Damage("programme", "opens_weekday", "9"),
        Damage("round", "state", "'odd'"),
        Damage("round", "items", "'[7]'"),
        Damage("group_chat", "state", "'odd'"),
    ):
        do_damage(made, damage, 1)
    rows = list_troubles(made)
    assert {row["partnership"] for row in rows} == {DAMAGED}
    assert {str(row["why"]) for row in rows} == {
        "partnership 1: time_zone",
        "programme",
        "round 2 (2 in the log): state",
        "round 2 (2 in the log): questions",
        "group_chat 1: state",
    }
    assert "odd" not in repr(rows)
    assert "Olympus" not in repr(rows)
    made.database.close()

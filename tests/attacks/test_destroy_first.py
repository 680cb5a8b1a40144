"""At the deadline envelopes and key go, whether or not a digest can be made of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from pulse_bot.config.plugins import load_renderer
from pulse_bot.crypto.key_stores import DirectoryKeyStore, MemoryKeyStore, make_key_folder
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.outgoing import OutgoingKind
from pulse_bot.domain.release.digest import DigestFacts, MissingPart
from pulse_bot.domain.release.record import (
    CommentFact,
    Digest,
    HeadlineFact,
    MissingFact,
    ReleasedQuestion,
    Statement,
)
from pulse_bot.errors import KeyStoreError, StorageError
from pulse_bot.ports import Address, RoundKeys
from pulse_bot.storage import history, troubles
from pulse_bot.storage.models import TroubleRow
from pulse_bot.testing import FixedClock
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import (
    LONGEST_WAIT,
    begin_closing,
    close_round,
    settle_round,
)
from pulse_bot.usecases.rounds.sweep import sweep_rounds
from tests.made_up import (
    CLOSES,
    PARTNERSHIP,
    START,
    WEEK,
    answer_all,
    at,
    installation,
    opened_elsewhere,
    opened_round,
    people,
    say,
)
from tests.outbox import send_due

MINUTE = timedelta(minutes=1)


def answered(made: Installation, week: int = 0) -> Round:
    """A round that fourteen answered, and six wrote a comment in."""
    everybody = people(made) if week == 0 else []
    asked = opened_round(made, week)
    asyncio.run(fill(made, asked, everybody))
    at(made, CLOSES + week * WEEK)
    return asked


async def fill(made: Installation, asked: Round, everybody: Sequence[object]) -> None:
    addresses = [Address("fake", "", f"person-{number:02}") for number in range(14)]
    await answer_all(made, asked, addresses)
    for number, address in enumerate(addresses[:6]):
        assert not await say(made, asked, address, f"Words {number}.", "comment")


def write(made: Installation, statement: str) -> None:
    with made.database.connect() as connection:
        assert connection.execute(sa.text(statement)).rowcount, "nothing was damaged"


def digest_of(made: Installation, asked: Round) -> Digest:
    """Its digest, once the promise is seen to be kept."""
    with made.database.connect() as connection:
        state = sa.text("SELECT state FROM round WHERE id = :id")
        assert connection.scalar(state, {"id": asked.id}) == RoundStatus.CLOSED.value
        assert connection.scalar(sa.text("SELECT count(*) FROM envelope")) == 0
    assert made.keys.load(asked.id) is None
    with made.database.read() as session:
        return history.load_digest(session, asked.partnership, asked.number)


def missing(digest: Digest) -> list[MissingPart]:
    """What it says that it lacks: nothing, or each thing once."""
    facts = [fact for fact in digest.facts if isinstance(fact, MissingFact)]
    assert len(facts) <= 1
    return [part for fact in facts for part in fact.parts]


def questions(digest: Digest) -> int:
    return sum(isinstance(fact, ReleasedQuestion) for fact in digest.facts)


def is_apology(digest: Digest) -> bool:
    return [type(fact) for fact in digest.facts] == [HeadlineFact, MissingFact] and not missing(
        digest
    )


def test_a_digest_that_lacks_nothing_says_so_by_silence(made: Installation) -> None:
    """The control."""
    asked = answered(made)
    close_round(made, asked.id)
    assert missing(digest_of(made, asked)) == []
    assert questions(digest_of(made, asked)) == 3


@pytest.mark.parametrize(
    ("damage", "lost"),
    [
        ("UPDATE tally SET sealed = 'odd' WHERE position = 0", [MissingPart.EARLIER]),
        ("UPDATE partnership SET time_zone = 'Mars/Olympus'", []),
        ("UPDATE programme SET items_a_round = 99, reminder_minutes = '[20000]'", []),
        ("UPDATE programme SET opens_weekday = 9", []),
        ("UPDATE round SET thresholds = '{}' WHERE number = 1", []),
    ],
)
def test_what_cannot_be_read_costs_its_own_part(
    made: Installation, damage: str, lost: list[MissingPart]
) -> None:
    close_round(made, answered(made).id)
    asked = answered(made, 1)
    write(made, damage)
    close_round(made, asked.id)
    said = digest_of(made, asked)
    assert missing(said) == lost
    assert questions(said) == 3
    assert said.statements[0].text.startswith("Round 2: ")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE round SET thresholds = '{}' WHERE number = 2",
        'UPDATE round SET items = \'[7, {"kind": "riddle"}]\' WHERE number = 2',
    ],
)
def test_what_was_frozen_and_is_damaged_costs_the_whole_digest(
    made: Installation, damage: str
) -> None:
    """Nobody can tell an accident from a forger, who would choose what is left out."""
    close_round(made, answered(made).id)
    asked = answered(made, 1)
    write(made, damage)
    close_round(made, asked.id)
    said = digest_of(made, asked)
    assert is_apology(said)
    assert "was changed in the database" in said.statements[1].text


class Stumbling:
    """A renderer that cannot word a part; or, with no part named, nothing at all."""

    def __init__(self, part: str = "") -> None:
        self.part = part
        self.real = load_renderer()

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)

    def statements(self, facts: DigestFacts) -> tuple[Statement, ...]:
        if not self.part or getattr(facts, self.part):
            raise ZeroDivisionError("It has no words for that.")
        return self.real.statements(facts)


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        ("outlook", MissingPart.OVER_TIME),
        ("news", MissingPart.OVER_TIME),
        ("comments", MissingPart.WORDS),
        ("talk", MissingPart.TALK),
        ("next_opens_at", MissingPart.NEXT),
        ("questions", MissingPart.QUESTION),
    ],
)
def test_what_the_renderer_cannot_word_costs_its_own_part(
    made: Installation, part: str, lost: MissingPart
) -> None:
    asked = answered(made)
    close_round(replace(made, renderer=Stumbling(part)), asked.id)  # type: ignore[arg-type] # it passes the rest on
    said = digest_of(made, asked)
    assert missing(said) == [lost]
    assert questions(said) == (0 if part == "questions" else 3)
    assert any(isinstance(fact, CommentFact) for fact in said.facts) == (part != "comments")
    [told] = [one.text for one in said.statements if isinstance(one.fact, MissingFact)]
    assert told.startswith("Something went wrong on our side, and this digest could not say ")
    assert told.count(".") == 1
    assert "no date yet" not in " ".join(one.text for one in said.statements)


def test_where_nothing_can_be_worded_the_group_reads_that(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    asked = answered(made)
    with caplog.at_level(logging.DEBUG):
        close_round(replace(made, renderer=Stumbling()), asked.id)  # type: ignore[arg-type] # it words nothing
    said = digest_of(made, asked)
    assert is_apology(said)
    assert said.statements[1].text.endswith("and nobody can read them any more.")
    assert "Words 1" not in caplog.text
    [posted] = send_due(made, OutgoingKind.DIGEST)
    assert posted.card.title == said.statements[0].text
    # Repeating it changes nothing: what was said was said.
    close_round(made, asked.id)
    assert digest_of(made, asked) == said


def test_the_log_names_the_round_whose_tally_cannot_be_read(
    made: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    earlier = answered(made)
    close_round(made, earlier.id)
    asked = answered(made, 1)
    write(made, "UPDATE tally SET sealed = 'odd'")
    close_round(made, asked.id)
    told = [one for one in caplog.records if "tally of the past" in one.getMessage()]
    assert told
    assert {one.__dict__["round"] for one in told} == {earlier.id}


def test_a_damaged_key_is_the_same_at_once(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keys = DirectoryKeyStore(tmp_path / "keys")
    make_key_folder(keys.folder)
    made = installation(database_url, FixedClock(START), keys)
    asked = answered(made)
    (keys.folder / f"round-{asked.id}.key").write_bytes(b"half a key")
    close_round(made, asked.id)
    assert list(keys.folder.iterdir()) == []
    assert is_apology(digest_of(made, asked))
    [line] = [one for one in caplog.records if "cannot be read. Its" in one.getMessage()]
    assert (line.__dict__["partnership"], line.__dict__["round"]) == (1, asked.id)
    made.database.close()


def test_another_key_in_its_place_is_no_round_that_nobody_answered(made: Installation) -> None:
    asked = answered(made)
    at(made, asked.opens_at)
    assert len(send_due(made, OutgoingKind.CARD)) == 14
    at(made, asked.opens_at + timedelta(days=1))
    made.keys.create(asked.id)
    # Nothing is confirmed that would never open, and nobody is told that they have not answered.
    somebody = Address("fake", "", "person-03")
    assert "Nothing was recorded" in asyncio.run(say(made, asked, somebody, "3"))
    assert send_due(made, OutgoingKind.REMINDER) == []
    at(made, CLOSES)
    close_round(made, asked.id)
    assert made.keys.list_rounds() == frozenset()
    assert is_apology(digest_of(made, asked))


class AwayStore(MemoryKeyStore):
    """A key store on a machine that is away now and then."""

    away = False

    def load(self, round_id: int) -> RoundKeys | None:
        self._answer()
        return super().load(round_id)

    def destroy(self, round_id: int) -> None:
        self._answer()
        super().destroy(round_id)

    def list_rounds(self) -> frozenset[int]:
        self._answer()
        return super().list_rounds()

    def _answer(self) -> None:
        if self.away:
            raise KeyStoreError("The key store cannot be reached.")


@pytest.fixture
def away(database_url: str) -> tuple[Installation, AwayStore, Round]:
    keys = AwayStore()
    made = installation(database_url, keys=keys)
    return made, keys, answered(made)


def due(made: Installation) -> list[int]:
    with made.database.read() as session:
        return [due.round for due in troubles.list_due_closings(session, made.clock.now())]


def test_a_key_store_that_is_away_is_waited_for_with_growing_pauses(
    away: tuple[Installation, AwayStore, Round],
) -> None:
    made, keys, asked = away
    keys.away = True
    pauses = []
    for _ in range(9):
        assert due(made) == [asked.id]
        with pytest.raises(KeyStoreError):
            close_round(made, asked.id)
        assert due(made) == []
        with made.database.read() as session:
            [(row, name)] = troubles.list_troubles(session)
        assert (row.job, row.subject, name) == ("close", asked.id, PARTNERSHIP)
        assert row.kind.startswith("KeyStoreError at ")
        assert row.since == CLOSES
        pauses.append(row.retry_at - made.clock.now())
        at(made, row.retry_at)
    assert [pause / MINUTE for pause in pauses] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    keys.away = False
    close_round(made, asked.id)
    assert missing(digest_of(made, asked)) == []
    with made.database.read() as session:
        assert troubles.list_troubles(session) == []
    made.database.close()


def test_after_a_day_without_the_key_store_the_answers_go_unread(
    away: tuple[Installation, AwayStore, Round],
) -> None:
    made, keys, asked = away
    keys.away = True
    for late in (timedelta(0), LONGEST_WAIT - MINUTE):
        at(made, CLOSES + late)
        with pytest.raises(KeyStoreError):
            close_round(made, asked.id)
    at(made, CLOSES + LONGEST_WAIT)
    # The key, which nobody can reach, is destroyed as soon as somebody can.
    close_round(made, asked.id)
    with made.database.read() as session:
        [(row, _)] = troubles.list_troubles(session)
        assert row.job == "forget"
    keys.away = False
    sweep_rounds(made)
    assert is_apology(digest_of(made, asked))
    with made.database.read() as session:
        assert session.scalars(sa.select(TroubleRow)).all() == []
    made.database.close()


class StuckStore(MemoryKeyStore):
    """A key store out of which one key cannot be taken."""

    stuck = 0

    def destroy(self, round_id: int) -> None:
        if round_id == self.stuck:
            raise KeyStoreError("This one cannot be removed.")
        super().destroy(round_id)


def test_a_key_that_cannot_be_destroyed_keeps_no_other(database_url: str) -> None:
    keys = StuckStore()
    made = installation(database_url, keys=keys)
    people(made, 3)
    closed = [opened_round(made).id]
    begin_closing(made, closed[0])
    settle_round(made, closed[0])
    for name in ("Calder Valley", "Aire Valley"):
        closed.append(opened_elsewhere(made, name))
        begin_closing(made, closed[-1])
        settle_round(made, closed[-1])
    assert keys.list_rounds() == set(closed)
    for keys.stuck in closed:
        for number in closed:
            keys.create(number)
        sweep_rounds(made)
        assert keys.list_rounds() == {keys.stuck}
    # Whichever it is, it goes when it can.
    keys.stuck = 0
    sweep_rounds(made)
    assert keys.list_rounds() == frozenset()
    made.database.close()


def test_a_database_that_is_busy_is_no_reason_to_say_nothing(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    file = tmp_path / "pulse-bot.db"
    made = installation(f"sqlite:///{file}?timeout=0.1")
    asked = answered(made)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError):
            close_round(made, asked.id)
        other.execute("ROLLBACK")
    close_round(made, asked.id)
    assert missing(digest_of(made, asked)) == []
    made.database.close()

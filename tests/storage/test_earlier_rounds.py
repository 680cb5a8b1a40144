"""Rounds that were opened before there were MACs: taken on once, by the worker that has their keys.

Whoever writes to the database cannot bring that moment back: it is noted beside the keys.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace

import pytest
import sqlalchemy as sa

from pulse_bot.cards.actions import AnswerTarget
from pulse_bot.crypto.key_stores import MemoryKeyStore
from pulse_bot.crypto.store_marker import StoreMarker, make_marker, parse_marker
from pulse_bot.domain.asking.rounds import Round, RoundStatus
from pulse_bot.domain.release.record import MissingFact
from pulse_bot.errors import KeyStoreError
from pulse_bot.ports import Address
from pulse_bot.storage import history
from pulse_bot.storage.database import Database
from pulse_bot.storage.migrations import upgrade
from pulse_bot.storage.models import RoundRow, SeatRow
from pulse_bot.storage.proven_keys import ProvenKeys
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.rounds.close import close_round
from pulse_bot.usecases.rounds.record_answer import RecordedAnswers, Submission, record_answers
from tests.made_up import CLOSES, KEY, at, found, installation, opened_round, people

SOMEBODY = Address("fake", "", "person-03")
TAKE_AWAY = (
    "ALTER TABLE round DROP COLUMN mac",
    "ALTER TABLE round DROP COLUMN closes_by",
    "ALTER TABLE seat DROP COLUMN mac",
    "DROP INDEX ix_tally_sealed",
    "UPDATE alembic_version SET version_num = '0012'",
)
"""A database as the version before left it."""
BLANK = (
    "UPDATE round SET mac = NULL, closes_by = NULL",
    "UPDATE seat SET mac = NULL",
)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with closing(Database(database_url)) as opened:
        yield opened


def started(database: Database, store: MemoryKeyStore) -> Installation:
    """A worker that starts: the database is brought up to date, and the keys prove themselves."""
    upgrade(database)
    keys = ProvenKeys(database, store, KEY)
    keys.prove()
    return installation(database, keys=keys)


def write(database: Database, *statements: str) -> None:
    with database.connect() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def marker_of(store: MemoryKeyStore) -> StoreMarker:
    marker = parse_marker(store.read_marker())
    assert marker is not None
    return marker


def of_before(database: Database, store: MemoryKeyStore) -> Round:
    """An open round of the version before, with the marker that it wrote."""
    made = started(database, store)
    people(made)
    asked = opened_round(made)
    write(database, *TAKE_AWAY)
    store.write_marker(replace(marker_of(store), authenticated=False).to_bytes())
    return asked


def answer(made: Installation, asked: Round) -> str:
    """Why an answer was refused, or nothing."""
    at(made, asked.opens_at)
    target = AnswerTarget(asked.id, 0, "answer")
    [recorded] = record_answers(made, [Submission(SOMEBODY, asked.id, {target: "4"})])
    return "" if isinstance(recorded, RecordedAnswers) else str(recorded)


def macs(database: Database) -> list[bytes | None]:
    with database.read() as session:
        return [
            *session.scalars(sa.select(RoundRow.mac).order_by(RoundRow.id)),
            *session.scalars(sa.select(SeatRow.mac).order_by(SeatRow.member_id)),
        ]


def test_a_round_of_before_is_taken_on_once(database: Database) -> None:
    store = MemoryKeyStore()
    asked = of_before(database, store)

    made = started(database, store)
    assert all(macs(database))
    assert len(macs(database)) == 15
    assert marker_of(store).authenticated
    assert not answer(made, asked)
    at(made, CLOSES)
    close_round(made, asked.id)
    assert found(made, asked.id).state is RoundStatus.CLOSED
    with database.read() as session:
        digest = history.load_digest(session, asked.partnership, asked.number)
    assert not any(isinstance(fact, MissingFact) for fact in digest.facts)


@pytest.mark.parametrize("forged", [BLANK, TAKE_AWAY], ids=["macs taken away", "a version back"])
def test_it_is_never_taken_on_again(database: Database, forged: tuple[str, ...]) -> None:
    store = MemoryKeyStore()
    asked = of_before(database, store)
    started(database, store)

    write(database, *forged, "UPDATE round SET roster_size = 5")
    made = started(database, store)

    assert not any(macs(database))
    assert answer(made, asked).startswith("Nothing was recorded: something in this round")


def test_a_store_that_had_forgotten_it_would_take_it_on(database: Database) -> None:
    """The control: were it noted in the database, it would be taken on with five on its roster."""
    store = MemoryKeyStore()
    asked = of_before(database, store)
    started(database, store)
    write(database, *BLANK, "UPDATE round SET roster_size = 5")
    store.write_marker(replace(marker_of(store), authenticated=False).to_bytes())

    made = started(database, store)

    assert not answer(made, asked)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM key_identity",
        "UPDATE key_identity SET store_print = NULL",
        "UPDATE key_identity SET store_print = NULL, place = '', medium = ''",
    ],
)
def test_nor_by_a_database_that_denies_its_store(database: Database, statement: str) -> None:
    store = MemoryKeyStore()
    asked = of_before(database, store)
    started(database, store)
    write(database, *BLANK, statement)

    with suppress(KeyStoreError):
        made = started(database, store)
        assert answer(made, asked).startswith("Nothing was recorded")
    with suppress(KeyStoreError):
        ProvenKeys(database, store, KEY).adopt()
        started(database, store)
    assert marker_of(store).authenticated
    assert not any(macs(database))


def test_an_operator_who_adopts_does_not_take_it_on_again(database: Database) -> None:
    store = MemoryKeyStore()
    of_before(database, store)
    started(database, store)
    write(database, *BLANK)
    for marker in (store.read_marker(), b"damaged"):
        assert marker is not None
        store.write_marker(marker)
        ProvenKeys(database, store, KEY).adopt()
        started(database, store)
        assert marker_of(store).authenticated
        assert not any(macs(database))


def test_a_crash_in_the_middle_is_made_good(database: Database) -> None:
    """The database has the macs, and the store does not know yet."""
    store = MemoryKeyStore()
    asked = of_before(database, store)
    started(database, store)
    before = macs(database)
    store.write_marker(replace(marker_of(store), authenticated=False).to_bytes())

    made = started(database, store)

    assert macs(database) == before
    assert not answer(made, asked)


def test_a_key_of_another_round_vouches_for_nothing(database: Database) -> None:
    store = MemoryKeyStore()
    asked = of_before(database, store)
    store.create(asked.id)

    made = started(database, store)

    assert not any(macs(database))
    assert answer(made, asked).startswith("Nothing was recorded: something in this round")


def test_markers_of_before_are_read() -> None:
    marker = make_marker(b"d" * 16)
    assert len(marker.to_bytes()) == 80
    assert parse_marker(marker.to_bytes()) == marker
    noted = replace(marker, authenticated=True)
    assert parse_marker(noted.to_bytes()) == noted
    assert make_marker(marker.database, noted).authenticated
    assert noted.print == marker.print
    for damaged in (marker.to_bytes() + b"\2", noted.to_bytes() + b"\1", marker.to_bytes()[1:]):
        with pytest.raises(KeyStoreError, match="damaged"):
            parse_marker(damaged)

"""Cleaning beside those who answer: nothing confirmed is lost, and nothing deleted stays."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Self

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from pulse_bot.crypto.sealing import TAG_BYTES, Envelope
from pulse_bot.domain.asking.rounds import RoundStatus
from pulse_bot.errors import StorageError
from pulse_bot.storage import envelopes, leftovers, rounds, scrubbing, troubles
from pulse_bot.storage.columns import TableBase
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.leave import leave_partnership
from pulse_bot.usecases.rounds.clean import CLEANED_WITHIN, clean_files, is_cleaning_due
from pulse_bot.usecases.rounds.close import close_round
from tests.engine.databases import PostgresCopies
from tests.made_up import CLOSES, OPENS, at, installation, opened_round, people

HOUR = timedelta(hours=1)


@pytest.fixture
def server(postgres_copies: PostgresCopies) -> Iterator[Installation]:
    with postgres_copies.copy() as url:
        made = installation(url)
        yield made
        made.database.close()


class Clicking:
    """Somebody who answers again and again, and remembers what was confirmed."""

    def __init__(self, made: Installation, round_id: int) -> None:
        self.made, self.round_id = made, round_id
        self.confirmed: dict[bytes, bytes] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._click)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _click(self) -> None:
        tags = [secrets.token_bytes(TAG_BYTES) for _ in range(40)]
        while not self._stop.is_set():
            tag, sealed = secrets.choice(tags), secrets.token_bytes(2128)
            envelope = Envelope(self.round_id, tag, sealed)
            with self.made.database.connect_clicks() as connection:
                stored = envelopes.write_envelopes(connection, [envelope])
            if stored == [True]:
                self.confirmed[tag] = sealed


def kept(made: Installation, round_id: int) -> dict[bytes, bytes]:
    with made.database.read() as session:
        return {one.tag: one.ciphertext for one in envelopes.load_envelopes(session, round_id)}


def fill(made: Installation, round_id: int, size: int) -> None:
    """Enough envelopes for the copying to take a while."""
    batch = [
        Envelope(round_id, secrets.token_bytes(TAG_BYTES), secrets.token_bytes(2128))
        for _ in range(size)
    ]
    with made.database.connect_clicks() as connection:
        envelopes.write_envelopes(connection, batch)


def scrub_often(made: Installation) -> None:
    """The envelopes come first; whether the rest must wait for another test's transaction or not
    is nothing that is looked at here."""
    for _ in range(4):
        with suppress(StorageError):
            made.database.scrub()


@pytest.mark.postgres
def test_answers_that_come_meanwhile_are_kept(server: Installation) -> None:
    people(server)
    asked = opened_round(server)
    fill(server, asked.id, 1500)
    with Clicking(server, asked.id) as clicking:
        scrub_often(server)
    assert clicking.confirmed
    assert clicking.confirmed.items() <= kept(server, asked.id).items()
    assert len(kept(server, asked.id)) == 1500 + len(clicking.confirmed)
    with server.database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, TableBase.metadata) == []
        # Nothing of it is left half done.
        unsure = sa.text("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
        assert connection.scalar(unsure) == 0
        assert not sa.inspect(connection).has_table("envelope_fresh")
    # What refers to a round is still held against the rounds that there are.
    with pytest.raises(StorageError), server.database.connect() as connection:
        connection.execute(
            sa.text("INSERT INTO envelope (round_id, tag, ciphertext) VALUES (404, 'a', 'b')")
        )


def answer_before_the_lock(
    made: Installation, round_id: int, monkeypatch: pytest.MonkeyPatch
) -> dict[bytes, bytes]:
    """One answer that comes after the table was copied, and one that is changed then."""
    late = {secrets.token_bytes(TAG_BYTES): secrets.token_bytes(2128) for _ in range(2)}
    changed = Envelope(round_id, next(iter(late)), secrets.token_bytes(2128))
    with made.database.connect_clicks() as connection:
        assert envelopes.write_envelopes(connection, [changed]) == [True]
    lock = scrubbing._lock_for_a_moment

    def answer_first(connection: sa.Connection) -> None:
        with made.database.connect_clicks() as clicks:
            written = [Envelope(round_id, tag, sealed) for tag, sealed in late.items()]
            assert envelopes.write_envelopes(clicks, written) == [True, True]
        lock(connection)

    monkeypatch.setattr(scrubbing, "_lock_for_a_moment", answer_first)
    return late


@pytest.mark.postgres
def test_answers_between_the_copy_and_the_lock_are_kept(
    server: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(server)
    asked = opened_round(server)
    late = answer_before_the_lock(server, asked.id, monkeypatch)
    with suppress(StorageError):
        server.database.scrub()
    assert kept(server, asked.id) == late


@pytest.mark.postgres
def test_without_the_late_rows_they_would_be_lost(
    server: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(scrubbing, "_LATE_ROWS", sa.text("SELECT :mark"))
    people(server)
    asked = opened_round(server)
    late = answer_before_the_lock(server, asked.id, monkeypatch)
    with suppress(StorageError):
        server.database.scrub()
    lost = late.items() - kept(server, asked.id).items()
    assert lost == late.items()


@pytest.mark.postgres
def test_a_round_that_closes_meanwhile_stays_closed(
    server: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(server)
    asked = opened_round(server)
    fill(server, asked.id, 50)
    lock = scrubbing._lock_for_a_moment

    def close_first(connection: sa.Connection) -> None:
        with server.database.write() as session:
            assert rounds.move_round(session, asked.id, RoundStatus.CLOSING)
            assert rounds.move_round(session, asked.id, RoundStatus.CLOSED)
            rounds.erase_members(session, asked.id)
        lock(connection)

    monkeypatch.setattr(scrubbing, "_lock_for_a_moment", close_first)
    with suppress(StorageError):
        server.database.scrub()
    assert kept(server, asked.id) == {}


@pytest.mark.postgres
def test_a_backup_is_given_way_to(server: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_LOCK_ATTEMPTS", 2)
    assert clean_files(server)
    people(server)
    asked = opened_round(server)
    fill(server, asked.id, 50)
    at(server, CLOSES)
    close_round(server, asked.id)
    with server.database.connect() as backup:
        backup.exec_driver_sql("SELECT * FROM envelope")
        assert not clean_files(server)
    assert not is_cleaning_due(server, CLOSES + CLEANED_WITHIN - HOUR)
    with server.database.read() as session:
        [(row, name)] = troubles.list_troubles(session)
    assert (row.job, name) == ("clean", None)
    at(server, CLOSES + CLEANED_WITHIN)
    assert is_cleaning_due(server, CLOSES + CLEANED_WITHIN)
    assert clean_files(server)
    with server.database.read() as session:
        assert troubles.list_troubles(session) == []


@pytest.mark.both_databases
def test_it_is_due_at_night_or_once_it_has_waited_long(made: Installation) -> None:
    one, *_ = people(made)
    # What an update of the schema left.
    assert clean_files(made)
    assert not is_cleaning_due(made, OPENS.replace(hour=2))
    asked = opened_round(made)
    at(made, CLOSES)
    close_round(made, asked.id)
    assert not is_cleaning_due(made, CLOSES)
    assert not is_cleaning_due(made, CLOSES.replace(hour=23))
    assert is_cleaning_due(made, (CLOSES + 12 * HOUR).replace(hour=1))
    assert is_cleaning_due(made, CLOSES + CLEANED_WITHIN)
    assert clean_files(made)
    assert not is_cleaning_due(made, CLOSES + CLEANED_WITHIN)
    # Somebody who leaves waits for no cleaning, and it is not forgotten.
    leave_partnership(made, one)
    with made.database.read() as session:
        assert leftovers.oldest_leftover(session) == made.clock.now()
    assert clean_files(made)
    assert clean_files(made)


def test_what_is_left_while_it_cleans_is_cleaned_the_next_time(
    made: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clean_files(made)
    with made.database.write() as session:
        leftovers.note_leftovers(session, made.clock.now())
    scrub = type(made.database).scrub

    def meanwhile(database: object) -> None:
        scrub(made.database)
        with made.database.write() as session:
            leftovers.note_leftovers(session, made.clock.now() + HOUR)

    monkeypatch.setattr(type(made.database), "scrub", meanwhile)
    assert clean_files(made)
    with made.database.read() as session:
        assert leftovers.oldest_leftover(session) == made.clock.now() + HOUR

"""How the database is opened, and what its errors mean to people."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from pulse_bot.errors import MissingExtra, StorageError
from pulse_bot.storage.database import Conflict, Database
from pulse_bot.storage.migrations import upgrade
from pulse_bot.storage.models import LogEntryRow, PartnershipRow
from pulse_bot.usecases.context import Installation
from pulse_bot.usecases.members.directory import NewPartnership, create_partnership
from tests.engine.databases import PostgresCopies
from tests.made_up import OPENS, PARTNERSHIP, installation, opened_round, people

SECRET = "the-secret-parameter"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with a partnership in it, and nobody using it."""
    path = tmp_path / "pulse-bot.db"
    made = installation(f"sqlite:///{path}")
    create_partnership(made, NewPartnership(PARTNERSHIP))
    made.database.close()
    return path


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def a_line(partnership: int, at: datetime, words: str) -> LogEntryRow:
    """A line of the log in which these words stand."""
    return LogEntryRow(
        partnership_id=partnership,
        at=at,
        actor="other",
        actor_name=words,
        kind="sentence",
        fields={"text": words},
    )


def write_something(database: Database) -> None:
    with database.write() as session:
        session.add(a_line(1, OPENS, SECRET))


def refused(database: Database) -> str:
    """Why a write was refused; the message must hold no parameter."""
    with pytest.raises(StorageError) as caught:
        write_something(database)
    assert caught.value.__cause__ is None
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_sqlite_keeps_what_it_confirmed_and_wipes_what_it_deletes(file: Path) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with opened(f"sqlite:///{file}") as database:
        with database.connect() as first, database.read() as second:
            for connection in (first, second.connection()):
                for pragma, value in {**wanted, "busy_timeout": 10_000}.items():
                    assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
        with database.connect() as pooled:
            assert pooled.exec_driver_sql("PRAGMA secure_delete").scalar() == 1


def test_foreign_keys_hold(made: Installation) -> None:
    with pytest.raises(Conflict) as caught, made.database.write() as session:
        session.add(a_line(404, OPENS, SECRET))
    assert SECRET not in str(caught.value)


def test_a_failed_write_changes_nothing(made: Installation) -> None:
    def half() -> None:
        with made.database.write() as session:
            session.execute(sa.update(PartnershipRow).values(name="Other"))
            session.add(a_line(404, OPENS, "me"))

    create_partnership(made, NewPartnership("One"))
    with pytest.raises(Conflict):
        half()
    with made.database.read() as session:
        assert session.scalar(sa.select(PartnershipRow.name)) == "One"


def test_a_database_that_another_program_holds(file: Path) -> None:
    with (
        opened(f"sqlite:///{file}?timeout=0.05") as database,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        assert "busy" in refused(database)
        with database.read() as session:
            assert session.scalar(sa.select(PartnershipRow.name)) == PARTNERSHIP
        other.execute("ROLLBACK")
        write_something(database)


def test_cleaning_while_another_program_reads(file: Path) -> None:
    with (
        opened(f"sqlite:///{file}?timeout=0.05") as database,
        closing(sqlite3.connect(file, isolation_level=None)) as other,
    ):
        write_something(database)
        other.execute("BEGIN")
        other.execute("SELECT * FROM partnership").fetchall()
        write_something(database)
        with pytest.raises(StorageError, match=r"busy|in use"):
            database.scrub()
        other.execute("ROLLBACK")
        database.scrub()


@pytest.mark.postgres
def test_cleaning_a_server_while_a_backup_reads(postgres_copies: PostgresCopies) -> None:
    with postgres_copies.copy() as url, opened(url) as database:
        with database.connect() as backup:
            backup.exec_driver_sql("SELECT * FROM seat")
            with pytest.raises(StorageError, match="busy"):
                database.scrub()
            with database.connect() as other:
                assert other.exec_driver_sql("SHOW lock_timeout").scalar() == "0"
        database.scrub()


def test_a_read_only_database(file: Path) -> None:
    with opened(f"sqlite:///file:{file}?mode=ro&uri=true") as database:
        assert "read-only" in refused(database)
    assert not list(Path.cwd().glob("file:*")), "a folder was made of the address"


def test_a_full_disk_loses_nothing_that_was_confirmed(file: Path) -> None:
    confirmed = 0

    def fill(database: Database) -> None:
        nonlocal confirmed
        for _ in range(1000):
            with database.write() as session:
                session.add(a_line(1, OPENS, "x" * 200))
            confirmed += 1

    with opened(f"sqlite:///{file}") as database:
        full = "PRAGMA max_page_count = 1"
        sa.event.listen(database.engine, "connect", lambda one, _: one.execute(full))
        with pytest.raises(StorageError, match=r"disk is full\. Free some space"):
            fill(database)
    assert confirmed > 3
    with opened(f"sqlite:///{file}") as database, database.read() as session:
        kept = session.scalar(
            sa.select(sa.func.count()).where(LogEntryRow.actor_name.startswith("xx"))
        )
        assert kept == confirmed


def test_a_file_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear colleague, " * 1000)
    with opened(f"sqlite:///{file}") as database:
        assert "not a pulse-bot database" in refused(database)
    assert file.read_text().startswith("Dear colleague")


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'new' / 'deep' / 'pulse-bot.db'}") as database:
        upgrade(database)
    assert (tmp_path / "new" / "deep" / "pulse-bot.db").is_file()


def test_a_folder_that_cannot_be_made(file: Path) -> None:
    with pytest.raises(StorageError, match="folder of the database cannot be made"):
        Database(f"sqlite:///{file / 'below' / 'pulse-bot.db'}")


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}") as database:
        assert "cannot be opened" in refused(database)


def test_a_database_that_is_not_set_up(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path / 'empty.db'}") as database:
        assert "pulse-bot init" in refused(database)


def test_an_address_that_makes_no_sense() -> None:
    with pytest.raises(StorageError, match="not a database address"):
        Database(f"what is {SECRET}")


def test_a_server_that_does_not_answer() -> None:
    with opened(f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/none") as database:
        assert "PostgreSQL cannot be reached" in refused(database)


@pytest.mark.postgres
def test_a_database_that_the_server_does_not_have(postgres_copies: PostgresCopies) -> None:
    with postgres_copies.copy() as url, opened(f"{url}_not") as database:
        assert "missing" in refused(database)


def test_a_driver_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pulse-bot\[postgres\]"):
        Database("postgresql+psycopg://me@127.0.0.1/none")


def test_moments_keep_their_zone_and_need_one(made: Installation) -> None:
    people(made, 1, 1)
    later = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    with made.database.write() as session:
        session.add(a_line(1, later, "summer"))
    with made.database.read() as session:
        kept = session.scalar(sa.select(LogEntryRow.at).where(LogEntryRow.actor_name == "summer"))
    assert kept == later
    assert kept is not None
    assert kept.tzinfo is UTC
    naive = later.replace(tzinfo=None)
    with (
        pytest.raises(StatementError, match="without a time zone") as caught,
        made.database.write() as session,
    ):
        session.add(a_line(1, naive, SECRET))
    assert SECRET not in str(caught.value)


def test_words_are_kept_for_states_not_names(made: Installation) -> None:
    people(made)
    opened_round(made)
    with made.database.connect() as connection:
        for table, column, value in (
            ("round", "state", "open"),
            ("member", "standing", "active"),
            ("member", "role", "member"),
            ("outbox", "state", "waiting"),
        ):
            found = connection.exec_driver_sql(f"SELECT DISTINCT {column} FROM {table}")  # noqa: S608 - no value from outside
            assert found.scalars().all() == [value]

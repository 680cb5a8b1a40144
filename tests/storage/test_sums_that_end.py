"""Migration 0015: sums that were kept for ever are deleted, and operators are told."""

from __future__ import annotations

import logging
import secrets
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from pulse_bot.storage import leftovers, migrations
from pulse_bot.storage.database import Database
from pulse_bot.storage.migrations import upgrade
from tests.attacks.thief import held, held_by_server
from tests.storage.test_words_that_end import PARTNERSHIP

ROUND = {
    "partnership_id": 1,
    "state": "closed",
    "closes_at": "2026-01-09 16:00:00",
    "public_key": b"",
    "roster_size": 14,
    "newcomers": 0,
    "thresholds": "{}",
    "policy_version": 1,
    "items": "[]",
    "again": False,
    "forgotten": True,
    "held": False,
}
BYTES = 1064
"""Of a sealed tally."""


def insert(connection: sa.Connection, table: str, values: dict[str, object]) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - ours
    connection.execute(sa.text(statement), values)


def before(url: str, rounds: int) -> tuple[Database, list[bytes]]:
    """A database of the schema before, with two sums a round, and what to look for.

    One of each is of the core, and one of another question.
    """
    database = Database(url)
    config = migrations._config()
    sums = [secrets.token_bytes(BYTES) for _ in range(2 * rounds)]
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        insert(connection, "partnership", dict(PARTNERSHIP))
        for number in range(1, rounds + 1):
            moment = f"2026-01-07 15:{number:02}:00"
            own = {"id": number, "number": number, "slot": moment, "opens_at": moment}
            insert(connection, "round", {**ROUND, **own})
            for position, series in enumerate(("trust", "")):
                kept = {"round_id": number, "position": position, "series": series, "bank": series}
                insert(connection, "tally", {**kept, "sealed": sums[2 * (number - 1) + position]})
    return database, [one[at : at + 40] for one in sums for at in (0, 500, 1000)]


@pytest.mark.parametrize("rounds", [0, 20])
def test_sums_of_before_are_deleted(
    empty_database_url: str, tmp_path: Path, rounds: int, caplog: pytest.LogCaptureFixture
) -> None:
    database, traces = before(empty_database_url, rounds)

    def in_files() -> list[bytes]:
        if database.is_sqlite:
            return held(tmp_path / "pulse-bot.db", traces)
        return held_by_server(database, traces)

    assert len(in_files()) >= 0.8 * len(traces), "the search does not see what is there"
    with caplog.at_level(logging.WARNING):
        upgrade(database)
    with database.read() as session:
        rows = session.execute(
            sa.text("SELECT round_id, series, bank, sealed FROM tally ORDER BY round_id")
        )
        # That the core was asked stays, or blocks would be counted anew.
        assert [tuple(row) for row in rows] == [
            (number, "trust", "trust", None) for number in range(1, rounds + 1)
        ]
        noted = leftovers.list_leftovers(session)
    assert bool(noted) == bool(rows_before(rounds))
    told = [one.getMessage() for one in caplog.records if "sums" in one.getMessage()]
    assert told == [
        f"The sums of {count} questions of earlier rounds were deleted. Copies of this database "
        "that were made before still hold them: delete those that you do not need."
        for count in rows_before(rounds)
    ]
    database.scrub()
    assert in_files() == []
    database.close()


def rows_before(rounds: int) -> list[int]:
    """How many sums there were, if any."""
    return [2 * rounds] if rounds else []

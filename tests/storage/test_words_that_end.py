"""Migration 0014: words that waited under the installation key are destroyed unread."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from pulse_bot.storage import leftovers, migrations
from pulse_bot.storage.database import Database
from pulse_bot.storage.migrations import upgrade
from tests.attacks.thief import held, held_by_server

PARTNERSHIP = {
    "id": 1,
    "name": "Colne Valley",
    "time_zone": "Europe/London",
    "language": "en",
    "quiet_from": "20:00:00",
    "quiet_until": "07:00:00",
    "chats_linked": 0,
    "invitation_series": 0,
    "weekly_limit": 6,
    "look_at": "2000-01-01 00:00:00",
}


def before(url: str, words: int) -> tuple[Database, list[bytes]]:
    """A database of the schema before, in which words wait, and what to look for."""
    database = Database(url)
    config = migrations._config()
    sealed = [secrets.token_bytes(2088) for _ in range(words)]
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0012")
        names = ", ".join(PARTNERSHIP)
        values = ", ".join(f":{name}" for name in PARTNERSHIP)
        connection.execute(
            sa.text(f"INSERT INTO partnership ({names}) VALUES ({values})"),  # noqa: S608 - ours
            PARTNERSHIP,
        )
        for one in sealed:
            connection.execute(
                sa.text("INSERT INTO waiting_comment VALUES (:token, 1, :sealed)"),
                {"token": secrets.token_bytes(16), "sealed": one},
            )
    return database, [one[at : at + 40] for one in sealed for at in (0, 900, 2000)]


@pytest.mark.parametrize("words", [0, 20])
def test_words_of_before_are_destroyed_unread(
    empty_database_url: str, tmp_path: Path, words: int
) -> None:
    database, traces = before(empty_database_url, words)

    def in_files() -> list[bytes]:
        if database.is_sqlite:
            return held(tmp_path / "pulse-bot.db", traces)
        return held_by_server(database, traces)

    assert len(in_files()) >= 0.8 * len(traces), "the search does not see what is there"
    upgrade(database)
    with database.read() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM waiting_comment")) == 0
        noted = leftovers.list_leftovers(session)
    # What an older schema leaves in the files is cleaned with the next pass.
    assert bool(noted) == bool(words)
    database.scrub()
    assert in_files() == []
    database.close()

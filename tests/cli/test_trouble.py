"""`pulse-bot trouble`: what failed has a number, an age and a partnership, and is tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from pulse_bot.config.settings import load_settings
from pulse_bot.storage import troubles
from pulse_bot.storage.database import Database
from pulse_bot.storage.troubles import TroubleSubject
from tests.cli.conftest import NAME, Shell


def opened(shell: Shell) -> Database:
    [file] = (shell.folder / "data").glob("pulse*.db")
    return Database(f"sqlite:///{file}")


def test_what_failed_is_listed_and_tried_again(people: Shell) -> None:
    assert people.does("trouble", "list") == "No trouble.\n"
    assert people.json("trouble", "list") == []
    people.does("partnership", "create", "Dales")
    people.does("member", "import", "Dales", "people.csv")
    people.does("programme", "set", "Dales")
    people.does("round", "open", "Dales")
    people.does("round", "open", NAME)
    database = opened(people)
    with database.write() as session:
        failed = TroubleSubject(troubles.CLOSE, 2, 1)
        troubles.record_trouble(session, failed, "KeyStoreError at key_stores.py:88", LONG_AGO)
        troubles.record_trouble(session, failed, "KeyStoreError at key_stores.py:88", LONG_AGO)
    [row] = people.json("trouble", "list")
    assert row == {
        "number": row["number"],
        "partnership": NAME,
        "what": "close round 1 (2 in the log)",
        "why": "KeyStoreError at key_stores.py:88",
        "since": "Monday 5 January at 08:00",
        "attempts": 2,
        "again": "Monday 5 January at 08:02",
    }
    assert people.does("trouble", "retry", str(row["number"])) == (
        "close round 1 (2 in the log) is tried again within a minute.\n"
    )
    with database.read() as session:
        assert not troubles.is_waiting(session, failed, datetime.now(UTC))
    database.close()
    assert "There is no trouble 404." in people.fails("trouble", "retry", "404")


LONG_AGO = datetime(2026, 1, 5, 8, tzinfo=UTC)


def test_what_cannot_be_read_is_listed_and_nothing_fails(people: Shell) -> None:
    database = opened(people)
    with database.connect() as connection:
        connection.execute(sa.text("UPDATE partnership SET time_zone = 'Mars/Olympus'"))
        connection.execute(sa.text("UPDATE programme SET items_a_round = 7"))
    database.close()
    [row] = people.json("trouble", "list")
    assert (row["partnership"], row["what"]) == (NAME, "read")
    assert row["why"] == "partnership 1: time_zone"
    shown = people.does("partnership", "show", NAME)
    assert "Its time zone, Mars/Olympus, is not known here. UTC is used in its place." in shown
    people.does("round", "open", NAME)
    people.does("round", "close", NAME)
    people.does("digest", "show", NAME)


def test_a_key_store_that_is_away_is_trouble(people: Shell) -> None:
    keys = Path(load_settings().key_store.get_secret_value())
    keys.rename(keys.with_name("aside"))
    [row] = people.json("trouble", "list")
    assert (row["what"], row["partnership"]) == ("keys", None)
    assert "See: pulse-bot keys show" in row["why"]
    keys.with_name("aside").rename(keys)
    assert people.json("trouble", "list") == []

    people.does("round", "open", NAME)
    (keys / "round-1.key").write_bytes(b"half a key")
    [row] = people.json("trouble", "list")
    assert "round-1.key is damaged" in row["why"]

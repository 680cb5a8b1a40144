"""The migration that drops references to messages leaves every row as it was otherwise."""

from __future__ import annotations

from datetime import date, datetime, time

import sqlalchemy as sa
from alembic import command

from pulse_bot.storage import migrations
from pulse_bot.storage.database import Database

HAVE_REFERENCES = ("invitation", "post", "seeding")
PARENTS = ("partnership", "organisation", "member", "round", "group_chat")
VALUES: dict[type, object] = {
    bool: True,
    int: 1,
    str: "kept",
    datetime: datetime(2026, 1, 7, 15, 30),  # noqa: DTZ001 - as the database holds it
    date: date(2026, 1, 9),
    time: time(15, 30),
    object: ["kept"],  # of JSON
    bytes: b"kept",
}


def insert_row(connection: sa.Connection, name: str) -> None:
    """A row with something in every column; its keys are 1, so that rows fit together."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    values = {one.name: VALUES[one.type.python_type] for one in table.columns}
    connection.execute(table.insert().values(values))


def rows(connection: sa.Connection, name: str) -> list[dict[str, object]]:
    """The rows of a table, by column."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    return [dict(row) for row in connection.execute(table.select()).mappings()]


def test_rows_stay_when_their_references_go(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    config = migrations._config()
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0008")
        for name in (*PARENTS, *HAVE_REFERENCES):
            insert_row(connection, name)
        before = {name: rows(connection, name) for name in HAVE_REFERENCES}
    assert all(row.pop("reference") == "kept" for rows in before.values() for row in rows)

    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")

    with database.connect() as connection:
        assert {name: rows(connection, name) for name in HAVE_REFERENCES} == before
    database.close()

"""The migration that gives a stored series its bank reads it from the round that asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from pulse_bot.storage import migrations
from pulse_bot.usecases.rounds.close import close_round
from tests.made_up import CLOSES, THEMES, at, installation, opened_round, people


def test_older_series_get_the_bank_of_their_questions(empty_database_url: str) -> None:
    made = installation(empty_database_url)
    people(made)
    asked = opened_round(made)
    at(made, CLOSES)
    close_round(made, asked.id)
    config = migrations._config()
    with made.database.connect() as connection:
        # As it was before: no index, no column, the older revision.
        connection.execute(sa.text("DROP INDEX ix_tally_series"))
        connection.execute(sa.text("ALTER TABLE tally DROP COLUMN bank"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0005'"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        kept = connection.execute(sa.text("SELECT series, bank FROM tally ORDER BY position"))
        assert [tuple(row) for row in kept] == [(theme, theme) for theme in THEMES]
    made.database.close()

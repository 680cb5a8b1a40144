"""The database's history: how old databases become new ones. Run by `upgrade`, at every start.

Alembic is imported where something is to be done: a start that finds its database up to date does
without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, func, inspect, select, text

from pulse_bot.errors import StorageError
from pulse_bot.storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

_HERE: Final = Path(__file__).parent
_LOCK: Final = 7_305_511
"""Any number that no other program takes for its lock on this server."""


def upgrade(database: Database) -> None:
    """Bring a database up to date; harmless where it is. Raises StorageError for a newer one."""
    with database.connect() as connection:
        if not database.is_sqlite:
            # The other runner is a worker that starts at the same time. On SQLite the transaction
            # itself keeps it out.
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        known, revision = _list_revisions(), _read_revision(connection)
        if revision == known[-1]:
            return
        if revision is not None and revision not in known:
            raise StorageError(
                "This database was made by a newer pulse-bot. Install that version or a later one; "
                "nothing was changed."
            )
        _run_migrations(connection)


def _run_migrations(connection: Connection) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config


def _list_revisions() -> list[str]:
    """Every revision that this version knows, the oldest first, as their files are named."""
    files = (_HERE / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def _read_revision(connection: Connection) -> str | None:
    """The revision of a database; None where nothing of ours is in it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found

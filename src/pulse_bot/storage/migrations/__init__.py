"""The database's history: how old databases become new ones. Run by `upgrade`, at every start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from pulse_bot.errors import StorageError
from pulse_bot.storage.database import Database

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
        _refuse_newer(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    return config


def _refuse_newer(connection: Connection) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise StorageError(
            "This database was made by a newer pulse-bot. Install that version or a later one; "
            "nothing was changed."
        )

"""Cleaning: what deleted rows leave behind in files is removed too, or said to be there still.

Both ways were measured by searching the raw bytes (`tests/attacks/test_stolen_closed.py`).
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import Final

from sqlalchemy import Connection, Engine, text

from pulse_bot.errors import StorageError

_TRUNCATE: Final = "PRAGMA wal_checkpoint(TRUNCATE)"

_PATIENCE_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.05

# PostgreSQL keeps a deleted row for whoever began before it was deleted: for every transaction with
# a number of its own, in whichever database, and for every reader in this one.
_MARK: Final = text("SELECT CAST(pg_current_xact_id() AS text)")
_HELD: Final = text(
    "SELECT pg_snapshot_xmin(pg_current_snapshot()) <= CAST(:mark AS xid8) OR EXISTS ("
    " SELECT FROM pg_stat_activity"
    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
    " AND age(backend_xmin) >= age(CAST(CAST(:mark AS xid8) AS xid)))"
)
_CLEANING: Final = (
    # It waits for whoever reads, a backup perhaps, and everybody who answers waits behind it.
    "SET lock_timeout = '2s'",
    # Measured: after a plain VACUUM deleted rows are still readable on pages that others are on.
    "VACUUM (FULL) envelope, seat, invitation",
    "VACUUM member, waiting_comment",
)


def scrub_sqlite(engine: Engine) -> None:
    """Remove deleted rows from the file and its log. Raises StorageError while others read."""
    # Measured: after a plain VACUUM deleted rows are still readable in the write-ahead log, until a
    # checkpoint truncates it. The driver's own connection, since none of this may run in a
    # transaction.
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        for step in (_TRUNCATE, "VACUUM", _TRUNCATE):
            cursor.execute(step)
        busy = cursor.fetchall()[0][0]
    if busy:
        raise StorageError("The database is in use and could not be cleaned yet. Try again.")


def scrub_postgres(engine: Engine) -> None:
    """Remove deleted rows from the tables' files. Raises StorageError while others hold them."""
    with engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        _wait_for_others(autocommit)
        try:
            for step in _CLEANING:
                autocommit.execute(text(step))
        finally:
            autocommit.execute(text("RESET lock_timeout"))


def _wait_for_others(connection: Connection) -> None:
    mark = connection.scalar(_MARK)
    end = time.monotonic() + _PATIENCE_SECONDS
    while connection.scalar(_HELD, {"mark": mark}):
        if time.monotonic() > end:
            raise StorageError("Deleted rows are held by an older transaction. Try again.")
        time.sleep(_PAUSE_SECONDS)

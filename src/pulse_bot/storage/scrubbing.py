"""Cleaning: what deleted rows leave behind in files is removed too, or said to be there still.

Both ways were measured by searching the raw bytes (`tests/attacks/test_stolen_closed.py`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import OperationalError

from pulse_bot.errors import StorageError

_TRUNCATE: Final = "PRAGMA wal_checkpoint(TRUNCATE)"

_SQLITE_PATIENCE_MS: Final = 200
_SQLITE_ATTEMPTS: Final = 20
_PATIENCE_SECONDS: Final = 60.0
"""It waits without a lock, so that nobody waits for it."""
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
# Small tables: 4,000 open rounds take a tenth of a second. Measured: after a plain VACUUM deleted
# rows are still readable on pages that others are on.
_REWRITING: Final = "VACUUM (FULL) seat, outbox, reminded, waiting_comment, tally"
_SWEEPING: Final = "VACUUM member"
# It waits for whoever reads, and everybody who answers waits behind it.
_LOCK_PATIENCE: Final = "SET lock_timeout = '200ms'"
_LOCK_ATTEMPTS: Final = 20
_LOCK_PAUSE_SECONDS: Final = 0.25
_ONE_AT_A_TIME: Final = 7_305_512
"""Any number that no other program takes for its lock on this server."""

# The envelopes that are there are copied beside the table, while it is in use; then it is locked
# for as long as it takes to copy those that came since, and the copy takes its place. A rewrite by
# VACUUM FULL holds the lock for all of it: 1 s beside 1,000 open rounds, 6 s beside 4,000.
_COPYING: Final = (
    "CREATE TABLE envelope_fresh (LIKE envelope INCLUDING DEFAULTS INCLUDING STORAGE)",
    "INSERT INTO envelope_fresh SELECT * FROM envelope",
    "ALTER TABLE envelope_fresh ADD CONSTRAINT pk_envelope_fresh PRIMARY KEY (round_id, tag)",
)
# In the order in which a click takes them, or each would wait for the other.
_LOCKING: Final = "LOCK TABLE round, envelope IN ACCESS EXCLUSIVE MODE"
_SNAPSHOT: Final = text("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)")
_LATE_ROWS: Final = text(
    "INSERT INTO envelope_fresh SELECT * FROM envelope"
    " WHERE age(xmin) <= age(CAST(CAST(:mark AS xid8) AS xid))"
    " ON CONFLICT (round_id, tag) DO UPDATE SET ciphertext = excluded.ciphertext"
)
_REPLACING: Final = (
    # Rounds that closed meanwhile.
    (
        "DELETE FROM envelope_fresh WHERE round_id IN"
        " (SELECT id FROM round WHERE state IN ('closed', 'lost'))"
    ),
    "DROP TABLE envelope",
    "ALTER TABLE envelope_fresh RENAME TO envelope",
    "ALTER TABLE envelope RENAME CONSTRAINT pk_envelope_fresh TO pk_envelope",
    # Every row was held against it once.
    (
        "ALTER TABLE envelope ADD CONSTRAINT fk_envelope_round_id_round"
        " FOREIGN KEY (round_id) REFERENCES round (id) NOT VALID"
    ),
)
_VALIDATING: Final = "ALTER TABLE envelope VALIDATE CONSTRAINT fk_envelope_round_id_round"


def truncate_sqlite_log(engine: Engine) -> None:
    """Empty the write-ahead log, where nobody reads just now.

    Measured: what was deleted is overwritten in the file by a setting of SQLite, and stands in the
    log as it was until a checkpoint truncates it.
    """
    with _impatient_cursor(engine) as cursor:
        cursor.execute(_TRUNCATE)
        cursor.fetchall()


def scrub_sqlite(engine: Engine) -> None:
    """Write the file anew, and empty its log. Raises StorageError while others read."""
    with _impatient_cursor(engine) as cursor:
        for step in (_TRUNCATE, "VACUUM"):
            cursor.execute(step)
            cursor.fetchall()
        for _ in range(_SQLITE_ATTEMPTS):
            cursor.execute(_TRUNCATE)
            [[busy, *_]] = cursor.fetchall()
            if not busy:
                return
            time.sleep(_PAUSE_SECONDS)
    raise StorageError("The database is in use and could not be cleaned yet. Try again.")


@contextmanager
def _impatient_cursor(engine: Engine) -> Iterator[DBAPICursor]:
    """On the driver's own connection, since none of this may run in a transaction.

    A checkpoint that waits for a reader, a backup perhaps, keeps out everybody who answers.
    """
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout")
        [[usual]] = cursor.fetchall()
        try:
            cursor.execute(f"PRAGMA busy_timeout = {_SQLITE_PATIENCE_MS}")
            yield cursor
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")


def scrub_postgres(engine: Engine) -> None:
    """Remove deleted rows from the tables' files. Raises StorageError while others hold them.

    Whoever answers meanwhile waits for a moment at most.
    """
    with engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        # The other runner is another worker, with the same pass.
        if not autocommit.scalar(select(func.pg_try_advisory_lock(_ONE_AT_A_TIME))):
            raise StorageError("The files are being cleaned already.")
        try:
            _replace_envelopes(engine)
            _wait_for_others(autocommit)
            for step in (_LOCK_PATIENCE, _REWRITING, _SWEEPING):
                autocommit.execute(text(step))
        finally:
            autocommit.execute(text("RESET lock_timeout"))
            autocommit.execute(select(func.pg_advisory_unlock(_ONE_AT_A_TIME)))


def _replace_envelopes(engine: Engine) -> None:
    """In one transaction, so that a crash at any point leaves the table as it was."""
    with engine.connect() as connection:
        with connection.begin():
            # What others write from here on is copied later, or twice.
            mark = connection.scalar(_SNAPSHOT)
            for step in _COPYING:
                connection.execute(text(step))
            _lock_for_a_moment(connection)
            connection.execute(_LATE_ROWS, {"mark": mark})
            for step in _REPLACING:
                connection.execute(text(step))
        with connection.begin():
            # It locks nobody out, and could not be done under the lock for a large table.
            connection.execute(text(_VALIDATING))


def _lock_for_a_moment(connection: Connection) -> None:
    """Take the lock, and give way again and again where others hold it for longer."""
    connection.execute(text(_LOCK_PATIENCE.replace("SET", "SET LOCAL")))
    for _ in range(_LOCK_ATTEMPTS - 1):
        try:
            with connection.begin_nested():
                connection.execute(text(_LOCKING))
        except OperationalError:
            time.sleep(_LOCK_PAUSE_SECONDS)
        else:
            return
    connection.execute(text(_LOCKING))


def _wait_for_others(connection: Connection) -> None:
    mark = connection.scalar(_MARK)
    end = time.monotonic() + _PATIENCE_SECONDS
    while connection.scalar(_HELD, {"mark": mark}):
        if time.monotonic() > end:
            raise StorageError("Deleted rows are held by an older transaction. Try again.")
        time.sleep(_PAUSE_SECONDS)

"""Which key stores live workers serve with, at this moment.

A worker says so for as long as it lives, by a lock that the system takes back when it dies: nothing
is written, so a thief of the database's log finds no clock in it, and no clock can be wrong. On
PostgreSQL the lock is a session's, on SQLite one of a file beside the database.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from pathlib import Path
from typing import Final, Protocol

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import SQLAlchemyError

from pulse_bot.errors import StorageError
from pulse_bot.storage.database import Database, explain_db_errors

_CLASS: Final = 7_305_512
"""Any number that no other program takes for its locks on this server."""
_LOCK: Final = text("SELECT pg_advisory_lock_shared(:class, :code)").bindparams(
    bindparam("class", _CLASS)
)
_UNLOCK: Final = text("SELECT pg_advisory_unlock_all()")
_ALIVE: Final = text(
    "SELECT DISTINCT CAST(objid AS bigint) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = :class AND objsubid = 2"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
).bindparams(bindparam("class", _CLASS))
_NOTICE_THE_DEAD: Final = (
    # A machine without power closes no connection: the server asks, and knows within a minute.
    "SET tcp_keepalives_idle = 20",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
)


class Presence(Protocol):
    """What one worker says of itself, and hears of others. A medium is a `StoreSite`'s."""

    def list_alive(self) -> frozenset[str]:
        """What live workers serve with, as `name_medium` has it."""

    def announce(self, medium: str) -> None:
        """Say that this worker serves with it, until `leave`, or until the process ends."""

    def keep(self) -> None:
        """Raise StorageError where others cannot see this worker any more."""

    def leave(self) -> None:
        """Say no more. Repeating it is harmless."""


def name_medium(medium: str) -> str:
    """A medium as a lock can be named: a number of 31 bits."""
    digest = hashlib.sha256(medium.encode()).digest()
    return str(int.from_bytes(digest[:4], "big") >> 1)


def open_presence(database: Database) -> Presence:
    """The way of this kind of database. Nothing is opened yet."""
    if not database.is_sqlite:
        return PostgresPresence(database)
    return FilePresence(Path(database.engine.url.database or ":memory:").absolute())


class PostgresPresence:
    """A lock of a session that does nothing else."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._session: Connection | None = None

    def list_alive(self) -> frozenset[str]:
        with explain_db_errors(), self._engine.connect() as connection:
            return frozenset(str(code) for code in connection.scalars(_ALIVE))

    def announce(self, medium: str) -> None:
        self.leave()
        with explain_db_errors():
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._session = connection
            # Not the pool's any more: it would give the lock back with the connection.
            connection.detach()
            for setting in _NOTICE_THE_DEAD:
                connection.execute(text(setting))
            connection.execute(_LOCK, {"code": int(name_medium(medium))})

    def keep(self) -> None:
        if self._session is None:
            raise StorageError("This worker does not say what it serves with.")
        with explain_db_errors():
            self._session.execute(text("SELECT 1"))

    def leave(self) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        # The server ends a session a moment after it was closed, and would be believed until then.
        with contextlib.suppress(SQLAlchemyError):
            session.execute(_UNLOCK)
        session.close()


class FilePresence:
    """A shared lock of an empty file beside the database. SQLite is on one machine alone.

    Called while the database's write lock is held, so that nobody removes a file that another
    worker is about to lock.
    """

    def __init__(self, database_file: Path) -> None:
        self._file = database_file
        self._descriptor: int | None = None

    def list_alive(self) -> frozenset[str]:
        prefix = f"{self._file.name}.serving-"
        files = self._file.parent.glob(f"{prefix}*")
        return frozenset(file.name.removeprefix(prefix) for file in files if _is_locked(file))

    def announce(self, medium: str) -> None:
        self.leave()
        file = self._file.with_name(f"{self._file.name}.serving-{name_medium(medium)}")
        try:
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            self.leave()
            raise StorageError(
                f"{file} cannot be locked: {error.strerror}. pulse-bot must be able to write "
                "beside its database."
            ) from None

    def keep(self) -> None:
        if self._descriptor is None:
            raise StorageError("This worker does not say what it serves with.")

    def leave(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _is_locked(file: Path) -> bool:
    """Whether a live worker holds it; one that nobody holds is removed."""
    try:
        descriptor = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError:
        # Nobody can say, so it counts as held.
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.unlink(missing_ok=True)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False

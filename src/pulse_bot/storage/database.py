"""The database: how it is opened, how a transaction is run, and what its errors mean to people.

SQLite and PostgreSQL behave alike from here on. Parameters never reach a log or a message. Clicks
have connections of their own: whatever else a process does, nobody waits for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from pulse_bot.errors import MissingExtra, StorageError
from pulse_bot.storage.postgres_values import read_leniently
from pulse_bot.storage.scrubbing import scrub_postgres, scrub_sqlite, truncate_sqlite_log

_SQLITE_SETTINGS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # Deleted envelopes are overwritten with zeros, not only forgotten.
    "PRAGMA secure_delete = ON",
)

_BUSY_TIMEOUT: Final = 10.0
"""Seconds to wait for SQLite's one writer, where `?timeout=` in the address does not say else."""

_CLICK_CONNECTIONS: Final = 2
"""Held open for clicks. One is enough for a process, whose clicks are written by one thread."""
_MORE_CLICK_CONNECTIONS: Final = 2
_PREPARED_AFTER: Final = 2
"""Uses of a statement in a connection until PostgreSQL keeps it parsed and planned."""

_READ_ONLY: Final = (
    "The database is read-only. Give the user who runs pulse-bot write access to it and its folder."
)
_FULL: Final = "The disk is full. Free some space; nothing that was confirmed is lost."
_BUSY: Final = "The database is busy: another program holds it. Try again shortly."
_MEANINGS: Final = (
    ("is locked", _BUSY),
    ("lock timeout", _BUSY),
    ("readonly", _READ_ONLY),
    ("read-only", _READ_ONLY),
    ("disk is full", _FULL),
    ("no space left", _FULL),
    ("not a database", "That file is not a pulse-bot database. Check PULSE_BOT_DATABASE_URL."),
    ("unable to open", "The database file cannot be opened. Check that its folder exists."),
    ("no such table", "The database is not set up yet. Run: pulse-bot init"),
    ("does not exist", "The database or a table is missing. Check PULSE_BOT_DATABASE_URL."),
    ("connection", "PostgreSQL cannot be reached. Check that it runs, and PULSE_BOT_DATABASE_URL."),
)


T = TypeVar("T")


class Conflict(StorageError):
    """Another worker stored the same thing first; nothing was changed."""


class DatabaseTrouble(StorageError):
    """The whole database is in trouble: busy, full, read-only or away. No row is to blame."""


class ConnectionLost(DatabaseTrouble):
    """The server ended the connection: a restart, say. With the next one it may work."""


def retry_on_conflict(operation: Callable[[], T]) -> T:
    """Tell a story again where another worker stored the same thing first: now it is found."""
    try:
        return operation()
    except Conflict:
        return operation()


class Database:
    """One database of pulse-bot, and its transactions."""

    def __init__(self, url: str) -> None:
        """Open lazily; raises StorageError for an address that makes no sense."""
        self.engine = _open_engine(url, _FOR_WORK)
        # It opens connections when they are needed: whoever takes no click holds none.
        self.click_engine = _open_engine(url, _FOR_CLICKS)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, which has one writer and a file to clean."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading. Raises StorageError."""
        with explain_db_errors(), Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at its end, or changes nothing. Raises StorageError."""
        with (
            explain_db_errors(),
            Session(self.engine, expire_on_commit=False) as session,
            session.begin(),
        ):
            # A transaction that starts by reading could not be upgraded beside another writer.
            session.connection(execution_options={"immediate": True})
            yield session

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A bare connection whose transaction commits at its end, for the paths without the ORM."""
        with explain_db_errors(), self.engine.connect() as connection:
            # PostgreSQL's dialect does not know this option, and lets it be.
            connection.execution_options(immediate=True)
            with connection.begin():
                yield connection

    def truncate_log(self) -> None:
        """Empty SQLite's log, in which deleted rows stand as they were; cheap, and soon done.

        Not while somebody reads: whoever cleans the files does it then. PostgreSQL has no need.
        """
        if self.is_sqlite:
            with explain_db_errors():
                truncate_sqlite_log(self.engine)

    @contextmanager
    def connect_clicks(self) -> Iterator[Connection]:
        """A bare connection of the clicks' own, for SQL text. Raises StorageError.

        Each statement is a transaction of its own, on disk when it returns.
        """
        with explain_db_errors(), self.click_engine.connect() as connection:
            yield connection

    def scrub(self) -> None:
        """Remove what deleted rows leave behind in files: free pages, the log, dead rows.

        Raises StorageError where another connection kept it from finishing; repeating is harmless.
        """
        with explain_db_errors():
            (scrub_sqlite if self.is_sqlite else scrub_postgres)(self.engine)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()
        self.click_engine.dispose()


def is_passing_error(error: BaseException) -> bool:
    """Whether an error inside a transaction says that the database is away, busy or full.

    Such a transaction is worth trying again as it is; another error would come again.
    """
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | NoConnection | StorageError)


@contextmanager
def explain_db_errors() -> Iterator[None]:
    """Turn a driver's error into one for people, without its statement and its parameters."""
    try:
        yield
    except IntegrityError:
        # Its words quote the row, and are kept to nobody's eyes.
        raise Conflict("That is stored already. Nothing was changed.") from None
    except DBAPIError as error:
        raise _trouble_kind(error)(_explain_message(str(error.orig))) from None
    except sqlite3.Error as error:
        raise StorageError(_explain_message(str(error))) from None
    except NoConnection:
        raise DatabaseTrouble(_BUSY) from None


def _trouble_kind(error: DBAPIError) -> type[StorageError]:
    if error.connection_invalidated:
        return ConnectionLost
    of_everybody = isinstance(error, OperationalError | InterfaceError)
    return DatabaseTrouble if of_everybody else StorageError


def _explain_message(message: str) -> str:
    meanings = (meaning for sign, meaning in _MEANINGS if sign in message.lower())
    return next(meanings, "The database could not do this. Nothing was changed; see its own log.")


_FOR_WORK: Final[Mapping[str, Any]] = {"pool_size": 10, "pool_pre_ping": True}
_FOR_CLICKS: Final[Mapping[str, Any]] = {
    "pool_size": _CLICK_CONNECTIONS,
    "max_overflow": _MORE_CLICK_CONNECTIONS,
    "isolation_level": "AUTOCOMMIT",
    "connect_args": {"prepare_threshold": _PREPARED_AFTER},
}
# No ping: it costs every click a round trip. A connection that was lost is told by the error.


def _open_engine(url: str, purpose: Mapping[str, Any]) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _open_sqlite(parsed, starts_itself=purpose is _FOR_WORK)
        engine = create_engine(url, hide_parameters=True, **purpose)
    except ModuleNotFoundError as error:
        raise MissingExtra("postgres", str(error.name)) from None
    except ArgumentError:
        raise StorageError(
            "PULSE_BOT_DATABASE_URL is not a database address. "
            "Write sqlite:///path/to/pulse-bot.db or postgresql://user@host/name."
        ) from None
    event.listen(engine, "connect", read_leniently)
    return engine


def _open_sqlite(url: URL, *, starts_itself: bool) -> Engine:
    path = url.database
    # An address "file:…" is SQLite's own and says more than a path.
    if path and not path.startswith("file:"):
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"The folder of the database cannot be made: {error}.") from None
    patience = {} if "timeout" in url.query else {"timeout": _BUSY_TIMEOUT}
    engine = create_engine(url, hide_parameters=True, connect_args=patience)
    event.listen(engine, "connect", _set_up_connection)
    if starts_itself:
        event.listen(engine, "begin", _begin_transaction)
    return engine


def _set_up_connection(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions start too late for us; `_begin_transaction` starts them.
    connection.isolation_level = None
    for setting in _SQLITE_SETTINGS:
        connection.execute(setting)


def _begin_transaction(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

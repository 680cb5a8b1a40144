"""Databases for tests on the PostgreSQL server: new ones, and copies that are handed on.

To make and to drop a database takes the server longer than most tests take. So a copy goes from one
test to the next, its rows put back as they were; one whose tables a test has changed is dropped.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql

SERVER: Final = sa.make_url("postgresql+psycopg://postgres@127.0.0.1:5432/postgres")

_TABLES: Final = (
    "SELECT schemaname, tablename FROM pg_tables"
    " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
)
_SEQUENCES: Final = (
    "SELECT schemaname, sequencename, coalesce(last_value, start_value), last_value IS NOT NULL"
    " FROM pg_sequences"
)
_SHAPE: Final = (
    "SELECT md5(string_agg(part, ',' ORDER BY part)) FROM ("
    "SELECT concat_ws(' ', n.nspname, c.relname, c.relkind, a.attname, a.attnum, a.atttypid,"
    " a.attnotnull, (SELECT count(*) FROM pg_constraint WHERE conrelid = c.oid),"
    " (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.oid)) AS part"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')) AS parts"
)
_END_OTHERS: Final = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


_DROP_ALL: Final = """
DO $$ DECLARE schema text; BEGIN
    FOR schema IN SELECT nspname FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    LOOP EXECUTE format('DROP SCHEMA %I CASCADE', schema); END LOOP;
    CREATE SCHEMA public;
END $$
"""

Connection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def fresh_postgres(template: str = "template1") -> Iterator[str]:
    """The URL of a new database. Skips the test, and says so, where there is no server."""
    server = sa.create_engine(
        SERVER, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
    )
    name = f"pulse_engine_{secrets.token_hex(6)}"
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE {template}"))
            # No test pulls the plug of this server.
            connection.execute(sa.text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    except sa.exc.OperationalError:
        server.dispose()
        pytest.skip("No PostgreSQL server on 127.0.0.1:5432.")
    try:
        yield SERVER.set(database=name).render_as_string()
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@dataclass(frozen=True)
class Rows:
    """All that is in a database, but not its tables."""

    tables: Mapping[tuple[str, str], bytes]
    """By schema and name; as COPY writes it."""
    sequences: Mapping[tuple[str, str], tuple[int, bool]]
    """The last number, and whether it was given out."""


def keep_rows(connection: Connection) -> Rows:
    """What is in a database now."""
    tables = {}
    for schema, name in connection.execute(_TABLES).fetchall():
        order = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(schema, name))
        with connection.cursor().copy(order) as copy:
            tables[schema, name] = b"".join(bytes(part) for part in copy)
    numbered = connection.execute(_SEQUENCES).fetchall()
    return Rows(tables, {(schema, name): (last, used) for schema, name, last, used in numbered})


def put_rows(connection: Connection, rows: Rows) -> None:
    """Nothing but these rows is in a database; it has the tables of the one they came from."""
    names = [sql.Identifier(*name) for name in rows.tables]
    deletes = [sql.SQL("DELETE FROM {}").format(name) for name in names]
    # Quicker than TRUNCATE, which makes every file anew. Without triggers any order will do.
    role = sql.SQL("SET LOCAL session_replication_role = replica")
    connection.execute(sql.SQL("; ").join([role, *deletes]))
    for name, content in zip(names, rows.tables.values(), strict=True):
        if len(content) > _EMPTY:
            order = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(name)
            with connection.cursor().copy(order) as copy:
                copy.write(content)
    connection.execute(
        "SELECT setval(format('%%I.%%I', s, n)::regclass, v, u)"
        " FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bool[]) AS t(s, n, v, u)",
        [
            [schema for schema, _ in rows.sequences],
            [name for _, name in rows.sequences],
            [last for last, _ in rows.sequences.values()],
            [used for _, used in rows.sequences.values()],
        ],
    )
    connection.commit()


_EMPTY: Final = 21
"""Bytes that COPY writes for a table without rows: its header and its end."""


def connect(url: str) -> Connection:
    """A connection of the driver's, to a database at an address of SQLAlchemy's."""
    plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain)


@dataclass
class EmptyPostgres:
    """Databases in which nothing is, with not even a table; each is emptied for the next test."""

    _idle: list[str] = field(default_factory=list, init=False)
    _made: ExitStack = field(default_factory=ExitStack, init=False)

    @contextmanager
    def take(self) -> Iterator[str]:
        """The URL of one."""
        url = self._idle.pop() if self._idle else self._made.enter_context(fresh_postgres())
        yield url
        with connect(url) as connection:
            connection.execute(_END_OTHERS)
            connection.execute(_DROP_ALL)
        self._idle.append(url)

    def close(self) -> None:
        """Drop all of them."""
        self._made.close()


@dataclass
class PostgresCopies:
    """Copies of one database, which somebody else made and will drop."""

    original: str
    """Its URL."""
    rows: Rows = field(init=False)
    """What is in it."""
    _idle: list[str] = field(default_factory=list, init=False)
    _made: ExitStack = field(default_factory=ExitStack, init=False)
    _original_shape: object = field(init=False)

    def __post_init__(self) -> None:
        with connect(self.original) as connection:
            self.rows = keep_rows(connection)
            self._original_shape = connection.execute(_SHAPE).fetchone()

    @contextmanager
    def copy(self, rows: Rows | None = None) -> Iterator[str]:
        """The URL of a database of the caller's own, with the same rows or with others."""
        url = self._idle.pop() if self._idle else self._make()
        with connect(url) as connection:
            put_rows(connection, rows or self.rows)
        yield url
        with connect(url) as connection:
            # What the test left open, or a process that it killed, would be waited for.
            connection.execute(_END_OTHERS)
            if connection.execute(_SHAPE).fetchone() == self._original_shape:
                self._idle.append(url)

    def _make(self) -> str:
        template = str(sa.make_url(self.original).database)
        return self._made.enter_context(fresh_postgres(template))

    def close(self) -> None:
        """Drop all of them."""
        self._made.close()

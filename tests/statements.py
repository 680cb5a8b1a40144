"""Each statement is compiled once in a process, not once more for the database of every test.

SQLAlchemy keeps what it has compiled with the engine that asked, and tells engines apart by their
dialects. Here all dialects of a kind are one: nothing of ours sets one up in a way of its own.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

_MANY = 4000
"""Statements; a process of the suite knows about two thousand."""


def _is_same_kind(one: object, other: object) -> bool:
    return type(one) is type(other)


def _hash_kind(one: object) -> int:
    return hash(type(one))


def compile_once() -> None:
    """From now on, for every engine of this process."""
    compiled = LRUCache[object, object](_MANY)
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        setattr(dialect, "__eq__", _is_same_kind)  # noqa: B010 - the checker knows no such assignment
        setattr(dialect, "__hash__", _hash_kind)  # noqa: B010 - as above

    @event.listens_for(sa.Engine, "engine_connect")
    def share(connection: sa.Connection) -> None:
        setattr(connection.engine, "_compiled_cache", compiled)  # noqa: B010 - it is nobody else's name
